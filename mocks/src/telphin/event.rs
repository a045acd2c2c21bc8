//! One event of one leg of a call, and its fields on the wire.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Config;

/// An inner number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The provider's id.
    pub id: u32,
    /// What people dial; a leading zero counts.
    pub number: String,
    /// The display name.
    pub name: String,
}

impl Extension {
    /// An extension of these values.
    pub fn new(id: u32, number: &str, name: &str) -> Self {
        Self { id, number: number.to_owned(), name: name.to_owned() }
    }
}

/// The whole call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `CallID`: 32 lower-case hex digits, one for all legs.
    pub id: String,
    /// The leading number of `CallAPIID`.
    pub api_number: u32,
    /// Set if the call was started through the API.
    pub callback_id: Option<String>,
}

/// One extension's part in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// `SubCallID`: `<extension id>-<32 hex>`.
    pub id: String,
    /// Whose leg.
    pub extension: Extension,
    /// In or out, and who is at the other end.
    pub side: Side,
}

/// The direction of a leg, seen from its extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The extension rings.
    In {
        /// `CallerIDNum` as it comes: `+79…`, `10129*101` after a transfer, `None` for a hidden number.
        caller: Option<String>,
        /// The menu, queue or colleague that passed the call on.
        via: Option<Extension>,
        /// The outside number of a call that one extension passed to another.
        remote: Option<String>,
    },
    /// The extension dials.
    Out {
        /// As dialled: `89…`, `9…`, `+79…`.
        number: String,
        /// Forwarding did it, not the person.
        transferred: bool,
    },
}

/// What happened to the leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `dial-in` or `dial-out`.
    Ring,
    /// `answer`
    Answer,
    /// `hangup`
    Hangup(Hangup),
}

impl Kind {
    /// `EventType`
    pub fn word(&self, side: &Side) -> &'static str {
        match (self, side) {
            (Self::Ring, Side::In { .. }) => "dial-in",
            (Self::Ring, Side::Out { .. }) => "dial-out",
            (Self::Answer, _) => "answer",
            (Self::Hangup(_), _) => "hangup",
        }
    }
}

/// How a leg ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hangup {
    /// `CallStatus`
    pub ending: Ending,
    /// `Duration`, if the leg was answered.
    pub talked: Option<Duration>,
    /// `RecID`
    pub recording: Option<String>,
    /// `Bridged`, for queues and menus.
    pub bridged: Option<bool>,
}

impl Hangup {
    /// A hangup without talk.
    pub fn without_talk(ending: Ending) -> Self {
        Self { ending, talked: None, recording: None, bridged: None }
    }

    /// The hangup of a queue or menu.
    pub fn of_queue(bridged: bool) -> Self {
        let ending = if bridged { Ending::Answer } else { Ending::Cancel };
        Self { ending, talked: None, recording: None, bridged: Some(bridged) }
    }
}

/// `CallStatus` of a hangup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Was answered.
    Answer,
    /// Busy signal.
    Busy,
    /// The waiting timer ran out.
    NoAnswer,
    /// The caller gave up, or a neighbour answered.
    Cancel,
    /// An error during the call.
    Congestion,
    /// The called phone is not registered.
    Unavailable,
    /// A word that nobody knows.
    Other(String),
}

impl Ending {
    fn word(&self) -> &str {
        match self {
            Self::Answer => "ANSWER",
            Self::Busy => "BUSY",
            Self::NoAnswer => "NOANSWER",
            Self::Cancel => "CANCEL",
            Self::Congestion => "CONGESTION",
            Self::Unavailable => "CHANUNAVAIL",
            Self::Other(word) => word,
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// To the microsecond.
    pub at: DateTime<Utc>,
    /// The call.
    pub call: Call,
    /// The leg.
    pub leg: Leg,
    /// What happened.
    pub kind: Kind,
}

/// `10129*101`
pub(super) fn full_number(config: &Config, extension: &Extension) -> String {
    format!("{}*{}", config.prefix, extension.number)
}

fn with_domain(config: &Config, extension: &Extension) -> String {
    format!("{}@sipproxy.telphin.ru", full_number(config, extension))
}

/// 32 hex digits written as a dashed UUID.
fn dashed(hex: &str) -> String {
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The fields in the order of Telphin's example.
pub(super) fn fields(config: &Config, event: &Event) -> Vec<(String, String)> {
    let mut fields = Vec::with_capacity(16);
    let mut put = |name: &str, value: String| fields.push((name.to_owned(), value));
    let (call, leg) = (&event.call, &event.leg);
    put("EventType", event.kind.word(&leg.side).to_owned());
    put("EventTime", event.at.timestamp_micros().to_string());
    put("CallID", call.id.clone());
    put("SubCallID", leg.id.clone());
    let by_api = if call.callback_id.is_some() { "cb-" } else { "" };
    put("CallAPIID", format!("{by_api}{}-{}", call.api_number, dashed(&call.id)));
    let flow = if matches!(leg.side, Side::In { .. }) { "in" } else { "out" };
    put("CallFlow", flow.to_owned());
    let status = match &event.kind {
        Kind::Ring => "CALLING",
        Kind::Answer => "ANSWER",
        Kind::Hangup(hangup) => hangup.ending.word(),
    };
    put("CallStatus", status.to_owned());
    match &leg.side {
        Side::In { caller, via, remote } => {
            if let Some(caller) = caller {
                put("CallerIDNum", caller.clone());
                put("CallerIDName", caller.clone());
            }
            put("CalledDID", config.did.clone());
            put("CalledNumber", full_number(config, &leg.extension));
            put("CalledExtension", with_domain(config, &leg.extension));
            put("CalledExtensionID", leg.extension.id.to_string());
            if let Some(via) = via {
                put("CallerExtension", with_domain(config, via));
                put("CallerExtensionID", via.id.to_string());
            }
            if let (Kind::Ring, Some(remote)) = (&event.kind, remote) {
                put("RemoteNumber", remote.clone());
            }
        }
        Side::Out { number, transferred } => {
            put("CallerIDNum", full_number(config, &leg.extension));
            put("CallerIDName", leg.extension.name.clone());
            put("CallerExtension", with_domain(config, &leg.extension));
            put("CallerExtensionID", leg.extension.id.to_string());
            put("CalledNumber", number.clone());
            if *transferred {
                put("Transfered", "yes".to_owned());
            }
        }
    }
    if let Kind::Hangup(hangup) = &event.kind {
        if let Some(talked) = hangup.talked {
            put("Duration", talked.as_micros().to_string());
        }
        if let Some(recording) = &hangup.recording {
            put("RecID", recording.clone());
        }
        if let Some(bridged) = hangup.bridged {
            put("Bridged", if bridged { "yes" } else { "no" }.to_owned());
        }
    }
    if let Some(callback_id) = &call.callback_id {
        put("CallBackID", callback_id.clone());
    }
    fields
}
