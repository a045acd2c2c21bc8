//! The checks that a connector to the bank must pass, as far as they need no database: numbers are those of the list in
//! the bank's protocol. The others stand with the storage and with the job.

use cbr::{Document, ParseError, parse, parse_daily, parse_dynamic, parse_mirror};
use chrono::NaiveDate;
use proptest::prelude::*;

const REAL: &[u8] = include_bytes!("../fixtures/daily-2024-11-09.xml");
const OLD: &[u8] = include_bytes!("../fixtures/daily-2016-12-09-without-unit-rates.xml");
const TINY: &[u8] = include_bytes!("../fixtures/daily-2026-01-17-tiny-rate.xml");
const JANUARY: &[u8] = include_bytes!("../fixtures/dynamic-usd-2025-01.xml");
const EMPTY: &[u8] = include_bytes!("../fixtures/dynamic-empty.xml");
const FLIP: &[u8] = include_bytes!("../fixtures/dynamic-cny-nominal-flip.xml");
const ERROR: &[u8] = include_bytes!("../fixtures/error.xml");
const GUARD: &[u8] = include_bytes!("../fixtures/ddos-guard.html");
const MIRROR: &[u8] = include_bytes!("../fixtures/mirror-2024-11-09.json");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn daily_with(valutes: &str) -> String {
    format!(r#"<?xml version="1.0"?><ValCurs Date="02.12.2025">{valutes}</ValCurs>"#)
}

fn valute(code: &str, nominal: &str, value: &str, unit: &str) -> String {
    format!(
        r#"<Valute ID="R0"><CharCode>{code}</CharCode><Nominal>{nominal}</Nominal><Value>{value}</Value>{unit}</Valute>"#
    )
}

#[test]
fn check_1_windows_1251_with_cyrillic_names_is_readable() {
    assert!(String::from_utf8(REAL.to_vec()).is_err(), "the fixture is not UTF-8");
    let read = parse_daily(REAL).unwrap();
    assert_eq!(read.of("USD").unwrap().name, "Доллар США");
    assert_eq!(parse_daily(OLD).unwrap().of("CNY").unwrap().name, "Китайских юаней & ко");
}

#[test]
fn check_2_the_value_is_exact_and_a_shorter_unit_rate_is_equal() {
    let read = parse_daily(REAL).unwrap();
    let yuan = &read.of("CNY").unwrap().quote;
    assert_eq!((yuan.nominal, yuan.value.to_string().as_str()), (1, "13.5940"));
    assert_eq!(yuan.unit_rate.to_string(), "13.594");
    assert!(read.refused.is_empty());
}

#[test]
fn check_3_the_rate_is_divided_by_the_nominal_of_its_own_record() {
    let ten = daily_with(&valute("CNY", "10", "85,8282", "<VunitRate>8,58282</VunitRate>"));
    let one = daily_with(&valute("CNY", "1", "10,9119", "<VunitRate>10,9119</VunitRate>"));
    let rate = |text: &str| parse_daily(text.as_bytes()).unwrap().records[0].quote.unit_rate.to_string();
    assert_eq!((rate(&ten), rate(&one)), ("8.58282".to_owned(), "10.9119".to_owned()));
}

#[test]
fn check_4_a_tiny_rate_in_scientific_notation_stops_nobody() {
    let read = parse_daily(TINY).unwrap();
    let codes: Vec<&str> = read.records.iter().map(|record| record.currency.as_str()).collect();
    assert_eq!(codes, ["USD", "IRR", "CNY"]);
    assert_eq!(read.of("IRR").unwrap().quote.unit_rate.to_string(), "0.0000721103");
}

#[test]
fn check_5_an_old_document_has_no_unit_rates() {
    let read = parse_daily(OLD).unwrap();
    assert_eq!(read.of("CNY").unwrap().quote.unit_rate.to_string(), "9.21421");
    assert_eq!(read.of("USD").unwrap().quote.value.to_string(), "63.3901");
}

#[test]
fn check_6_the_date_is_that_of_the_document_and_not_of_the_question() {
    let read = parse_daily(REAL).unwrap();
    assert_eq!(read.effective_on, day("2024-11-09"));
    assert_eq!(read.of("USD").unwrap().quote.value.to_string(), "97.8335");
}

#[test]
fn check_9_a_period_has_the_days_on_which_a_rate_took_effect() {
    let read = parse_dynamic(JANUARY, "R01235", day("2025-01-10"), day("2025-01-14")).unwrap();
    let records: Vec<String> =
        read.records.iter().map(|record| format!("{} {}", record.effective_on, record.quote.value)).collect();
    assert_eq!(records, ["2025-01-10 102.2911", "2025-01-11 101.9146", "2025-01-14 102.7081"]);
}

#[test]
fn check_10_an_empty_period_is_good_and_another_one_is_refused() {
    let (from, until) = (day("2025-01-12"), day("2025-01-13"));
    assert!(parse_dynamic(EMPTY, "R01235", from, until).unwrap().records.is_empty());
    for (id, from, until) in
        [("R01375", from, until), ("R01235", day("2025-01-11"), until), ("R01235", from, day("2025-01-14"))]
    {
        assert!(matches!(parse_dynamic(EMPTY, id, from, until), Err(ParseError::OffQuestion(_))));
    }
    assert!(matches!(parse_dynamic(REAL, "R01235", from, until), Err(ParseError::OffQuestion(_))));
    assert!(matches!(parse_daily(EMPTY), Err(ParseError::OffQuestion(_))));
}

#[test]
fn a_period_is_sorted_and_each_record_has_its_own_nominal() {
    let read = parse_dynamic(FLIP, "R01375", day("2019-01-01"), day("2019-01-10")).unwrap();
    let rates: Vec<String> = read.records.iter().map(|record| record.quote.unit_rate.to_string()).collect();
    assert_eq!(rates, ["10.0997", "9.81498"]);
}

#[test]
fn a_record_outside_of_the_period_or_of_another_currency_is_refused_alone() {
    let text = r#"<ValCurs ID="R01235" DateRange1="10.01.2025" DateRange2="14.01.2025">
        <Record Date="09.01.2025" Id="R01235"><Nominal>1</Nominal><Value>1,0</Value></Record>
        <Record Date="10.01.2025" Id="R01375"><Nominal>1</Nominal><Value>1,0</Value></Record>
        <Record Date="11.01.2025" Id="R01235"><Nominal>1</Nominal><Value>101,9146</Value></Record></ValCurs>"#;
    let read = parse_dynamic(text.as_bytes(), "R01235", day("2025-01-10"), day("2025-01-14")).unwrap();
    assert_eq!((read.records.len(), read.refused.len()), (1, 2));
}

#[test]
fn check_11_the_error_document_is_a_refusal() {
    assert_eq!(parse_daily(ERROR), Err(ParseError::Refused("Error in parameters".to_owned())));
    let dynamic = parse_dynamic(ERROR, "R01235", day("2025-01-10"), day("2025-01-14"));
    assert_eq!(dynamic, Err(ParseError::Refused("Error in parameters".to_owned())));
}

#[test]
fn check_12_a_protection_page_is_not_a_document_of_rates() {
    assert!(matches!(parse_daily(GUARD), Err(ParseError::NotRates(_))));
    let page = b"<html><body>proxy</body></html>";
    assert!(matches!(parse_daily(page), Err(ParseError::NotRates(_))));
    assert!(matches!(parse_daily(b""), Err(ParseError::NotRates(_))));
}

#[test]
fn check_13_of_a_document_cut_anywhere_nothing_is_taken() {
    for length in 0..REAL.len() {
        assert!(parse_daily(&REAL[..length]).is_err(), "cut at {length}");
    }
    for length in 0..JANUARY.len() {
        let read = parse_dynamic(&JANUARY[..length], "R01235", day("2025-01-10"), day("2025-01-14"));
        assert!(read.is_err(), "cut at {length}");
    }
}

#[test]
fn check_15_a_missing_currency_is_missed_and_its_neighbours_are_there() {
    let read = parse_daily(daily_with(&valute("USD", "1", "77,7027", "")).as_bytes()).unwrap();
    assert!(read.of("CNY").is_none());
    assert_eq!(read.of("USD").unwrap().quote.value.to_string(), "77.7027");
}

#[test]
fn check_16_the_digits_of_the_mirror_are_taken_as_they_stand() {
    let read = parse_mirror(MIRROR).unwrap();
    assert_eq!(read.effective_on, day("2024-11-09"));
    assert_eq!(read.of("CNY").unwrap().quote.value.to_string(), "13.594");
    assert_eq!(read.of("IRR").unwrap().quote.value.to_string(), "0.0000721103");
    let late = String::from_utf8(MIRROR.to_vec()).unwrap().replace("T11:30:00+03:00", "T22:30:00Z");
    assert_eq!(parse_mirror(late.as_bytes()).unwrap().effective_on, day("2024-11-10"), "the day in Moscow");
    assert!(matches!(parse_mirror(b"{\"Date\": 1}"), Err(ParseError::NotRates(_))));
    assert!(matches!(parse_mirror(&MIRROR[..300]), Err(ParseError::Damaged(_))));
}

#[test]
fn a_value_that_cannot_be_true_is_refused_and_its_neighbours_stay() {
    let wrong = [
        valute("AAA", "1", "0,0000", ""),
        valute("BBB", "1", "-5,1", ""),
        valute("CCC", "1", "много", ""),
        valute("DDD", "0", "5,1", ""),
        valute("EEE", "ten", "5,1", ""),
        valute("FFF", "1", "", ""),
        valute("GGG", "1", "85,8282", "<VunitRate>8,58282</VunitRate>"),
        valute("", "1", "5,1", ""),
        valute("USD", "1", "77,7027", "<VunitRate>77,7027</VunitRate>"),
        valute("KGS", "100", "89,1", "<VunitRate>?</VunitRate>"),
    ];
    let read = parse_daily(daily_with(&wrong.concat()).as_bytes()).unwrap();
    let good: Vec<&str> = read.records.iter().map(|record| record.currency.as_str()).collect();
    assert_eq!(good, ["USD", "KGS"]);
    let refused: Vec<&str> = read.refused.iter().map(|refused| refused.key.as_str()).collect();
    assert_eq!(refused, ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", ""]);
}

#[test]
fn entities_from_outside_are_never_followed() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE v [<!ENTITY a SYSTEM "file:///etc/passwd">]>
        <ValCurs Date="02.12.2025"><Valute><Name>&a;</Name></Valute></ValCurs>"#;
    assert!(matches!(parse_daily(bomb.as_bytes()), Err(ParseError::NotRates(_))));
    let unknown = daily_with("<Valute><Name>&a;</Name></Valute>");
    assert!(matches!(parse_daily(unknown.as_bytes()), Err(ParseError::Damaged(_))));
    assert!(parse_daily("<a>".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn a_document_is_told_by_its_root() {
    assert!(matches!(parse(REAL), Ok(Document::Daily(_))));
    assert!(matches!(parse(JANUARY), Ok(Document::Dynamic(_))));
    assert!(matches!(parse(MIRROR), Ok(Document::Daily(_))));
}

proptest! {
    #[test]
    fn bytes_of_any_kind_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0..800_usize) {
        let _ = parse(&bytes);
        let mut damaged = REAL.to_vec();
        let at = at.min(damaged.len());
        damaged.splice(at..(at + bytes.len()).min(damaged.len()), bytes);
        let _ = parse(&damaged);
    }
}
