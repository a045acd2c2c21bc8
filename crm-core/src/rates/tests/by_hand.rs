use rust_decimal::dec;
use sqlx::PgPool;

use super::*;
use crate::access::audit::{self, Filter};
use crate::fixture;

fn by_hand(value: Decimal) -> ManualRate {
    ManualRate {
        currency: Currency::USD,
        effective_on: day("2026-06-05"),
        nominal: 1,
        value,
        reason: "  Банк России не отвечает  ".to_owned(),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_rate_by_hand_counts_until_it_is_withdrawn_and_the_banks_stays_beside(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let count = fixture::user(&mut conn, "count", "accountant").await;
    told(&mut conn, Currency::USD, "2026-06-04", dec!(78.00)).await;
    let entered = enter(&mut conn, &count, &by_hand(dec!(79.5)), some_time()).await.unwrap();
    assert_eq!(
        (entered.source, entered.reason.as_deref()),
        (RateSource::Manual, Some("Банк России не отвечает"))
    );
    told(&mut conn, Currency::USD, "2026-06-05", dec!(78.20)).await;
    told(&mut conn, Currency::USD, "2026-06-06", dec!(78.40)).await;
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2026-06-04").await.as_deref(), Some("78"));
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2026-06-05").await.as_deref(), Some("79.5"));
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2026-06-06").await.as_deref(), Some("78.4"));
    let records = history(&mut conn, Currency::USD, day("2026-06-05"), day("2026-06-05")).await.unwrap();
    let used: Vec<_> = records.iter().map(|rate| (rate.source, rate.is_used)).collect();
    assert_eq!(used, [(RateSource::Manual, true), (RateSource::Bank, false)]);

    enter(&mut conn, &count, &by_hand(dec!(79.6)), some_time()).await.unwrap();
    withdraw(&mut conn, &count, Currency::USD, day("2026-06-05"), some_time()).await.unwrap();
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2026-06-05").await.as_deref(), Some("78.2"));
    let again = withdraw(&mut conn, &count, Currency::USD, day("2026-06-05"), some_time()).await;
    assert!(matches!(again, Err(RateError::Missing)));

    let boss = fixture::user(&mut conn, "boss", "director").await;
    let filter = Filter { subject_kind: Some("rate".to_owned()), ..Filter::default() };
    let log = audit::list(&mut conn, &boss, &filter, None, 10).await.unwrap();
    let told: Vec<_> = log.iter().map(|entry| (entry.action.as_str(), entry.subject_id.as_str())).collect();
    assert_eq!(
        told,
        [
            ("rate.withdraw", "USD 2026-06-05"),
            ("rate.enter", "USD 2026-06-05"),
            ("rate.enter", "USD 2026-06-05")
        ]
    );
    assert_eq!(log[1].before.as_ref().unwrap()["value"], "79.5");
    assert_eq!(log[1].after.as_ref().unwrap()["value"], "79.6");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn accountant_director_and_administrator_enter_rates_and_nobody_else(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    for role in ["accountant", "director", "administrator"] {
        let user = fixture::user(&mut conn, role, role).await;
        enter(&mut conn, &user, &by_hand(dec!(79.5)), some_time()).await.unwrap();
    }
    for role in ["manager", "head_of_sales", "secretary", "deputy_chief_accountant", "seller"] {
        let user = fixture::user(&mut conn, role, role).await;
        let refused = enter(&mut conn, &user, &by_hand(dec!(1)), some_time()).await;
        assert!(matches!(refused, Err(RateError::Forbidden(_))), "{role}");
        let refused = withdraw(&mut conn, &user, Currency::USD, day("2026-06-05"), some_time()).await;
        assert!(matches!(refused, Err(RateError::Forbidden(_))), "{role}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_rate_that_cannot_be_is_refused_by_its_field(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let count = fixture::user(&mut conn, "count", "accountant").await;
    let good = || by_hand(dec!(79.5));
    for (field, wrong) in [
        ("currency", ManualRate { currency: Currency::RUB, ..good() }),
        ("nominal", ManualRate { nominal: 0, ..good() }),
        ("value", by_hand(dec!(0))),
        ("value", by_hand(dec!(-1))),
        ("value", by_hand(dec!(1000000000))),
        ("reason", ManualRate { reason: "  ".to_owned(), ..good() }),
        ("effective_on", ManualRate { effective_on: day("2027-01-01"), ..good() }),
    ] {
        let refused = enter(&mut conn, &count, &wrong, some_time()).await;
        assert!(matches!(refused, Err(RateError::Invalid { field: named, .. }) if named == field), "{field}");
    }
}
