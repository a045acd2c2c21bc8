use crm_core::fixture::user;
use crm_core::media::{NewUpload, upload};
use futures::stream;
use media_store::Expected;
use std::convert::Infallible;

use super::*;
use crate::http::testing::{now, wait};
use crate::vault::Vault;
use crate::worker::schedule::Scheduler;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_upload_that_nobody_sent_goes_with_its_bytes_and_others_stay(pool: PgPool) {
    let vault = Vault::in_memory();
    let mut tasks = Tasks::default();
    add(&mut tasks, &vault.store, TimeDelta::days(180));
    let scheduler = Scheduler::new(pool.clone(), now, tasks);
    scheduler.register().await.unwrap();
    let anna = user(&mut pool.acquire().await.unwrap(), "Анна", "manager").await;
    let bring = async |words: &'static [u8]| {
        let whole = stream::iter([Ok::<_, Infallible>(bytes::Bytes::from_static(words))]);
        let expected = Expected { max_bytes: 100, ..Expected::default() };
        let bytes = vault.keep(&pool, now, whole, &expected).await.unwrap();
        let sha256 = bytes.sha256.clone();
        let kind = connector_api::MediaKind::Document;
        let new = NewUpload { kind, file_name: None, bytes, duration_s: None };
        upload(&mut pool.acquire().await.unwrap(), &anna, &new, now()).await.unwrap();
        sha256
    };
    let (old, again) = (bring(b"old").await, bring(b"again").await);
    wait(TimeDelta::days(7) + TimeDelta::minutes(1));
    let new = bring(b"new").await;
    assert_eq!(bring(b"again").await, again);
    // Files become nobody's in the first hour, and their bytes go in the second at the latest.
    scheduler.run_due().await.unwrap();
    wait(TimeDelta::hours(1));
    scheduler.run_due().await.unwrap();
    assert_eq!(vault.store.size(&old).await.unwrap(), None);
    assert_eq!(vault.store.size(&new).await.unwrap(), Some(3));
    assert_eq!(vault.store.size(&again).await.unwrap(), Some(5), "somebody brought the same again");
}
