//! A database with two managers and their clients, and a browser that follows the feed.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use chrono::{DateTime, Utc};
use crm_core::timeline::feed::{self, Changes};
use crm_core::{ClientId, UserId};
use futures::StreamExt;
use http::{Request, StatusCode};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;

use crate::accounts::Accounts;
use crate::app::{App, HttpSettings};
use crate::clock;
use crate::connectors;
use crate::http::api;
use crate::sealed::SealKey;
use crate::vault::Vault;

/// Long enough for a busy machine; nothing waits so long when all is well.
pub(super) const SOON: Duration = Duration::from_secs(20);

/// One copy of the program, with its feed running.
pub(super) struct Hub {
    pub(super) app: App,
    pub(super) router: Router,
}

impl Hub {
    pub(super) fn start(pool: &PgPool) -> Self {
        let build =
            Arc::new(|name: &str, config| connectors::build(name, config, &connectors::tests::http()));
        let accounts = Accounts::with_build(pool.clone(), SealKey::random(), build);
        let app = App::new(pool.clone(), clock::now, HttpSettings::default(), accounts, Vault::in_memory());
        tokio::spawn(app.live.clone().run());
        Self { router: api::router(app.clone()).0, app }
    }

    pub(super) async fn follow(&self, token: &str) -> Browser {
        self.follow_behind(token, None).await
    }

    pub(super) async fn follow_behind(&self, token: &str, last: Option<&str>) -> Browser {
        let mut request = Request::get("/api/events").header("cookie", format!("uzel={token}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Browser { body: response.into_body().into_data_stream(), seen: String::new() }
    }

    /// Opens a stream and reads its first event.
    pub(super) async fn follow_ready(&self, token: &str) -> Browser {
        let mut browser = self.follow(token).await;
        assert_eq!(browser.event().await.name, "ready");
        browser
    }
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) data: serde_json::Value,
}

pub(super) struct Browser {
    body: BodyDataStream,
    /// All bytes that came.
    pub(super) seen: String,
}

impl Browser {
    /// The next event; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> Option<Seen> {
        let deadline = Instant::now() + SOON;
        loop {
            let frame = timeout_at(deadline, self.body.next()).await.expect("an event in time")?.unwrap();
            let text = std::str::from_utf8(&frame).unwrap();
            self.seen.push_str(text);
            let field = |name: &str| {
                let line = text.lines().find(|line| line.starts_with(name))?;
                Some(line.split_once(": ")?.1.to_owned())
            };
            if let Some(name) = field("event") {
                let data = serde_json::from_str(&field("data").unwrap()).unwrap();
                return Some(Seen { name, id: field("id"), data });
            }
        }
    }

    pub(super) async fn event(&mut self) -> Seen {
        self.next().await.expect("the stream goes on")
    }

    /// The names of the next events.
    pub(super) async fn names(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.event().await.name);
        }
        names
    }
}

pub(super) fn now() -> DateTime<Utc> {
    clock::now()
}

/// A user of one role, signed in; the token is his login.
pub(super) async fn user(pool: &PgPool, login: &str, role: &str) -> UserId {
    let id = UserId::at(now());
    sqlx::query(
        "insert into users (id, login, name, created_at, updated_at) values ($1, $2, $2, now(), now())",
    )
    .bind(id)
    .bind(login)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("insert into user_roles (user_id, role_code) values ($1, $2)")
        .bind(id)
        .bind(role)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into sessions (token_hash, id, user_id, created_at, last_seen_at, expires_at, remote, user_agent)
         values ($1, $2, $2, now(), now(), now() + interval '1 day', '', '')",
    )
    .bind(Sha256::digest(login.as_bytes()).to_vec())
    .bind(id)
    .execute(pool)
    .await
    .unwrap();
    id
}

pub(super) async fn client(pool: &PgPool, responsible: Option<UserId>) -> ClientId {
    let id = ClientId::at(now());
    sqlx::query(
        "insert into clients (id, root_id, name, automatic, search_key, responsible_id, created_at, updated_at)
         values ($1, $1, 'КАНАРЕЙКА', false, 'канарейка', $2, now(), now())",
    )
    .bind(id)
    .bind(responsible)
    .execute(pool)
    .await
    .unwrap();
    id
}

pub(super) fn about(clients: &[ClientId]) -> Changes {
    Changes { clients: clients.to_vec(), ..Changes::default() }
}

pub(super) fn notice() -> Changes {
    Changes { notices: true, ..Changes::default() }
}

pub(super) async fn tell(pool: &PgPool, changes: &Changes) {
    let mut tx = pool.begin().await.unwrap();
    feed::tell(&mut tx, changes, now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// As the transfer of a client does it.
pub(super) async fn transfer(pool: &PgPool, client: ClientId, from: Option<UserId>, to: Option<UserId>) {
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("update clients set responsible_id = $2 where id = $1")
        .bind(client)
        .bind(to)
        .execute(&mut *tx)
        .await
        .unwrap();
    feed::tell_moved(&mut tx, client, from, now()).await.unwrap();
    tx.commit().await.unwrap();
}
