//! `uzel parse`: what a connector makes of a body, without accounts and without a database.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::RawEvent;

use crate::{connectors, reading};

/// Reads one body as this connector would read a webhook received `now`. JSON of events, ignored and unknown parts; or one
/// line that says why it cannot be read.
pub fn parse(
    connector: &str,
    query: &str,
    content_type: Option<&str>,
    body: Vec<u8>,
    now: DateTime<Utc>,
    http: &reqwest::Client,
) -> Result<String, String> {
    let Some(info) = connectors::find(connector) else {
        let names: Vec<&str> = connectors::known().iter().map(|info| info.name).collect();
        return Err(format!("there is no connector {connector:?}; known are {}", names.join(", ")));
    };
    let config = serde_json::from_str(info.least).map_err(|error| error.to_string())?;
    let built = connectors::build(connector, config, http).map_err(|error| one_line(&error.to_string()))?;
    let raw = RawEvent {
        source: "webhook".into(),
        received_at: now,
        content_type: content_type.map(str::to_owned),
        query: query.to_owned(),
        body: Bytes::from(body),
    };
    let parsed = reading::parse(built.as_ref(), &raw).map_err(|error| one_line(&error))?;
    serde_json::to_string_pretty(&parsed).map_err(|error| error.to_string())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn parse_of(connector: &str, query: &str, body: &str) -> Result<String, String> {
        parse(
            connector,
            query,
            Some("application/x-www-form-urlencoded"),
            body.into(),
            DateTime::UNIX_EPOCH,
            &crate::connectors::tests::http(),
        )
    }

    #[test]
    fn every_connector_of_the_list_reads_or_says_why_not_in_one_line() {
        for info in connectors::known() {
            for body in ["", "{", "a=1&b=2", r#"{"update_id":1,"hologram":{}}"#] {
                match parse_of(info.name, "x=1", body) {
                    Ok(json) => {
                        let read: Value = serde_json::from_str(&json).expect("the answer is JSON");
                        let object = read.as_object().expect("the answer is an object");
                        assert_eq!(object.keys().collect::<Vec<_>>(), ["events", "ignored", "unknown"]);
                    }
                    Err(line) => assert!(!line.contains('\n') && !line.contains("config"), "{line}"),
                }
            }
        }
    }

    #[test]
    fn an_unknown_connector_is_told_with_the_known_ones() {
        let line = parse_of("fax", "", "").unwrap_err();
        assert!(line.contains("fax") && line.contains("telphin"), "{line}");
    }
}
