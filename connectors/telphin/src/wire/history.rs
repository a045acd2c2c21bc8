//! A call of the history with its legs (`GET /client/@me/call_history/`).

use connector_api::ParseError;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A call. Its own fields are those of a leg.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireCall {
    /// `CallID` in capitals.
    #[serde(deserialize_with = "text")]
    pub(crate) call_uuid: String,
    #[serde(flatten)]
    pub(crate) whole: WireLeg,
    /// Absent in the short list.
    #[serde(deserialize_with = "or_none")]
    pub(crate) cdr: Vec<WireLeg>,
}

/// A leg, or the whole call. Null, absent and empty mean the same; numbers are read as text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireLeg {
    /// `in`, `out`, and of legs `transfer`.
    #[serde(deserialize_with = "text")]
    pub(crate) flow: String,
    #[serde(deserialize_with = "text")]
    pub(crate) result: String,
    #[serde(deserialize_with = "text")]
    pub(crate) extension_id: String,
    /// `10129*102@sipproxy.telphin.ru`
    #[serde(deserialize_with = "text")]
    pub(crate) extension_name: String,
    #[serde(deserialize_with = "text")]
    pub(crate) extension_type: String,
    #[serde(deserialize_with = "text")]
    pub(crate) init_time_gmt: String,
    #[serde(deserialize_with = "text")]
    pub(crate) start_time_gmt: String,
    #[serde(deserialize_with = "text")]
    pub(crate) bridged_time_gmt: String,
    #[serde(deserialize_with = "text")]
    pub(crate) hangup_time_gmt: String,
    /// Seconds.
    #[serde(deserialize_with = "text")]
    pub(crate) bridged_duration: String,
    #[serde(deserialize_with = "text")]
    pub(crate) from_username: String,
    #[serde(deserialize_with = "text")]
    pub(crate) to_username: String,
    #[serde(deserialize_with = "text")]
    pub(crate) bridged_username: String,
    #[serde(deserialize_with = "text")]
    pub(crate) dest_number: String,
    #[serde(deserialize_with = "text")]
    pub(crate) did_number: String,
    #[serde(deserialize_with = "text")]
    pub(crate) record_uuid: String,
    /// Bytes.
    #[serde(deserialize_with = "text")]
    pub(crate) record_file_size: String,
    #[serde(deserialize_with = "text")]
    pub(crate) application: String,
}

impl WireCall {
    pub(crate) fn read(body: &[u8]) -> Result<Self, ParseError> {
        serde_json::from_slice(body).map_err(|error| {
            // The error of the library may quote the body.
            let (line, column) = (error.line(), error.column());
            ParseError(format!("the call of the history cannot be read (line {line}, column {column})"))
        })
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.trim().replace('\0', "\u{fffd}"),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

fn or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WireLeg>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
