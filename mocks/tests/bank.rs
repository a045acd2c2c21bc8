//! The fake bank, seen from a hub.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use mocks::cbr::{CURRENCIES, FakeBank, Mode};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date_of(bank: &FakeBank, query: &str, now: &str) -> String {
    let answer = bank.answer("/scripts/XML_daily.asp", query, true, at(now));
    let text = encoding_rs::WINDOWS_1251.decode(&answer.body).0.into_owned();
    text.split("Date=\"").nth(1).map_or(text.clone(), |rest| rest[..10].to_owned())
}

#[test]
fn days_without_a_record_have_that_of_the_last_working_day() {
    let bank = FakeBank::new(1, BTreeMap::new());
    let later = "2026-12-01T12:00:00Z";
    for (asked, answered) in [
        ("11/12/2025", "11.12.2025"),
        ("14/12/2025", "13.12.2025"), // a Sunday
        ("15/12/2025", "13.12.2025"),
        ("12/01/2026", "31.12.2025"), // the New Year's holidays
        ("13/01/2026", "13.01.2026"),
        ("02/11/2025", "02.11.2025"), // after a working Saturday
        ("05/11/2025", "02.11.2025"),
        ("24/02/2026", "21.02.2026"),
    ] {
        assert_eq!(date_of(&bank, &format!("date_req={asked}"), later), answered, "{asked}");
        assert_eq!(date_of(&bank, &format!("date_req={}", asked.replace('/', ".")), later), answered);
    }
    assert_eq!(date_of(&bank, "date_rek=14/12/2025", later), "01.12.2026", "a misspelt name is not noticed");
    assert!(date_of(&bank, "date_req=31/02/2026", later).contains("Error in parameters"));
    assert!(date_of(&bank, "date_req=01/01/1986", later).contains("Error in parameters"));
}

#[test]
fn tomorrows_sheet_appears_in_the_afternoon_of_a_working_day() {
    let bank = FakeBank::new(1, BTreeMap::new());
    assert_eq!(date_of(&bank, "", "2025-12-04T15:30:00+03:00"), "04.12.2025");
    assert_eq!(date_of(&bank, "", "2025-12-04T18:15:00+03:00"), "05.12.2025");
    assert_eq!(date_of(&bank, "", "2025-12-06T18:15:00+03:00"), "06.12.2025", "a Saturday");
    assert_eq!(date_of(&bank, "date_req=05/12/2025", "2025-12-04T15:30:00+03:00"), "04.12.2025");
}

#[test]
fn the_nominal_of_the_yuan_flips_in_a_year_and_the_unit_rate_does_not_jump() {
    let bank = FakeBank::new(1, BTreeMap::new());
    let yuan = CURRENCIES.iter().find(|currency| currency.code == "CNY").unwrap();
    let start: NaiveDate = "2025-01-01".parse().unwrap();
    let rates: Vec<_> = start.iter_days().take(365).map(|day| bank.sheet().published(yuan, day)).collect();
    let flips = rates.windows(2).filter(|pair| pair[0].nominal != pair[1].nominal).count();
    assert!(flips >= 2, "{flips}");
    for pair in rates.windows(2) {
        let [before, after] =
            [&pair[0], &pair[1]].map(|rate| rate.value / rust_decimal::Decimal::from(rate.nominal));
        assert!((after - before).abs() * rust_decimal::Decimal::from(20) < before, "{pair:?}");
    }
}

#[test]
fn it_misbehaves_as_told_and_refuses_strangers() {
    let mut bank = FakeBank::new(1, BTreeMap::new());
    let ask = |bank: &FakeBank| bank.answer("/scripts/XML_daily.asp", "", true, at("2025-12-04T09:00:00Z"));
    let whole = ask(&bank);
    assert_eq!(bank.answer("/scripts/XML_daily.asp", "", false, at("2025-12-04T09:00:00Z")).status, 403);
    bank.mode = Mode::Truncated;
    assert_eq!(ask(&bank).body, whole.body[..whole.body.len() / 2]);
    bank.mode = Mode::Down;
    assert_eq!(ask(&bank).status, 502);
    let mirror = bank.answer("/mirror/daily_json.js", "", true, at("2025-12-04T09:00:00Z"));
    assert_eq!(mirror.status, 200, "the mirror stands elsewhere");
    let sunday =
        bank.answer("/mirror/archive/2025/11/30/daily_json.js", "", true, at("2025-12-04T09:00:00Z"));
    assert_eq!(sunday.status, 404);
}
