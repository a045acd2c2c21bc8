//! The fields of an event request, as Telphin names them (protocol: «События добавочного»,
//! <https://ringme-confluence.atlassian.net/wiki/spaces/Ringme/pages/1901921397>).

pub(crate) mod history;

use std::collections::BTreeMap;

use connector_api::{ParseError, RawEvent, form_fields};
use serde::Deserialize;
use serde::de::value::{Error as FieldError, MapDeserializer};
use serde_json::{Map, Value};

/// One event. Absent and empty mean the same, so an absent field is an empty text. Names are compared without regard
/// to letter case; fields not named here are left alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireEvent {
    #[serde(rename = "eventtype")]
    pub(crate) event_type: String,
    /// `extension-call-status` comes with names in snake case.
    #[serde(rename = "event_type")]
    pub(crate) snake_event_type: String,
    /// Microseconds since 1970.
    #[serde(rename = "eventtime")]
    pub(crate) event_time: String,
    #[serde(rename = "callid")]
    pub(crate) call_id: String,
    #[serde(rename = "subcallid")]
    pub(crate) sub_call_id: String,
    #[serde(rename = "callapiid")]
    pub(crate) call_api_id: String,
    /// `in` or `out`, of this leg, relative to the extension; seen in capitals too.
    #[serde(rename = "callflow")]
    pub(crate) call_flow: String,
    #[serde(rename = "callstatus")]
    pub(crate) call_status: String,
    #[serde(rename = "calleridnum")]
    pub(crate) caller_id_num: String,
    #[serde(rename = "calleridname")]
    pub(crate) caller_id_name: String,
    /// Incoming: the extension rung. Outgoing: as dialled.
    #[serde(rename = "callednumber")]
    pub(crate) called_number: String,
    #[serde(rename = "calleddid")]
    pub(crate) called_did: String,
    #[serde(rename = "calledextension")]
    pub(crate) called_extension: String,
    #[serde(rename = "calledextensionid")]
    pub(crate) called_extension_id: String,
    /// Outgoing: the employee. Incoming: the menu or queue that passed the call on.
    #[serde(rename = "callerextension")]
    pub(crate) caller_extension: String,
    #[serde(rename = "callerextensionid")]
    pub(crate) caller_extension_id: String,
    /// Microseconds of talk.
    #[serde(rename = "duration")]
    pub(crate) duration: String,
    #[serde(rename = "recid")]
    pub(crate) rec_id: String,
    /// One `r`, as the provider writes it.
    #[serde(rename = "transfered")]
    pub(crate) transfered: String,
    /// Only of menus and queues: whether anybody answered.
    #[serde(rename = "bridged")]
    pub(crate) bridged: String,
    #[serde(rename = "remotenumber")]
    pub(crate) remote_number: String,
    #[serde(rename = "callbackid")]
    pub(crate) call_back_id: String,
}

impl WireEvent {
    /// Reads the query and the body together. The body is a form, or a JSON object when it begins with a brace.
    pub(crate) fn read(raw: &RawEvent) -> Result<Self, ParseError> {
        let pairs = match json_object(&raw.body)? {
            Some(object) => with_query(&raw.query, object),
            None => form_fields(&raw.query, &raw.body),
        };
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            let value = value.trim().replace('\0', "\u{fffd}");
            if !value.is_empty() {
                fields.entry(name.to_ascii_lowercase()).or_insert(value);
            }
        }
        if fields.is_empty() {
            return Err(ParseError("the request holds no fields".into()));
        }
        Self::deserialize(MapDeserializer::<_, FieldError>::new(fields.into_iter()))
            .map_err(|error| ParseError(error.to_string()))
    }
}

/// `yes` in forms; a JSON body has a word of its own for it.
pub(crate) fn is_yes(text: &str) -> bool {
    text.eq_ignore_ascii_case("yes") || text.eq_ignore_ascii_case("true")
}

fn json_object(body: &[u8]) -> Result<Option<Map<String, Value>>, ParseError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if !body.starts_with(b"{") {
        return Ok(None);
    }
    serde_json::from_slice(body).map(Some).map_err(|error| {
        // The error of the library may quote the body.
        ParseError(format!("the JSON body cannot be read (line {}, column {})", error.line(), error.column()))
    })
}

fn with_query(query: &str, object: Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    let mut pairs: Vec<_> = object.into_iter().map(|(name, value)| (name, text(value))).collect();
    pairs.extend(form_fields(query, b""));
    pairs
}
