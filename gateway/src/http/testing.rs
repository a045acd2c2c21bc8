//! The router in process, with a clock that tests move: `Stage` is the installation, `Browser` a person in front of it.

use std::cell::Cell;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use chrono::{DateTime, TimeDelta, Utc};
use crm_core::UserId;
use crm_core::access::bootstrap;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use sqlx::PgPool;
use tower::ServiceExt;

use super::{api, layers};
use crate::accounts::Accounts;
use crate::app::{App, HttpSettings};
use crate::connectors;
use crate::sealed::SealKey;
use crate::vault::Vault;

/// The password of every user on a stage.
pub const PASSWORD: &str = "верный пароль";

thread_local! {
    static SECONDS: Cell<i64> = const { Cell::new(1_800_000_000) };
}

/// The time on this thread; a test has a thread of its own.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(SECONDS.get(), 0).expect("a moment of this century")
}

/// Lets time pass.
pub fn wait(time: TimeDelta) {
    SECONDS.set(SECONDS.get() + time.num_seconds());
}

/// An installation of its own.
pub struct Stage {
    /// Its database.
    pub pool: PgPool,
    /// Its accounts, with the connectors that customers have.
    pub accounts: Accounts,
    /// Its files.
    pub vault: Vault,
    settings: HttpSettings,
}

impl Stage {
    /// With HTTPS, as installations are.
    pub fn new(pool: PgPool) -> Self {
        Self::with(pool, HttpSettings { secure_cookies: true, ..HttpSettings::default() })
    }

    /// With other settings.
    pub fn with(pool: PgPool, settings: HttpSettings) -> Self {
        let build =
            Arc::new(|name: &str, config| connectors::build(name, config, &connectors::tests::http()));
        let accounts = Accounts::with_build(pool.clone(), SealKey::random(), build);
        Self { pool, accounts, vault: Vault::in_memory(), settings }
    }

    /// A user of one role with the common password.
    pub async fn user(&self, login: &str, role: &str) -> UserId {
        let mut conn = self.pool.acquire().await.unwrap();
        bootstrap::create_user_with_password(&mut conn, login, login, role, PASSWORD, now()).await.unwrap()
    }

    /// Somebody who has not signed in.
    pub fn browser(&self) -> Browser {
        let app = App::new(
            self.pool.clone(),
            now,
            self.settings.clone(),
            self.accounts.clone(),
            self.vault.clone(),
        );
        let (router, _) = api::router(app);
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        Browser { router: layers::wrap(router), headers }
    }

    /// Somebody who has.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(login, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        browser
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The JSON, or null.
    pub body: Value,
}

impl Answer {
    /// The word of the problem.
    pub fn problem(&self) -> &str {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.body["status"], self.status.as_u16());
        self.body["type"].as_str().expect("a problem has a type")
    }
}

/// Sends requests with the same headers, the cookie among them.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// Sent with every request.
    pub headers: HeaderMap,
}

impl Browser {
    /// Asks, with a JSON body where there is one.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        *request.headers_mut() = self.headers.clone();
        if let Some(body) = body {
            request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
            *request.body_mut() = Body::from(body.to_string());
        }
        self.send(request).await
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.send_raw(request).await.0
    }

    /// The same, with the bytes that came back.
    pub async fn send_raw(&self, request: Request<Body>) -> (Answer, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        (Answer { status: parts.status, headers: parts.headers, body }, bytes)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Signs in and keeps the cookie.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "login": login, "password": password });
        let answer = self.post("/api/session", body).await;
        self.keep_cookie(&answer);
        answer
    }

    /// Keeps the cookie of an answer, as browsers do.
    pub fn keep_cookie(&mut self, answer: &Answer) {
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.headers.insert(header::COOKIE, pair.parse().unwrap());
        }
    }

    /// A program with this key, without any cookie.
    #[must_use]
    pub fn program(&self, key: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        Self { router: self.router.clone(), headers }
    }
}
