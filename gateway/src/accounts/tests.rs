use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use crm_core::accounts::{AccountEdit, edit};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::double::{DoubleAccounts, administrator, line, store};
use super::*;
use crate::reading;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn real_connectors(pool: &PgPool, key: SealKey) -> Accounts {
    let build = Arc::new(|name: &str, config| connectors::build(name, config, &connectors::tests::http()));
    Accounts::with_build(pool.clone(), key, build)
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_account_that_cannot_work_is_named_and_stops_no_other(pool: PgPool) {
    let key = SealKey::random();
    let good = store(&pool, &key, "telphin", "АТС", "s3cret", now()).await;
    let unknown = store(&pool, &key, "fax", "Факс", "s3cret", now() + TimeDelta::seconds(1)).await;
    let other_key =
        store(&pool, &SealKey::random(), "telphin", "АТС 2", "s3cret", now() + TimeDelta::seconds(2)).await;
    let accounts = real_connectors(&pool, key);
    assert!(accounts.by_key(&good.key).is_none(), "an empty directory knows nobody");
    accounts.reload().await.unwrap();

    let found = accounts.by_key(&good.key).unwrap();
    assert_eq!((found.id, found.channel, found.enabled), (good.id, Channel::Telephony, true));
    assert_eq!(accounts.by_id(good.id).unwrap().name, "АТС");
    assert_eq!(accounts.all().len(), 1);

    let broken = accounts.broken();
    assert_eq!(broken.iter().map(|b| b.id).collect::<Vec<_>>(), [unknown.id, other_key.id]);
    assert!(broken[0].error.contains("fax"), "{}", broken[0].error);
    assert!(broken[1].error.contains("another key"), "{}", broken[1].error);
    assert!(accounts.by_key(&unknown.key).is_none() && accounts.is_broken(&unknown.key));
    assert!(!accounts.is_broken(&good.key) && !accounts.is_broken("nobody"));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_unchanged_account_keeps_its_connector_over_a_reload(pool: PgPool) {
    let doubles = DoubleAccounts::new(pool.clone());
    let one = doubles.account("один", "s3cret", now()).await;
    let two = doubles.account("два", "s3cret", now()).await;
    let before = (doubles.accounts.by_id(one.id).unwrap(), doubles.accounts.by_id(two.id).unwrap());

    let mut tx = pool.begin().await.unwrap();
    let off = AccountEdit { enabled: Some(false), ..AccountEdit::default() };
    edit(&mut tx, &administrator(), two.id, off, now()).await.unwrap();
    tx.commit().await.unwrap();
    doubles.accounts.reload().await.unwrap();

    assert!(Arc::ptr_eq(&before.0, &doubles.accounts.by_id(one.id).unwrap()));
    assert!(!doubles.accounts.by_key(&two.key).unwrap().enabled);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_change_by_another_copy_is_seen_at_once(pool: PgPool) {
    let doubles = DoubleAccounts::new(pool.clone());
    let cancel = CancellationToken::new();
    let task = tokio::spawn({
        let (accounts, cancel) = (doubles.accounts.clone(), cancel.clone());
        async move { accounts.keep_fresh(cancel).await }
    });
    // Two, so that one of them comes when the listener surely listens: nobody waits for the half minute.
    for name in ["один", "два"] {
        let made = store(&pool, doubles.accounts.seal_key(), "double", name, "s3cret", now()).await;
        let seen = async {
            while doubles.accounts.by_key(&made.key).is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), seen).await.expect("the listener reloads");
    }
    cancel.cancel();
    task.await.unwrap();
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_body_that_breaks_its_connector_cannot_be_read_and_nothing_else_happens(pool: PgPool) {
    let doubles = DoubleAccounts::new(pool);
    let account = doubles.account("один", "s3cret", now()).await;
    let stored = doubles.receive(account.id, 0, &[line("1", "message", "а"), line("2", "bomb", "б")]).await;
    let read = reading::read(&stored, &doubles.accounts.by_id(account.id).unwrap());
    assert_eq!((read.raw_id, read.account_id, read.channel), (stored.id, account.id, Channel::Sms));
    assert_eq!(read.parsed.unwrap_err(), "the connector broke on this body");
}
