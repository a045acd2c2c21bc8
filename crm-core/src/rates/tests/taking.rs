use rust_decimal::dec;
use sqlx::PgPool;

use super::*;
use crate::fixture;

async fn open_doubts(conn: &mut PgConnection) -> Vec<(DoubtReason, String)> {
    let mut tx = sqlx::Connection::begin(conn).await.unwrap();
    let boss = fixture::user(&mut tx, "boss", "director").await;
    let open = doubts(&mut tx, &boss).await.unwrap();
    open.into_iter().map(|doubt| (doubt.reason, doubt.figure.value.to_string())).collect()
}

/// Check 14, first half, and checks 5 and 8 of what a job does.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_record_any_number_of_times_is_one_row(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7027)).await, Taken::New);
    for _ in 0..9 {
        assert_eq!(told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7027)).await, Taken::Known);
    }
    assert_eq!(told(&mut conn, Currency::USD, "2025-12-02", dec!(77.702700)).await, Taken::Known);
    assert!(open_doubts(&mut conn).await.is_empty());
}

/// Check 14, second half.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_workers_at_once_make_one_record(pool: PgPool) {
    let workers = (0..6).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let taken = told(&mut tx, Currency::USD, "2025-12-02", dec!(77.7027)).await;
            tx.commit().await.unwrap();
            taken
        })
    });
    let mut taken = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        taken.push(worker.await.unwrap());
    }
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::New).count(), 1, "{taken:?}");
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Known).count(), 5, "{taken:?}");
}

/// Check 3, the part of the storage.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_changed_nominal_is_no_jump(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let ten = rate_of(Currency::CNY, day("2022-07-23"), RateSource::Bank, 10, dec!(85.8282));
    assert_eq!(take(&mut conn, &ten, some_time()).await.unwrap(), Taken::New);
    assert_eq!(told(&mut conn, Currency::CNY, "2022-07-26", dec!(8.9119)).await, Taken::New);
    assert_eq!(unit_rate(&mut conn, Currency::CNY, "2022-07-25").await.as_deref(), Some("8.58282"));
    assert_eq!(unit_rate(&mut conn, Currency::CNY, "2022-07-26").await.as_deref(), Some("8.9119"));
    assert!(open_doubts(&mut conn).await.is_empty());
    // Months later: told, and not refused as ten times.
    assert_eq!(told(&mut conn, Currency::CNY, "2023-05-03", dec!(10.9119)).await, Taken::NewWithJump);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn ten_times_is_refused_and_a_jump_is_stored_and_told(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    told(&mut conn, Currency::CNY, "2025-12-02", dec!(10.90)).await;
    assert_eq!(told(&mut conn, Currency::CNY, "2025-12-03", dec!(109.80)).await, Taken::RefusedTenfold);
    assert_eq!(told(&mut conn, Currency::CNY, "2025-12-03", dec!(109.80)).await, Taken::RefusedTenfold);
    assert_eq!(unit_rate(&mut conn, Currency::CNY, "2025-12-03").await.as_deref(), Some("10.9"));
    assert_eq!(told(&mut conn, Currency::CNY, "2025-12-03", dec!(14.10)).await, Taken::NewWithJump);
    assert_eq!(unit_rate(&mut conn, Currency::CNY, "2025-12-03").await.as_deref(), Some("14.1"));
    // Noticed in the same moment, so in any order.
    let open = open_doubts(&mut conn).await;
    assert_eq!(open.len(), 2, "each once");
    assert!(open.contains(&(DoubtReason::Tenfold, "109.80".to_owned())));
    assert!(open.contains(&(DoubtReason::Jump, "14.10".to_owned())));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_two_figures_of_the_bank_for_one_day_the_first_counts_and_both_are_kept(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7027)).await;
    for _ in 0..2 {
        assert_eq!(told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7100)).await, Taken::Differs);
    }
    assert_eq!(unit_rate(&mut conn, Currency::USD, "2025-12-02").await.as_deref(), Some("77.7027"));
    assert_eq!(open_doubts(&mut conn).await, [(DoubtReason::Differs, "77.7100".to_owned())]);
}

/// Check 16, the part of the storage.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_banks_record_replaces_that_of_the_mirror(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let mirror = |on: &str, value| rate_of(Currency::CNY, day(on), RateSource::Mirror, 1, value);
    take(&mut conn, &mirror("2024-11-09", dec!(13.594)), some_time()).await.unwrap();
    take(&mut conn, &mirror("2024-11-12", dec!(13.60)), some_time()).await.unwrap();
    assert_eq!(told(&mut conn, Currency::CNY, "2024-11-09", dec!(13.5940)).await, Taken::ReplacedMirror);
    assert_eq!(told(&mut conn, Currency::CNY, "2024-11-12", dec!(13.6102)).await, Taken::ReplacedMirror);
    let records = history(&mut conn, Currency::CNY, day("2024-11-01"), day("2024-11-30")).await.unwrap();
    let shown: Vec<_> = records.iter().map(|rate| (rate.source, rate.value.to_string())).collect();
    assert_eq!(
        shown,
        [(RateSource::Bank, "13.5940".to_owned()), (RateSource::Bank, "13.6102".to_owned())],
        "no new rows"
    );
    assert_eq!(open_doubts(&mut conn).await, [(DoubtReason::MirrorDiffered, "13.60".to_owned())]);
    let late = take(&mut conn, &mirror("2024-11-12", dec!(13.60)), some_time()).await.unwrap();
    assert_eq!(late, Taken::Known, "the mirror has no say beside the bank");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_resolved_doubt_is_gone_and_audited(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7027)).await;
    told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7100)).await;
    let anna = fixture::user(&mut conn, "anna", "manager").await;
    let count = fixture::user(&mut conn, "count", "accountant").await;
    assert!(matches!(doubts(&mut conn, &anna).await, Err(RateError::Forbidden(_))));
    let doubt = doubts(&mut conn, &count).await.unwrap().remove(0);
    let refused = resolve_doubt(&mut conn, &anna, doubt.id, some_time()).await;
    assert!(matches!(refused, Err(RateError::Forbidden(_))));
    resolve_doubt(&mut conn, &count, doubt.id, some_time()).await.unwrap();
    assert!(doubts(&mut conn, &count).await.unwrap().is_empty());
    let again = resolve_doubt(&mut conn, &count, doubt.id, some_time()).await;
    assert!(matches!(again, Err(RateError::Missing)));
    // The bank goes on saying it: it is known and resolved.
    told(&mut conn, Currency::USD, "2025-12-02", dec!(77.7100)).await;
    assert!(doubts(&mut conn, &count).await.unwrap().is_empty());
}
