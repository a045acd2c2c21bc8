//! What the connector asks the provider for, seen from a server on a loopback port.

mod files;
mod health;
mod messages;
mod provider;
mod templates;

use std::sync::LazyLock;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Accepted, BoxError, ByteStream, Connector, ExternalId, FileSource, MediaKind, OutboundAction,
    OutboundContent, OutboundFile, OutboundMessage, SendAttempt, SendError,
};
use futures::stream;
use provider_http::ClientOptions;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use whatsapp::{Config, WhatsApp};

/// The phone number id of all tests.
const NUMBER: &str = "900000000000002";
const TOKEN: &str = "EAAinventedToken0001";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_606_400, 0).expect("a time of this century")
}

fn config(api_url: &str) -> Config {
    Config {
        access_token: TOKEN.into(),
        verify_token: "verify-me-0001".into(),
        phone_number_id: Some(NUMBER.into()),
        waba_id: Some("900000000000001".into()),
        api_url: api_url.into(),
        ..Config::default()
    }
}

fn connector(config: Config) -> WhatsApp {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        provider_http::build(&ClientOptions::default()).expect("a client without options is built")
    });
    WhatsApp::new(config, HTTP.clone()).expect("the configuration is right")
}

/// Our own store: every file is its own name, repeated.
struct Store;

const BYTES: &[u8] = b"%PDF-1.7 invented";

#[async_trait]
impl FileSource for Store {
    async fn open(&self, _: &OutboundFile) -> Result<ByteStream, BoxError> {
        let chunks = BYTES.chunks(5).map(|chunk| Ok(Bytes::from_static(chunk)));
        Ok(Box::pin(stream::iter(chunks)))
    }
}

fn file() -> OutboundFile {
    OutboundFile {
        id: Uuid::from_u128(1),
        kind: MediaKind::Document,
        mime_type: "application/pdf".into(),
        file_name: "Счёт 17.pdf".into(),
        size_bytes: BYTES.len() as u64,
        sha256: hex::encode(Sha256::digest(BYTES)),
        duration_s: None,
    }
}

fn message(content: OutboundContent) -> OutboundMessage {
    OutboundMessage {
        id: Uuid::from_u128(7),
        conversation: ExternalId::new(format!("{NUMBER}:79000000002")),
        to: Vec::new(),
        action: OutboundAction::Send { content, quote: None },
    }
}

fn text() -> OutboundMessage {
    message(OutboundContent::Text { text: "Заказ собран".into() })
}

fn document() -> OutboundMessage {
    message(OutboundContent::Media { files: vec![file()], caption: None })
}

/// An attempt at the first part, so long after the first one of all tests.
async fn send(
    connector: &WhatsApp,
    message: &OutboundMessage,
    later: TimeDelta,
) -> Result<Accepted, SendError> {
    let now = now() + later;
    let attempt =
        SendAttempt { message, part: 0, sent: &[], files: &Store, first_tried_at: now, tried_at: now, now };
    connector.outbound().expect("it can send").send(&attempt).await
}
