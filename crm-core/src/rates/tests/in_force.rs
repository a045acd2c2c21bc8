use std::collections::BTreeMap;

use chrono::Days;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::dec;
use sqlx::PgPool;

use super::*;

/// Check 6 of the bank's protocol, the part of the storage.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn saturdays_rate_holds_on_sunday_and_monday(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    told(&mut conn, Currency::USD, "2024-11-09", dec!(97.8335)).await;
    for on in ["2024-11-09", "2024-11-10", "2024-11-11"] {
        assert_eq!(unit_rate(&mut conn, Currency::USD, on).await.as_deref(), Some("97.8335"));
    }
    let records = history(&mut conn, Currency::USD, day("2024-11-01"), day("2024-11-30")).await.unwrap();
    assert_eq!(records.len(), 1, "no rows for days without a record");
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2024-11-08").await, None);
}

/// Check 9: never a rate of a later day.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn days_between_records_have_the_earlier_one_and_days_before_have_none(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    for (on, value) in
        [("2025-01-10", dec!(102.2911)), ("2025-01-11", dec!(101.9146)), ("2025-01-14", dec!(102.7081))]
    {
        told(&mut conn, Currency::USD, on, value).await;
    }
    for on in ["2025-01-12", "2025-01-13"] {
        assert_eq!(unit_rate(&mut conn, Currency::USD, on).await.as_deref(), Some("101.9146"));
    }
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2025-01-09").await, None);
    told(&mut conn, Currency::USD, "2024-12-29", dec!(101.6797)).await;
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2025-01-09").await.as_deref(), Some("101.6797"));
}

/// Check 7: midnight in Moscow, wherever the server stands.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn tomorrows_rate_waits_for_midnight_in_moscow(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7027)).await;
    told(&mut conn, Currency::USD, "2025-12-03", dec!(77.4631)).await;
    let seen = async |conn: &mut PgConnection, at: &str| {
        let now = overview(conn, &[Currency::USD], moment(at)).await.unwrap();
        let item = &now.items[0];
        (item.rate.as_ref().unwrap().value.to_string(), item.next.as_ref().map(|next| next.value.to_string()))
    };
    let (today, tomorrow) = ("77.7027".to_owned(), "77.4631".to_owned());
    assert_eq!(seen(&mut conn, "2025-12-02T17:00:00+03:00").await, (today.clone(), Some(tomorrow.clone())));
    assert_eq!(seen(&mut conn, "2025-12-02T23:59:59+03:00").await, (today.clone(), Some(tomorrow.clone())));
    // One moment in three zones.
    assert_eq!(seen(&mut conn, "2025-12-02T20:30:00Z").await, (today.clone(), Some(tomorrow.clone())));
    assert_eq!(seen(&mut conn, "2025-12-03T04:30:00+08:00").await, (today, Some(tomorrow.clone())));
    assert_eq!(seen(&mut conn, "2025-12-02T21:00:00Z").await, (tomorrow, None));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_header_has_the_change_the_age_and_a_warning(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let all = [Currency::USD, Currency::CNY];
    told(&mut conn, Currency::USD, "2025-12-03", dec!(77.4631)).await;
    told(&mut conn, Currency::USD, "2025-12-04", dec!(77.9556)).await;
    let noon = moment("2025-12-04T12:00:00+03:00");
    let now = overview(&mut conn, &all, noon).await.unwrap();
    assert_eq!(now.warning, Some(RateWarning::NoRate));
    let dollar = &now.items[0];
    assert_eq!((dollar.change.unwrap(), dollar.direction), (dec!(0.4925), Some(Direction::Up)));

    told(&mut conn, Currency::CNY, "2025-12-03", dec!(10.95)).await;
    told(&mut conn, Currency::CNY, "2025-12-04", dec!(10.90)).await;
    let now = overview(&mut conn, &all, noon).await.unwrap();
    assert_eq!((now.warning, now.items[1].direction), (None, Some(Direction::Down)));

    note_failure(&mut conn, RateSource::Bank, "нет ответа", noon).await.unwrap();
    let failing = overview(&mut conn, &all, noon).await.unwrap();
    assert_eq!(failing.warning, Some(RateWarning::SourceFailing));
    assert!(!RateWarning::SourceFailing.is_alarm());
    let later = noon + chrono::TimeDelta::hours(24);
    note_failure(&mut conn, RateSource::Bank, "нет ответа", later).await.unwrap();
    let out = overview(&mut conn, &all, later).await.unwrap();
    assert_eq!(out.warning, Some(RateWarning::SourceOut));
    assert_eq!(out.bank.unwrap().failing_since, Some(noon));
    note_success(&mut conn, RateSource::Bank, later).await.unwrap();
    assert_eq!(overview(&mut conn, &all, later).await.unwrap().warning, None);
    let week = noon + chrono::TimeDelta::days(7);
    assert_eq!(overview(&mut conn, &all, week).await.unwrap().warning, Some(RateWarning::Stale));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_currencies_are_converted_by_rates_of_one_date(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    told(&mut conn, Currency::USD, "2024-11-09", dec!(97.8335)).await;
    told(&mut conn, Currency::CNY, "2024-11-09", dec!(13.5940)).await;
    told(&mut conn, Currency::USD, "2024-11-12", dec!(97.9560)).await;
    let (usd, cny) = (Currency::USD, Currency::CNY);
    let exact = convert(&mut conn, dec!(100), usd, cny, day("2024-11-09")).await.unwrap();
    assert_eq!((exact.result.to_string().as_str(), exact.basis), ("719.68", Basis::Exact));
    assert!(exact.is_derived);
    let carried = convert(&mut conn, dec!(100), usd, cny, day("2024-11-10")).await.unwrap();
    assert_eq!((carried.result, carried.basis), (exact.result, Basis::Carried));
    let common = convert(&mut conn, dec!(100), usd, cny, day("2024-11-12")).await.unwrap();
    assert_eq!((common.result, common.basis), (exact.result, Basis::LastCommon));
    assert_eq!(common.effective_on, Some(day("2024-11-09")));
    let rubles = convert(&mut conn, dec!(100), usd, Currency::RUB, day("2024-11-12")).await.unwrap();
    assert_eq!((rubles.result, rubles.basis, rubles.is_derived), (dec!(9795.60), Basis::Exact, false));
    let early = convert(&mut conn, dec!(100), usd, Currency::RUB, day("2024-11-08")).await;
    assert!(matches!(early, Err(ConversionError::NoRate(Currency::USD))));
    let same = convert(&mut conn, dec!(100), cny, cny, day("2000-01-01")).await.unwrap();
    assert_eq!((same.result, same.effective_on), (dec!(100.00), None));
}

/// One fetch: which records of the series, in which order, told by whom.
type Fetch = (Vec<usize>, bool);

/// A series of records by date: days since the one before, hundredths of a ruble per unit, the power of the nominal.
fn series() -> impl Strategy<Value = Vec<(u64, i64, u32)>> {
    proptest::collection::vec((1..12_u64, 500..1500_i64, 0..3_u32), 1..12)
}

fn stories() -> impl Strategy<Value = (Vec<(u64, i64, u32)>, Vec<Fetch>)> {
    series().prop_flat_map(|series| {
        let one = (proptest::collection::vec(0..series.len(), 1..5), proptest::bool::weighted(0.8));
        (Just(series), proptest::collection::vec(one, 1..10))
    })
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_rate_in_force_is_that_of_the_naive_definition_for_any_series_and_any_order(pool: PgPool) {
    let mut runner = TestRunner::deterministic();
    let start = day("2025-12-20");
    for _ in 0..60 {
        let (series, fetches) = stories().new_tree(&mut runner).unwrap().current();
        let mut at = start;
        let records: Vec<(NaiveDate, u32, Decimal)> = series
            .iter()
            .map(|(gap, hundredths, power)| {
                at = at + Days::new(*gap);
                let nominal = 10_u32.pow(*power);
                (at, nominal, Decimal::new(*hundredths, 2) * Decimal::from(nominal))
            })
            .collect();
        let mut tx = pool.begin().await.unwrap();
        let mut known = BTreeMap::new();
        for (indexes, from_bank) in &fetches {
            for index in indexes {
                let (on, nominal, value) = records[*index];
                let source = if *from_bank { RateSource::Bank } else { RateSource::Mirror };
                let new = rate_of(Currency::CNY, on, source, nominal, value);
                take(&mut tx, &new, some_time()).await.unwrap();
                known.insert(on, (nominal, value));
            }
            let mut today = start;
            while today <= at + Days::new(3) {
                let naive = known.iter().filter(|(on, _)| **on <= today).max_by_key(|(on, _)| **on);
                let naive = naive.map(|(on, (nominal, value))| (*on, *nominal, *value));
                let found = in_force(&mut tx, Currency::CNY, today).await.unwrap();
                let found = found.map(|rate| (rate.effective_on, rate.nominal, rate.value));
                assert_eq!(found, naive, "on {today} of {series:?} fetched as {fetches:?}");
                today = today + Days::new(1);
            }
        }
        tx.rollback().await.unwrap();
    }
}
