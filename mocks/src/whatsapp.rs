//! WhatsApp Business Platform: notifications with escaped, signed bodies (`whatsapp.md`, 3, 4, 6, 7 and 9).

mod action;
pub mod graph;
mod sign;
mod wire;

pub use action::{Action, Card, Content, Echo, File, Message, NumberChange, Quote, Reached, Sender, Status};
pub use sign::{escape_non_ascii, signature};

use base64::Engine;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::outgoing::{Method, Outgoing, Provider, form};

/// Whose webhooks these are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where the notifications go.
    pub hook_url: String,
    /// The key of the signature.
    pub app_secret: String,
    /// The key to the API.
    pub access_token: String,
    /// The word of the `GET` handshake.
    pub verify_token: String,
    /// The account's id, `entry[].id`.
    pub waba_id: String,
    /// The id of our number: the hub routes by it.
    pub phone_number_id: String,
    /// Our number as digits.
    pub display_phone: String,
    /// How fast the number may send.
    pub throughput: Throughput,
}

/// The level of a number (`whatsapp.md`, 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throughput {
    /// 80 messages a second.
    Standard,
    /// 1,000 messages a second.
    High,
}

impl Throughput {
    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::High => "HIGH",
        }
    }
}

impl Config {
    /// Invented values, with this hook URL.
    pub fn example(hook_url: &str) -> Self {
        Self {
            hook_url: hook_url.to_owned(),
            app_secret: "test-app-secret-0001".to_owned(),
            access_token: "EAAinventedTokenOfTheExampleTrade".to_owned(),
            verify_token: "verify-me-0001".to_owned(),
            waba_id: "900000000000001".to_owned(),
            phone_number_id: "900000000000002".to_owned(),
            display_phone: "79000999901".to_owned(),
            throughput: Throughput::Standard,
        }
    }
}

/// A pure maker of notifications.
#[derive(Debug, Clone)]
pub struct FakeWhatsApp {
    config: Config,
}

impl FakeWhatsApp {
    /// A fake for this account.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// One action in a notification of its own.
    pub fn request(&self, action: &Action) -> Outgoing {
        self.batch(std::slice::from_ref(action))
    }

    /// Several actions in one `POST`, in their order: neighbours of one kind share a `value`, as Meta batches them.
    pub fn batch(&self, actions: &[Action]) -> Outgoing {
        let document = wire::notification(&self.config, actions);
        self.notification(&document, actions.iter().map(Action::fact_id).collect())
    }

    /// A notification with this JSON text: for shapes that no action makes. It is escaped and signed like any other.
    pub fn notification(&self, json: &str, facts: Vec<String>) -> Outgoing {
        let body = escape_non_ascii(json);
        let signed = signature(&self.config.app_secret, body.as_bytes());
        Outgoing {
            provider: Provider::WhatsApp,
            lane: None,
            method: Method::Post,
            url: self.config.hook_url.clone(),
            query: String::new(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Hub-Signature-256".to_owned(), signed),
            ],
            body: Bytes::from(body),
            facts,
        }
    }

    /// News of the account itself, such as the state of a template.
    pub fn account_news(&self, field: &str, value: &Value, at: DateTime<Utc>) -> Outgoing {
        let change = json!({ "field": field, "value": value });
        let entry = json!({ "id": self.config.waba_id, "time": at.timestamp(), "changes": [change] });
        let document = json!({ "object": "whatsapp_business_account", "entry": [entry] });
        self.notification(&document.to_string(), vec![format!("{field} {value}")])
    }

    /// The handshake of the app settings: the right answer is 200 and the challenge alone.
    pub fn verification(&self, challenge: &str) -> Outgoing {
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.challenge", challenge),
            ("hub.verify_token", &self.config.verify_token),
        ];
        Outgoing {
            provider: Provider::WhatsApp,
            lane: None,
            method: Method::Get,
            url: self.config.hook_url.clone(),
            query: form(&fields.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            headers: Vec::new(),
            body: Bytes::new(),
            facts: Vec::new(),
        }
    }
}

/// A message id in the provider's shape: it hides the phone digits, as the real ones do.
pub fn wamid(address: &str, number: u64, from_us: bool) -> String {
    let side = if from_us { 0x11 } else { 0x12 };
    let mut bytes = vec![0x1c, 0x18, u8::try_from(address.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(address.as_bytes());
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, side, 0x18, 0x14]);
    bytes.extend_from_slice(format!("3A{number:018X}").as_bytes());
    bytes.push(0);
    format!("wamid.{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    pub(super) fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time in range")
    }

    const SHEET_BODY: &str = include_str!("whatsapp/signature_vector.json");

    fn of_the_sheet() -> FakeWhatsApp {
        let mut config = Config::example("http://127.0.0.1:1/hooks/whatsapp");
        config.display_phone = "79000000001".to_owned();
        FakeWhatsApp::new(config)
    }

    fn irina(content: Content) -> Action {
        Action::Message(Message::new(
            "wamid.TEST0001",
            at(1_767_225_600),
            Sender::phone("79000000002").named("Ирина"),
            content,
        ))
    }

    #[test]
    fn a_text_has_the_bytes_and_the_signature_of_the_sheet() {
        let outgoing = of_the_sheet().request(&irina(Content::text("Привет 👋")));
        assert_eq!(std::str::from_utf8(&outgoing.body), Ok(SHEET_BODY.trim_end()));
        assert_eq!(outgoing.body.len(), 487);
        assert_eq!(
            outgoing.header("x-hub-signature-256"),
            Some("sha256=6591295cd15e840c8997258dde00430be3c9805449da2244147a1e3b0e7b7f99")
        );
    }

    #[test]
    fn an_empty_notification_has_the_signature_of_the_sheet() {
        let outgoing =
            of_the_sheet().notification(r#"{"object":"whatsapp_business_account","entry":[]}"#, Vec::new());
        assert_eq!(outgoing.body.len(), 49);
        assert_eq!(
            outgoing.header("X-Hub-Signature-256"),
            Some("sha256=6c7d563c694361f705fbaae1cc200fe77ac07b50943250a6931917db3ee09a78")
        );
    }

    #[test]
    fn a_handshake_carries_mode_challenge_and_token() {
        let outgoing = of_the_sheet().verification("1158201444");
        assert_eq!(outgoing.method, Method::Get);
        assert_eq!(
            outgoing.query,
            "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me-0001"
        );
    }

    #[test]
    fn ids_differ_by_number_and_by_side() {
        assert_ne!(wamid("79000000002", 1, false), wamid("79000000002", 2, false));
        assert_ne!(wamid("79000000002", 1, false), wamid("79000000002", 1, true));
        assert!(wamid("79000000002", 1, false).starts_with("wamid.HBgLNzkwMDAwMDAwMDIVAgASGBQz"));
    }
}
