//! Cloud PBX «Телфин»: call events as forms with times in microseconds (`telphin.md`, 1, 3 and 4).

mod archive;
mod event;
mod script;
mod server;

pub use archive::Fate;
pub use event::{Call, Ending, Event, Extension, Hangup, Kind, Leg, Side};
pub use script::{Incoming, Outgoer, Talk};
pub use server::Server;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::outgoing::{Method, Outgoing, Provider, form, form_header};

/// Where the fields stand in the request: the documentation and the integrations disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// A `POST` with a form as body: documented.
    #[default]
    Body,
    /// A `POST` with an empty body and everything in the query: reported by one integration.
    Query,
    /// A `GET`.
    Get,
}

/// Whose PBX it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where the events go; its secret path segment is the only proof that they are genuine.
    pub hook_url: String,
    /// The prefix of extension names: `10129` in `10129*101`.
    pub prefix: String,
    /// The public number that clients call, digits.
    pub did: String,
    /// Phones of people, in the order of their numbers.
    pub staff: Vec<Extension>,
    /// The voice menu, where calls come in.
    pub ivr: Extension,
    /// The queue behind the menu.
    pub queue: Extension,
    /// Where the fields stand.
    #[serde(default)]
    pub placement: Placement,
    /// `App ID` of the application that may ask.
    #[serde(default)]
    pub app_id: String,
    /// `App Secret` of it.
    #[serde(default)]
    pub app_secret: String,
}

impl Config {
    /// An invented PBX of four people, with this hook URL.
    pub fn example(hook_url: &str) -> Self {
        Self {
            hook_url: hook_url.to_owned(),
            prefix: "10129".to_owned(),
            did: "74950000101".to_owned(),
            staff: vec![
                Extension::new(410_101, "101", "Анна Менеджерова"),
                Extension::new(410_102, "102", "Павел Продажин"),
                Extension::new(410_103, "103", "Ольга Счетова"),
                Extension::new(410_104, "104", "Денис Складов"),
            ],
            ivr: Extension::new(410_099, "099", "Меню"),
            queue: Extension::new(410_200, "200", "Продажи"),
            placement: Placement::Body,
            app_id: "telphin-app-0001".to_owned(),
            app_secret: "telphin-app-secret-0001".to_owned(),
        }
    }
}

/// A pure maker of call events.
#[derive(Debug, Clone)]
pub struct FakeTelphin {
    config: Config,
}

impl FakeTelphin {
    /// A fake of this PBX.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The request for one event.
    pub fn request(&self, event: &Event) -> Outgoing {
        let fields = event::fields(&self.config, event);
        let fact =
            format!("{} {} {}", event.kind.word(&event.leg.side), event.leg.id, event.at.timestamp_micros());
        self.fields(&fields, vec![fact])
    }

    /// The menu's question where a call should go (`telphin.md`, 5).
    pub fn question(&self, call_id: &str, caller: Option<&str>) -> Outgoing {
        let config = &self.config;
        let menu = format!("{}*{}@sipproxy.telphin.ru", config.prefix, config.ivr.number);
        let mut fields = vec![("EventType", "call_interactive".to_owned()), ("CallID", call_id.to_owned())];
        if let Some(caller) = caller {
            fields.extend([("CallerIDNum", caller.to_owned()), ("CallerIDName", caller.to_owned())]);
        }
        fields.extend([
            ("CalledDID", config.did.clone()),
            ("CalledExtension", menu),
            ("CalledExtensionID", config.ivr.id.to_string()),
            ("CallStatus", "ANSWER".to_owned()),
            ("CallFlow", "IN".to_owned()),
            ("CalledNumber", config.did.clone()),
        ]);
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.fields(&fields, Vec::new())
    }

    /// A request with these fields: for shapes that no event makes (`voicemail`, an unknown `EventType`).
    pub fn fields(&self, fields: &[(String, String)], facts: Vec<String>) -> Outgoing {
        let encoded = form(fields);
        let (method, query, headers, body) = match self.config.placement {
            Placement::Body => (Method::Post, String::new(), form_header(), Bytes::from(encoded)),
            Placement::Query => (Method::Post, encoded, form_header(), Bytes::new()),
            Placement::Get => (Method::Get, encoded, Vec::new(), Bytes::new()),
        };
        Outgoing {
            provider: Provider::Telphin,
            lane: None,
            method,
            url: self.config.hook_url.clone(),
            query,
            headers,
            body,
            facts,
        }
    }
}
