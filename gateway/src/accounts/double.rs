//! A connector for tests: its mapping can grow, and it breaks on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Address, Channel, Connector, Content, Direction, Event, EventKind, ExternalId, Message, Origin,
    ParseError, Parsed, Part, Party, PhoneNumber, RawEvent, Region, Verified, VerifyError, WebhookRequest,
};
use crm_core::access::{Right, Scope, Viewer};
use crm_core::accounts::{self, NewAccount, Sealed, StoredAccount};
use crm_core::timeline::raw_event::{self, StoredRaw};
use crm_core::{AccountId, UserId};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::Accounts;
use crate::sealed::{SealKey, Secrets};

/// A body: lines of JSON, each one part.
#[derive(Deserialize)]
struct Line {
    id: String,
    kind: String,
    from: String,
    #[serde(default)]
    text: String,
}

/// Understands `message`, makes of `ancient` what no database stores, ignores `ping`, panics on `bomb`, and learns `hologram` when it is told to.
struct Double {
    knows_holograms: Arc<AtomicBool>,
}

impl Connector for Double {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn verify(&self, _: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        Ok(Verified::Genuine)
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        let body = std::str::from_utf8(&raw.body).map_err(|_| ParseError("not UTF-8".into()))?;
        let mut parsed = Parsed::default();
        for (number, text) in body.lines().enumerate() {
            let line: Line = serde_json::from_str(text).map_err(|_| ParseError("not JSON".into()))?;
            let path = format!("[{number}]");
            match line.kind.as_str() {
                "message" => parsed.events.push(message(&line, raw.received_at)),
                "hologram" if self.knows_holograms.load(Ordering::Relaxed) => {
                    parsed.events.push(message(&line, raw.received_at));
                }
                "ancient" => {
                    parsed.events.push(Event {
                        occurred_at: DateTime::<Utc>::MIN_UTC,
                        ..message(&line, raw.received_at)
                    });
                }
                "ping" => parsed.ignored.push(Part::new(path, "a ping")),
                "bomb" => panic!("a bomb"),
                other => parsed.unknown.push(Part::new(path, format!("unknown kind {other:?}"))),
            }
        }
        Ok(parsed)
    }

    fn mapping(&self) -> i16 {
        if self.knows_holograms.load(Ordering::Relaxed) { 2 } else { 1 }
    }
}

fn message(line: &Line, at: DateTime<Utc>) -> Event {
    let phone = PhoneNumber::parse(&line.from, Region::Russia).expect("tests use real numbers");
    Event {
        external_id: ExternalId::new(&line.id),
        occurred_at: at,
        kind: EventKind::Message(Message {
            conversation: ExternalId::new(phone.digits()),
            party: Party { addresses: vec![Address::Phone(phone)], ..Party::default() },
            direction: Direction::Inbound,
            origin: Origin::Live,
            author_name: None,
            content: Content::Text { text: line.text.clone() },
            quote: None,
            forward: None,
            referral: None,
            album: None,
            delivery: None,
            placeholder: false,
        }),
    }
}

/// A part of a body.
pub fn line(id: &str, kind: &str, text: &str) -> String {
    json!({"id": id, "kind": kind, "from": "+79160000001", "text": text}).to_string()
}

/// Accounts of which all speak by doubles.
pub struct DoubleAccounts {
    /// The directory.
    pub accounts: Accounts,
    knows_holograms: Arc<AtomicBool>,
    pool: PgPool,
}

impl DoubleAccounts {
    /// None yet.
    pub fn new(pool: PgPool) -> Self {
        let knows_holograms = Arc::new(AtomicBool::new(false));
        let shared = knows_holograms.clone();
        let build = Arc::new(move |_: &str, _| {
            Ok(Box::new(Double { knows_holograms: shared.clone() }) as Box<dyn Connector>)
        });
        let accounts = Accounts::with_build(pool.clone(), SealKey::random(), build);
        Self { accounts, knows_holograms, pool }
    }

    /// From now on holograms are messages.
    pub fn learn_holograms(&self) {
        self.knows_holograms.store(true, Ordering::Relaxed);
    }

    /// Makes an account with one secret.
    pub async fn account(&self, name: &str, secret: &str, now: DateTime<Utc>) -> StoredAccount {
        let made = store(&self.pool, self.accounts.seal_key(), "double", name, secret, now).await;
        self.accounts.reload().await.unwrap();
        made
    }

    /// Stores a raw event, one second after the one before.
    pub async fn receive(&self, account: AccountId, second: i64, lines: &[String]) -> StoredRaw {
        let raw = RawEvent {
            source: "webhook".into(),
            received_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + second),
            content_type: Some("application/json".into()),
            query: String::new(),
            body: Bytes::from(lines.join("\n")),
        };
        let stored = StoredRaw::new(account, raw);
        raw_event::insert_group(
            &mut self.pool.acquire().await.unwrap(),
            std::slice::from_ref(&stored),
            false,
        )
        .await
        .unwrap();
        stored
    }
}

/// Makes an account of any connector with one secret, past the checks of the API.
pub async fn store(
    pool: &PgPool,
    key: &SealKey,
    connector: &str,
    name: &str,
    secret: &str,
    now: DateTime<Utc>,
) -> StoredAccount {
    let id = AccountId::at(now);
    let secrets = Secrets::from([("secret".to_owned(), SecretString::from(secret))]);
    let new = NewAccount {
        id,
        connector: connector.into(),
        channel: Channel::Sms,
        name: name.into(),
        region: Region::Russia,
        settings: json!({}),
        secrets: Sealed { bytes: key.seal(id, &secrets), changed: vec!["secret".into()] },
        enabled: true,
    };
    let mut tx = pool.begin().await.unwrap();
    let made = accounts::create(&mut tx, &administrator(), new, now).await.unwrap();
    tx.commit().await.unwrap();
    made
}

/// Somebody who may everything.
pub fn administrator() -> Viewer {
    Viewer {
        user_id: UserId(Uuid::nil()),
        name: "root".into(),
        remote: None,
        rights: Right::ALL.into_iter().map(|right| (right, Scope::All)).collect(),
        lent: Vec::new(),
    }
}
