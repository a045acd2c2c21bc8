//! A caller waits at the menu: what the provider is told, and how soon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use connector_api::Region;
use crm_core::AccountId;
use crm_core::fixture::{client, contact, give, phone};
use crm_core::telephony::extension;
use http::{Request, StatusCode, header};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::{Hooks, Refusals, router};
use crate::accounts::Accounts;
use crate::accounts::double::{administrator, store};
use crate::app::{App, HttpSettings};
use crate::clock;
use crate::connectors;
use crate::http::testing::Stage;
use crate::intake::{Intake, IntakeSettings};
use crate::sealed::SealKey;
use crate::vault::Vault;
use crate::worker::apply::ApplyQueue;

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>";

/// The door of one PBX; `looking` is the pool by which clients are looked up.
struct Door {
    hooks: Hooks,
    key: String,
    _spool: tempfile::TempDir,
    stop: CancellationToken,
}

impl Door {
    async fn new(storing: &PgPool, looking: PgPool) -> (Self, AccountId) {
        let build =
            Arc::new(|name: &str, config| connectors::build(name, config, &connectors::tests::http()));
        let accounts = Accounts::with_build(storing.clone(), SealKey::random(), build);
        let stored = store(storing, accounts.seal_key(), "telphin", "АТС", "s3cret", clock::now()).await;
        assert_eq!(stored.region, Region::Russia);
        accounts.reload().await.unwrap();
        let spool = tempfile::tempdir().unwrap();
        let settings = IntakeSettings {
            spool_dir: spool.path().to_owned(),
            spool_max_bytes: 1_000_000,
            slow_after: Duration::from_millis(300),
        };
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let intake =
            Intake::start(storing.clone(), &settings, ApplyQueue::elsewhere(), &tasks, &stop).unwrap();
        let app =
            App::new(looking, clock::now, HttpSettings::default(), accounts.clone(), Vault::in_memory());
        let hooks = Hooks {
            accounts,
            intake,
            clock: clock::now,
            max_body_bytes: 10_000,
            read_timeout: Duration::from_secs(5),
            refusals: Refusals::default(),
            app,
        };
        (Self { hooks, key: stored.key, _spool: spool, stop }, stored.id)
    }

    /// The menu asks for this caller; status, kind and body of the answer, and how long it took.
    async fn ask(&self, caller: &str) -> (StatusCode, String, String, Duration) {
        let body = format!("EventType=call_interactive&CallID=7c11&CallFlow=IN&CallerIDNum={caller}");
        let request = Request::post(format!("/hooks/{}/s3cret", self.key)).body(Body::from(body)).unwrap();
        let started = Instant::now();
        let answer = router(self.hooks.clone()).oneshot(request).await.unwrap();
        let took = started.elapsed();
        let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, kind.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap(), took)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A client of Anna, who sits at 102.
async fn known_client(pool: &PgPool, account: AccountId) {
    let anna = Stage::new(pool.clone()).user("anna", "manager").await;
    let mut conn = pool.acquire().await.unwrap();
    let company = client(&mut conn, "A & B \"<C>\"", None).await;
    give(&mut conn, company, anna).await;
    let person = contact(&mut conn, "Инна", company).await;
    phone(&mut conn, person, "+79000000001").await;
    extension::seat(&mut conn, &administrator(), account, "102", Some(anna), clock::now()).await.unwrap();
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn check_19_a_known_client_is_put_through_and_the_question_is_stored_once(pool: PgPool) {
    let (door, account) = Door::new(&pool, pool.clone()).await;
    known_client(&pool, account).await;
    let (status, kind, body, _) = door.ask("%2B79000000001").await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/xml; charset=utf-8"));
    let caller = "<SetCaller name=\"A &amp; B &quot;&lt;C&gt;&quot;\" number=\"+79000000001\"/>";
    assert!(body.contains(caller) && body.contains("<SetVar name=\"number\">102</SetVar>"), "{body}");
    for stranger in ["%2B79990000009", "anonymous", "10129%2A101"] {
        assert_eq!(door.ask(stranger).await.2, EMPTY, "{stranger}");
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from raw_events").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, 4, "each question like any webhook, and nothing else");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn check_19_a_slow_database_gives_the_default_answer_within_a_second(pool: PgPool) {
    let options = pool.connect_options();
    let looking = PgPoolOptions::new().max_connections(1).connect_with((*options).clone()).await.unwrap();
    let (door, account) = Door::new(&pool, looking.clone()).await;
    known_client(&pool, account).await;
    let _held = looking.acquire().await.unwrap();
    let (status, _, body, took) = door.ask("%2B79000000001").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, EMPTY));
    assert!(took < Duration::from_secs(1), "{took:?}");
}
