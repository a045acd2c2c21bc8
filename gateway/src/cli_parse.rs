//! `uzel parse`: what a connector makes of a body, without accounts and without a database.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::RawEvent;

use crate::{connectors, reading};

/// Rates come by no channel, but their documents are read here too.
const RATES: &str = "cbr";

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
    if connector == RATES {
        let document = cbr::parse(&body).map_err(|error| one_line(&error.to_string()))?;
        return serde_json::to_string_pretty(&document).map_err(|error| error.to_string());
    }
    let Some(info) = connectors::find(connector) else {
        let names = connectors::known().iter().map(|info| info.name).chain([RATES]);
        let names: Vec<&str> = names.collect();
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
    use serde_json::{Value, json};

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
    fn rates_of_the_bank_are_printed_with_their_date_and_exact_decimals() {
        let body = r#"<ValCurs Date="23.07.2022"><Valute ID="R01375"><CharCode>CNY</CharCode><Nominal>10</Nominal>
            <Value>85,8282</Value></Valute></ValCurs>"#;
        let read: Value = serde_json::from_str(&parse_of("cbr", "", body).unwrap()).unwrap();
        assert_eq!(read["effective_on"], "2022-07-23");
        let yuan = &read["records"][0];
        assert_eq!((&yuan["currency"], &yuan["nominal"]), (&json!("CNY"), &json!(10)));
        assert_eq!((&yuan["value"], &yuan["unit_rate"]), (&json!("85.8282"), &json!("8.58282")));
        let line = parse_of("cbr", "", "<!DOCTYPE html><html>").unwrap_err();
        assert_eq!(line, "not a document of rates: a document of the type html");
    }

    #[test]
    fn an_unknown_connector_is_told_with_the_known_ones() {
        let line = parse_of("fax", "", "").unwrap_err();
        assert!(line.contains("fax") && line.contains("telphin"), "{line}");
    }
}
