//! A year by the hour: holidays, two outages of three days, a nominal that flips.

use chrono::{Days, TimeDelta};
use crm_core::rates::moscow_date;
use mocks::cbr::is_working;

use super::*;

/// The bank is out, and its mirror too.
const ALONE: (&str, &str) = ("2025-07-15T10:00", "2025-07-18T10:00");
/// The bank is out, its mirror is there.
const MIRRORED: (&str, &str) = ("2025-09-09T10:00", "2025-09-12T10:00");

/// A line of the table.
#[derive(Default)]
struct Month {
    days: u32,
    records: u32,
    right_hours: u32,
    waiting_hours: u32,
    alarm_hours: u32,
    asked: u64,
    most_asked: u64,
}

/// The last day with a record, up to this one: the definition that needs no program.
fn last_record(today: NaiveDate) -> NaiveDate {
    let has_record = |day: &NaiveDate| is_working(*day - Days::new(1));
    today.iter_days().rev().find(has_record).unwrap()
}

fn is_within(span: (&str, &str), moment: DateTime<Utc>) -> bool {
    (moscow(span.0)..moscow(span.1)).contains(&moment)
}

/// Modes change as they are due.
fn direct(stand: &Stand) {
    let out = is_within(ALONE, now()) || is_within(MIRRORED, now());
    stand.behave(if out { Mode::Protection(403) } else { Mode::Well });
    let mirror_out = is_within(ALONE, now());
    stand.server.behave_as_mirror(if mirror_out { Mode::Down } else { Mode::Well });
}

/// An alarm is right from a day after the first failed question of an outage until the first good one after it. The last
/// question before it was the day before, in the afternoon; the first one after it comes within an hour.
fn may_alarm(moment: DateTime<Utc>) -> bool {
    [ALONE, MIRRORED].iter().any(|span| {
        let hours = TimeDelta::hours;
        (moscow(span.0) + hours(24)..moscow(span.1) + hours(1)).contains(&moment)
    })
}

fn must_alarm(moment: DateTime<Utc>) -> bool {
    [ALONE, MIRRORED].iter().any(|span| {
        let hours = TimeDelta::hours;
        (moscow(span.0) + hours(30)..moscow(span.1)).contains(&moment)
    })
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn every_day_of_a_year_has_the_right_rate(pool: PgPool) {
    let stand = Stand::new(pool, "2025-02-01T00:00").await;
    let mut months: Vec<(String, Month)> = Vec::new();
    let mut asked_before = 0;
    let mut due = now();
    let mut overview = stand.overview().await;
    for hour in 0..365 * 24 {
        let moment = moscow("2025-02-01T00:00") + TimeDelta::hours(hour);
        direct(&stand);
        let ran = due <= moment;
        if ran {
            due = stand.until(moment).await;
        }
        go_to(moment);
        let local = moment.with_timezone(&Moscow);
        let today = moscow_date(moment);
        let name = local.format("%Y-%m").to_string();
        if months.last().is_none_or(|(last, _)| *last != name) {
            months.push((name, Month::default()));
        }
        let month = &mut months.last_mut().unwrap().1;

        // Without a run what is shown can change at midnight only, or while an outage grows old.
        let is_failing = overview.bank.as_ref().is_some_and(|bank| bank.failing_since.is_some());
        if ran || overview.today != today || is_failing {
            overview = stand.overview().await;
        }
        let expected = last_record(today);
        let right = overview.items.iter().all(|item| {
            let rate = item.rate.as_ref().unwrap();
            rate.effective_on == expected && rate.unit_rate == stand.told(item.currency, expected)
        });
        // Nobody can know a rate that nobody tells; as soon as the bank is back, it is there.
        let may_wait = (moscow(ALONE.0)..moscow(ALONE.1) + TimeDelta::hours(1)).contains(&moment);
        assert!(right || may_wait, "{local}: {:?}", overview.items);
        month.right_hours += u32::from(right);
        month.waiting_hours += u32::from(!right);

        let is_alarm = overview.warning.is_some_and(rates::RateWarning::is_alarm);
        assert!(!is_alarm || may_alarm(moment), "{local}: {:?}", overview.warning);
        assert!(is_alarm || !must_alarm(moment), "{local}: no alarm");
        month.alarm_hours += u32::from(is_alarm);

        if local.format("%H").to_string() == "23" {
            let asked = stand.asked() - asked_before;
            assert!(asked < 25, "{today}: {asked} questions");
            asked_before = stand.asked();
            month.days += 1;
            month.records += u32::from(expected == today);
            month.asked += asked;
            month.most_asked = month.most_asked.max(asked);
        }
    }
    print(&months);
    afterwards(&stand).await;
}

/// Every day of the year, the outages too, is right in the end, and nothing is in doubt.
async fn afterwards(stand: &Stand) {
    let mut conn = stand.pool.acquire().await.unwrap();
    let mut nominals = Vec::new();
    for today in day("2025-02-01").iter_days().take(365) {
        for currency in Currency::USUAL {
            let rate = rates::in_force(&mut conn, currency, today).await.unwrap().unwrap();
            let expected = last_record(today);
            assert_eq!(rate.effective_on, expected, "{currency} on {today}");
            assert_eq!(rate.unit_rate, stand.told(currency, expected), "{currency} on {today}");
            assert_eq!(rate.source, RateSource::Bank, "{currency} on {today}");
            if currency == Currency::CNY && nominals.last() != Some(&rate.nominal) {
                nominals.push(rate.nominal);
            }
        }
    }
    assert!(nominals.len() > 2, "the nominal of the yuan flips: {nominals:?}");
    assert!(rates::doubts(&mut conn, &stand.root).await.unwrap().is_empty());
    println!("nominal of the yuan through the year: {nominals:?}");
}

fn print(months: &[(String, Month)]) {
    println!("month   | days | records | right h | waiting h | alarm h | questions | most a day");
    let mut total = Month::default();
    let line = |name: &str, month: &Month| {
        let Month { days, records, right_hours, waiting_hours, alarm_hours, asked, most_asked } = month;
        println!(
            "{name:<7} | {days:>4} | {records:>7} | {right_hours:>7} | {waiting_hours:>9} | {alarm_hours:>7} | \
             {asked:>9} | {most_asked:>10}"
        );
    };
    for (name, month) in months {
        line(name, month);
        total.days += month.days;
        total.records += month.records;
        total.right_hours += month.right_hours;
        total.waiting_hours += month.waiting_hours;
        total.alarm_hours += month.alarm_hours;
        total.asked += month.asked;
        total.most_asked = total.most_asked.max(month.most_asked);
    }
    line("year", &total);
    assert_eq!(total.days, 365);
}
