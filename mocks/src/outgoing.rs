//! One request that a provider would make, ready to be sent and not sent yet.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Which provider makes the request: it decides what counts as an acknowledgement and how it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Meta's WhatsApp Business Platform (Cloud API).
    WhatsApp,
    /// The cloud PBX «Телфин».
    Telphin,
    /// Telegram Bot API.
    Telegram,
    /// SMSC.ru.
    Smsc,
    /// SMS.ru.
    SmsRu,
    /// MAX Bot API.
    Max,
}

impl Provider {
    /// All of them, in the order of the code.
    pub const ALL: [Self; 6] =
        [Self::WhatsApp, Self::Telphin, Self::Telegram, Self::Smsc, Self::SmsRu, Self::Max];

    /// The name in logs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Telphin => "telphin",
            Self::Telegram => "telegram",
            Self::Smsc => "smsc",
            Self::SmsRu => "smsru",
            Self::Max => "max",
        }
    }
}

/// The method of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Everything in the query string.
    Get,
    /// Usually with a body.
    Post,
}

/// A request as bytes. Making one has no effect: the same action gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Who sends it.
    pub provider: Provider,
    /// Requests of one lane go one at a time, the next only after a 2xx (Telegram: the chat). `None`: in parallel.
    pub lane: Option<String>,
    /// `POST` but for handshakes and for Telphin set to `GET`.
    pub method: Method,
    /// The hook URL of the fake's configuration, untouched: a secret part of the path is in it.
    pub url: String,
    /// The query string without `?`, encoded; empty for most.
    pub query: String,
    /// Header names in the provider's own spelling.
    pub headers: Vec<(String, String)>,
    /// Exactly the bytes that were signed.
    pub body: Bytes,
    /// The provider's ids of the facts inside (wamid, update id, leg and event, message id), in their order.
    pub facts: Vec<String>,
}

impl Outgoing {
    /// The URL with the query string, keeping a query that the hook URL has already.
    pub fn full_url(&self) -> String {
        if self.query.is_empty() {
            return self.url.clone();
        }
        let separator = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", self.url, self.query)
    }

    /// The value of a header, by name in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// A form in the order of its fields: a `POST` body as `application/x-www-form-urlencoded`.
pub(crate) fn form(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The header of such a body.
pub(crate) fn form_header() -> Vec<(String, String)> {
    vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_joins_a_hook_url_that_has_one_already() {
        let mut outgoing = Outgoing {
            provider: Provider::Telphin,
            lane: None,
            method: Method::Get,
            url: "http://127.0.0.1:1/hooks/a".to_owned(),
            query: "EventType=answer".to_owned(),
            headers: vec![("X-One".to_owned(), "1".to_owned())],
            body: Bytes::new(),
            facts: Vec::new(),
        };
        assert_eq!(outgoing.full_url(), "http://127.0.0.1:1/hooks/a?EventType=answer");
        outgoing.url.push_str("?secret=s");
        assert_eq!(outgoing.full_url(), "http://127.0.0.1:1/hooks/a?secret=s&EventType=answer");
        assert_eq!(outgoing.header("x-one"), Some("1"));
    }

    #[test]
    fn a_form_keeps_plus_ampersand_line_break_and_emoji() {
        let body = form(&[("mes".to_owned(), "+1 & 2\n👋".to_owned())]);
        assert_eq!(body, "mes=%2B1+%26+2%0A%F0%9F%91%8B");
    }
}
