//! What is asked of the provider and how its answers are taken, against a small provider on a loopback port.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use connector_api::{
    CallRequest, CallStarter, Connector, FetchError, History, MediaError, MediaKind, MediaRef, MediaSource,
    NoticeLevel, PhoneNumber, Probe, Region, SendError,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use telphin::{Config, Telphin};

const HOOK: &str = "https://hub.example.ru/hooks/key1/s3cret";

/// One answer: status, headers, body; status 0 breaks the connection.
type Scripted = (u16, Vec<(&'static str, &'static str)>, String);

/// A provider that gives tokens and answers the rest by script, then by rule.
#[derive(Clone, Default)]
struct Provider {
    script: Arc<Mutex<VecDeque<Scripted>>>,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
    subscriptions: Arc<Mutex<Vec<Value>>>,
}

impl Provider {
    async fn start(&self) -> Telphin {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let config: Config = serde_json::from_value(json!({
            "secret": "s3cret", "app_id": "APP", "app_secret": "hidden", "api_url": url,
        }))
        .expect("a configuration");
        let http = provider_http::build(&provider_http::ClientOptions::default()).expect("a client");
        Telphin::new(config, http).expect("the configuration is right")
    }

    fn then(&self, status: u16, headers: &[(&'static str, &'static str)], body: &str) -> &Self {
        self.script.lock().expect("whole").push_back((status, headers.to_vec(), body.to_owned()));
        self
    }

    /// Lines such as `POST /oauth/token`.
    fn asked(&self) -> Vec<String> {
        self.seen.lock().expect("whole").iter().map(|(line, _)| line.clone()).collect()
    }

    fn count(&self, line: &str) -> usize {
        self.asked().iter().filter(|asked| asked.starts_with(line)).count()
    }
}

async fn answer(
    State(provider): State<Provider>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut seen = provider.seen.lock().expect("whole");
    seen.push((format!("{method} {path}"), json.clone()));
    assert_eq!(headers["accept-encoding"], "gzip", "the provider demands it");
    if path == "/oauth/token" {
        let form = String::from_utf8_lossy(&body);
        assert_eq!(form, "grant_type=client_credentials&client_id=APP&client_secret=hidden");
        let number = seen.iter().filter(|(line, _)| line.ends_with("/oauth/token")).count();
        return json!({"access_token": format!("token-{number}"), "token_type": "Bearer"})
            .to_string()
            .into_response();
    }
    assert!(headers["authorization"].to_str().is_ok_and(|value| value.starts_with("Bearer token-")));
    drop(seen);
    if let Some((status, headers, body)) = provider.script.lock().expect("whole").pop_front() {
        let headers = headers
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a header")));
        let status = StatusCode::from_u16(status).expect("a status");
        return (status, headers.collect::<HeaderMap>(), body).into_response();
    }
    by_rule(&provider, &method, path.strip_prefix("/api/ver1.0").unwrap_or_default(), json)
}

/// Three phones and a menu, with subscriptions of their own.
fn by_rule(provider: &Provider, method: &Method, path: &str, body: Value) -> Response {
    let extension = |id: u32, number: &str, kind: &str| json!({"id": id, "name": format!("10129*{number}"), "type": kind});
    let mut subscriptions = provider.subscriptions.lock().expect("whole");
    match (method.as_str(), path) {
        ("GET", "/user/") => json!({"client_id": 10129}).to_string().into_response(),
        ("GET", "/client/@me/extension/") => json!([
            extension(410_101, "101", "phone"),
            extension(410_102, "102", "phone"),
            extension(410_103, "103", "phone"),
            extension(410_099, "099", "ivr"),
        ])
        .to_string()
        .into_response(),
        ("GET", path) if path.ends_with("/event/") => {
            let own: Vec<&Value> = subscriptions.iter().filter(|one| one["path"] == path).collect();
            json!(own).to_string().into_response()
        }
        ("POST", path) if path.ends_with("/event/") => {
            let mut made = body;
            made["id"] = (subscriptions.len() + 100).into();
            made["path"] = path.into();
            subscriptions.push(made.clone());
            (StatusCode::CREATED, made.to_string()).into_response()
        }
        _ => (StatusCode::NOT_FOUND, json!({"message": "Not found"}).to_string()).into_response(),
    }
}

fn call() -> CallRequest {
    CallRequest {
        id: "00000000-0000-0000-0000-000000001234".parse().expect("an id"),
        extension: "101".into(),
        to: PhoneNumber::parse("+79000000001", Region::Russia).expect("a number"),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

fn starter(telphin: &Telphin) -> &dyn CallStarter {
    telphin.call_starter().expect("there is an application")
}

fn recordings(telphin: &Telphin) -> &dyn MediaSource {
    telphin.media().expect("there is an application")
}

fn history(telphin: &Telphin) -> &dyn History {
    telphin.history().expect("there is an application")
}

fn probe(telphin: &Telphin) -> &dyn Probe {
    telphin.probe().expect("there is an application")
}

#[tokio::test]
async fn without_an_application_nothing_can_be_asked_and_half_of_one_is_refused() {
    let http = || provider_http::build(&provider_http::ClientOptions::default()).expect("a client");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = |json: Value| serde_json::from_value::<Config>(json).expect("a configuration");
    let listening = Telphin::new(config(json!({"secret": "s"})), http()).expect("it listens");
    assert!(listening.call_starter().is_none() && listening.media().is_none() && listening.probe().is_none());
    assert!(listening.history().is_none() && listening.call_routing().is_some());
    assert!(Telphin::new(config(json!({"secret": "s", "app_id": "A"})), http()).is_err());
}

#[tokio::test]
async fn a_call_is_started_at_the_extension_of_the_employee() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let list = json!([{"id": 410_101, "name": "10129*101", "type": "phone"}]).to_string();
    provider.then(200, &[], &list).then(201, &[], r#"{"call_api_id":"cb-1","call_id":"AB12"}"#);
    let accepted = starter(&telphin).start_call(&call()).await.expect("the call is started");
    assert_eq!(accepted.external_id.map(|id| id.to_string()).as_deref(), Some("ab12"));
    assert_eq!(provider.count("POST /api/ver1.0/extension/410101/callback/"), 1);
    assert_eq!(provider.count("POST /oauth/token"), 1, "the token is kept");
}

#[tokio::test]
async fn an_extension_that_is_not_in_the_list_makes_it_be_read_once_more() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let unknown = CallRequest { extension: "777".into(), ..call() };
    let error = starter(&telphin).start_call(&unknown).await.expect_err("there is no such extension");
    assert!(matches!(error, SendError::Rejected { code, .. } if code == "unknown_extension"));
    assert_eq!(provider.count("GET /api/ver1.0/client/@me/extension/"), 2);
    assert_eq!(provider.count("POST /api/ver1.0/extension"), 0);
}

#[tokio::test]
async fn check_16_a_used_up_hour_stops_every_request_until_it_is_over() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let reset = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1200")];
    provider.then(429, &reset, r#"{"status":"rate_limit_exceeded","message":"Rate limit exceeded"}"#);
    let (since, until) = (at("2026-03-17T09:00:00Z"), at("2026-03-17T11:00:00Z"));
    let first = history(&telphin).fetch_since(since, until, until).await;
    assert!(
        matches!(first, Err(FetchError::RateLimited { retry_after: Some(time) }) if time.as_secs() == 1200)
    );
    let asked = provider.asked().len();
    let record = MediaRef::new("410102-c5f9", MediaKind::Recording);
    let second = recordings(&telphin).fetch_media(&record).await;
    assert!(
        matches!(second, Err(MediaError::RateLimited { retry_after: Some(time) }) if time.as_secs() > 1100)
    );
    assert!(matches!(starter(&telphin).start_call(&call()).await, Err(SendError::RateLimited { .. })));
    assert_eq!(provider.asked().len(), asked, "nothing was sent");
}

#[tokio::test]
async fn check_16_a_concurrent_question_waits_seconds_and_stops_nothing_else() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    provider.then(429, &[], r#"{"message":"Stats request already exists, concurrent request not allowed"}"#);
    provider.then(200, &[], r#"{"call_history":[]}"#);
    let (since, until) = (at("2026-03-17T09:00:00Z"), at("2026-03-17T11:00:00Z"));
    let busy = history(&telphin).fetch_since(since, until, until).await;
    assert!(matches!(busy, Err(FetchError::RateLimited { retry_after: Some(time) }) if time.as_secs() < 60));
    assert!(history(&telphin).fetch_since(since, until, until).await.expect("it answers").is_empty());
}

#[tokio::test]
async fn check_17_a_refused_token_is_replaced_once_and_a_second_refusal_is_told() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    assert_eq!(probe(&telphin).probe(None).await.expect("it answers"), []);
    provider.then(401, &[], r#"{"status":401,"message":"Unauthorized"}"#);
    assert_eq!(probe(&telphin).probe(None).await.expect("it answers"), []);
    assert_eq!((provider.count("POST /oauth/token"), provider.count("GET /api/ver1.0/user/")), (2, 3));

    provider.then(401, &[], "").then(401, &[], "");
    let findings = probe(&telphin).probe(None).await.expect("a refusal is a finding");
    assert_eq!((findings[0].level, findings[0].code.as_str()), (NoticeLevel::Alarm, "token_refused"));
    assert_eq!((provider.count("POST /oauth/token"), provider.count("GET /api/ver1.0/user/")), (3, 5));
}

#[tokio::test]
async fn check_18_a_call_whose_answer_is_lost_is_not_asked_for_again() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let list = json!([{"id": 410_101, "name": "10129*101", "type": "phone"}]).to_string();
    provider.then(200, &[], &list).then(504, &[], "");
    assert!(matches!(starter(&telphin).start_call(&call()).await, Err(SendError::Unknown(_))));
    provider.then(201, &[], r#"{"call_api_id":"cb-1","call_"#);
    assert!(matches!(starter(&telphin).start_call(&call()).await, Err(SendError::Unknown(_))));
    assert_eq!(provider.count("POST /api/ver1.0/extension/410101/callback/"), 2, "one for each press");
}

#[tokio::test]
async fn check_14_a_recording_that_is_not_there_yet_comes_later() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let record = MediaRef::new("410102-c5f96e75c454fa23d827923c76e6b5d1", MediaKind::Recording);
    let fetch = async || recordings(&telphin).fetch_media(&record).await;
    provider.then(404, &[], r#"{"message":"Record not found"}"#).then(200, &[], "");
    assert!(matches!(fetch().await, Err(MediaError::NotYet)), "404");
    assert!(matches!(fetch().await, Err(MediaError::NotYet)), "no bytes");
    provider.then(403, &[], r#"{"status":"user_blocked"}"#).then(502, &[], "");
    assert!(matches!(fetch().await, Err(MediaError::Refused(_))));
    assert!(matches!(fetch().await, Err(MediaError::Temporary(_))));
    let headers =
        [("content-type", "audio/mpeg"), ("content-disposition", "attachment; filename=\"talk.mp3\"")];
    provider.then(200, &headers, "ID3 and more");
    let stream = fetch().await.expect("it is there");
    assert_eq!((stream.size_bytes, stream.mime_type.as_deref()), (Some(12), Some("audio/mpeg")));
    assert_eq!(stream.file_name.as_deref(), Some("talk.mp3"));
    let bytes: Vec<u8> = stream.bytes.map_ok(|part| part.to_vec()).try_concat().await.expect("whole");
    assert_eq!(bytes, b"ID3 and more");
}

#[tokio::test]
async fn a_record_id_that_leads_elsewhere_is_never_asked_for() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let strange = MediaRef::new("../../user/", MediaKind::Recording);
    assert!(matches!(recordings(&telphin).fetch_media(&strange).await, Err(MediaError::Gone(_))));
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn check_20_three_phones_and_a_menu_get_thirteen_subscriptions_and_a_second_run_adds_none() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let foreign = json!({"id": 1, "path": "/extension/410101/event/", "url": "https://crm.example.com/x",
        "event_type": "hangup", "method": "POST"});
    provider.subscriptions.lock().expect("whole").push(foreign.clone());
    let findings = probe(&telphin).probe(Some(HOOK)).await.expect("it answers");
    assert_eq!((findings[0].code.as_str(), findings[0].repairable), ("webhook_missing", true));
    assert!(findings[0].text.contains("101, 102, 103, 099"), "{}", findings[0].text);

    assert_eq!(probe(&telphin).repair(HOOK).await.expect("it works").len(), 13);
    let there = provider.subscriptions.lock().expect("whole").clone();
    assert_eq!((there.len(), &there[0]), (14, &foreign));
    assert!(there[1..].iter().all(|one| one["url"] == HOOK && one["method"] == "POST"));
    assert_eq!(probe(&telphin).repair(HOOK).await.expect("it works"), Vec::<String>::new());
    assert_eq!(probe(&telphin).probe(Some(HOOK)).await.expect("it answers"), []);
    assert_eq!(provider.count("DELETE"), 0);
}

#[tokio::test]
async fn check_20_a_refused_subscription_does_not_stop_the_others() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    let list = json!([{"id": 410_099, "name": "10129*099", "type": "ivr"}, {"id": 410_200, "name": "10129*200", "type": "queue"}]);
    provider.then(200, &[], &list.to_string()).then(200, &[], "[]");
    provider.then(400, &[], r#"{"message":"event_type is not allowed for ivr-type"}"#);
    let done = probe(&telphin).repair(HOOK).await.expect("it goes on");
    assert_eq!(done.len(), 2);
    assert!(done[0].contains("не принял") && done[0].contains("ivr-type"), "{}", done[0]);
    assert_eq!(provider.subscriptions.lock().expect("whole").len(), 1);
}

#[tokio::test]
async fn subscriptions_are_looked_at_seldom_because_the_requests_of_an_hour_are_counted() {
    let provider = Provider::default();
    let telphin = provider.start().await;
    for _ in 0..5 {
        probe(&telphin).probe(Some(HOOK)).await.expect("it answers");
    }
    assert_eq!(provider.count("GET /api/ver1.0/extension/"), 4);
}
