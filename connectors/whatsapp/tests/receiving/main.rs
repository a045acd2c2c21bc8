//! What the connector makes of the provider's notifications, seen from outside.

mod account;
mod calls;
mod history;
mod messages;
mod people;
mod properties;
mod robustness;
mod statuses;
mod verify;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use connector_api::{
    AccountNotice, Address, Connector, Event, EventKind, ExternalId, Message, Parsed, PhoneNumber, RawEvent,
    Region,
};
use provider_http::ClientOptions;
use whatsapp::{Config, WhatsApp};

/// Our clock in all tests.
fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_530_000, 0).expect("a time of this century")
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixtures().join(format!("{name}.json"))).expect("the fixture is there")
}

fn names() -> Vec<String> {
    let files = fs::read_dir(fixtures()).expect("the folder is there");
    let mut names: Vec<String> =
        files.filter_map(|file| file.ok()?.path().file_stem()?.to_str().map(str::to_owned)).collect();
    names.sort();
    names
}

fn raw(body: impl Into<Vec<u8>>) -> RawEvent {
    RawEvent {
        source: "webhook".into(),
        received_at: received_at(),
        content_type: Some("application/json".into()),
        query: String::new(),
        body: body.into().into(),
    }
}

fn connector(config: Config) -> WhatsApp {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        provider_http::build(&ClientOptions::default()).expect("a client without options is built")
    });
    WhatsApp::new(config, HTTP.clone()).expect("the configuration is right")
}

/// What an account that takes all numbers makes of a fixture.
fn parse(name: &str) -> Parsed {
    parse_as(Config::default(), name)
}

fn parse_as(config: Config, name: &str) -> Parsed {
    connector(config).parse(&raw(fixture(name))).expect("the fixture is readable")
}

fn parse_value(body: &serde_json::Value) -> Parsed {
    connector(Config::default()).parse(&raw(body.to_string())).expect("JSON is readable")
}

fn find<'a>(parsed: &'a Parsed, id: &str) -> &'a Event {
    let found = parsed.events.iter().find(|event| event.external_id.as_str() == id);
    found.unwrap_or_else(|| panic!("no event {id}"))
}

fn message<'a>(parsed: &'a Parsed, id: &str) -> &'a Message {
    match &find(parsed, id).kind {
        EventKind::Message(message) => message,
        other => panic!("{id} is {other:?}"),
    }
}

fn messages(parsed: &Parsed) -> Vec<&Message> {
    let message = |event| match event {
        &Event { kind: EventKind::Message(ref message), .. } => Some(message),
        _ => None,
    };
    parsed.events.iter().filter_map(message).collect()
}

fn notices(parsed: &Parsed) -> Vec<&AccountNotice> {
    let notice = |event| match event {
        &Event { kind: EventKind::Notice(ref notice), .. } => Some(notice),
        _ => None,
    };
    parsed.events.iter().filter_map(notice).collect()
}

fn phone(e164: &str) -> Address {
    Address::Phone(PhoneNumber::parse(e164, Region::Russia).expect("a number"))
}

fn user_id(id: &str) -> Address {
    Address::opaque("whatsapp:default", id)
}

fn id(text: &str) -> ExternalId {
    ExternalId::new(text)
}

#[test]
fn every_fixture_gives_the_reviewed_reading() {
    for name in names() {
        insta::with_settings!({ snapshot_suffix => name.clone() }, {
            insta::assert_json_snapshot!("reading", parse(&name));
        });
    }
}

#[test]
fn the_settings_are_those_of_the_config() {
    let names: Vec<&str> = whatsapp::SETTINGS.iter().map(|setting| setting.name).collect();
    let numbers = ["messages_per_second", "window_margin_minutes"];
    let value = |name: &str| if numbers.contains(&name) { 7.into() } else { "x".into() };
    let config: serde_json::Map<String, serde_json::Value> =
        names.iter().filter(|name| **name != "region").map(|name| ((*name).into(), value(name))).collect();
    let config: Config = serde_json::from_value(config.into()).expect("all settings are keys of the config");
    assert_eq!(config.portfolio, "x");
    assert!(!format!("{config:?}").contains("SecretBox<str>(\"x\")"));
}
