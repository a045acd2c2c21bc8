//! What the tests of sending share: messages, a store of files, a provider of a few scripted answers.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    BoxError, ByteStream, ExternalId, FileSource, MediaKind, OutboundAction, OutboundContent, OutboundFile,
    OutboundMessage, SendAttempt,
};
use futures::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::{Config, Telegram};

pub(crate) fn file(kind: MediaKind, mime_type: &str) -> OutboundFile {
    OutboundFile {
        id: Uuid::from_u128(1),
        kind,
        mime_type: mime_type.to_owned(),
        file_name: "накладная.bin".to_owned(),
        size_bytes: 9,
        sha256: "00".repeat(32),
        duration_s: None,
    }
}

/// Different pictures by their number.
pub(crate) fn photo(number: usize) -> OutboundFile {
    OutboundFile { sha256: format!("{number:064x}"), ..file(MediaKind::Image, "image/jpeg") }
}

pub(crate) fn message_of(content: OutboundContent) -> OutboundMessage {
    acting(OutboundAction::Send { content, quote: None })
}

pub(crate) fn text_message(text: &str) -> OutboundMessage {
    message_of(OutboundContent::Text { text: text.to_owned() })
}

pub(crate) fn acting(action: OutboundAction) -> OutboundMessage {
    OutboundMessage {
        id: Uuid::from_u128(7),
        conversation: ExternalId::new("6100000001"),
        to: Vec::new(),
        action,
    }
}

pub(crate) fn in_conversation(id: &str, message: OutboundMessage) -> OutboundMessage {
    OutboundMessage { conversation: ExternalId::new(id), ..message }
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_260_000, 0).unwrap()
}

pub(crate) fn hours_ago(hours: i64) -> DateTime<Utc> {
    now() - TimeDelta::hours(hours)
}

pub(crate) fn attempt(message: &OutboundMessage, part: u16) -> SendAttempt<'_> {
    with_files(message, part, &Store::Whole)
}

pub(crate) fn with_files<'a>(message: &'a OutboundMessage, part: u16, files: &'a Store) -> SendAttempt<'a> {
    SendAttempt { message, part, sent: &[], files, first_tried_at: now(), tried_at: now(), now: now() }
}

/// A store in which every file holds nine bytes.
pub(crate) enum Store {
    Whole,
    /// The reading breaks off in the middle.
    Broken,
}

#[async_trait]
impl FileSource for Store {
    async fn open(&self, _: &OutboundFile) -> Result<ByteStream, BoxError> {
        let first = Ok(Bytes::from_static(b"nine "));
        let second = match self {
            Self::Whole => Ok(Bytes::from_static(b"byte")),
            Self::Broken => Err(BoxError::from("the disk failed")),
        };
        Ok(Box::pin(stream::iter([first, second])))
    }
}

/// A provider that gives one scripted answer per connection and keeps what it was asked.
pub(crate) struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// An empty answer closes the connection after the request.
    pub(crate) async fn answering<const N: usize>(answers: [String; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read_request(&mut socket).await;
                seen.lock().unwrap().push(request);
                let _ = socket.write_all(answer.as_bytes()).await;
                let _ = socket.shutdown().await;
            }
        });
        Self { address, asked }
    }

    /// Nobody listens there any more.
    pub(crate) async fn gone() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { address: listener.local_addr().unwrap().to_string(), asked: Arc::default() }
    }

    pub(crate) fn telegram(&self) -> Telegram {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = Config {
            token: "7000000001:AAHexample".into(),
            secret_token: "s".into(),
            api_url: format!("http://{}/", self.address),
            ..Config::default()
        };
        Telegram::new(config, provider_http::build(&provider_http::ClientOptions::default()).unwrap())
            .unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The head and as much of a body as it announces, or as came before the other side broke off.
async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = socket.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, _)| {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            bytes.len() >= head.len() + 4 + length.unwrap_or(0)
        });
        if read == 0 || complete {
            return text;
        }
    }
}

pub(crate) fn http_answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
