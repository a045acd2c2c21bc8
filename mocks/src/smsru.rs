//! SMS.ru: delivery reports in batches, answered with exactly `100` (`sms.md`, 5.4).

mod server;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use server::Server;

use crate::outgoing::{Method, Outgoing, Provider, form, form_header};

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where the callbacks go.
    pub hook_url: String,
    /// The key of the account: the hash begins with it.
    pub api_id: String,
}

impl Config {
    /// Invented values, with this hook URL.
    pub fn example(hook_url: &str) -> Self {
        Self { hook_url: hook_url.to_owned(), api_id: "00000000-AAAA-BBBB-CCCC-000000000001".to_owned() }
    }
}

/// One entry of a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Something became of a message of ours.
    Report {
        /// `202647-1000001`
        id: String,
        /// 102 on its way, 103 delivered, 104 expired and so on.
        code: u32,
        /// When.
        at: DateTime<Utc>,
    },
    /// A number was checked by a call: 401 confirmed, 402 time out.
    CallCheck {
        /// The call's id.
        id: String,
        /// 401 or 402.
        code: u32,
        /// When.
        at: DateTime<Utc>,
    },
    /// Lines that nobody knows yet.
    Raw(String),
}

impl Entry {
    fn lines(&self) -> String {
        match self {
            Self::Report { id, code, at } => format!("sms_status\n{id}\n{code}\n{}", at.timestamp()),
            Self::CallCheck { id, code, at } => format!("callcheck_status\n{id}\n{code}\n{}", at.timestamp()),
            Self::Raw(lines) => lines.clone(),
        }
    }

    fn fact(&self) -> String {
        match self {
            Self::Report { id, code, .. } | Self::CallCheck { id, code, .. } => format!("{id} {code}"),
            Self::Raw(lines) => lines.clone(),
        }
    }
}

/// A pure maker of callbacks.
#[derive(Debug, Clone)]
pub struct FakeSmsRu {
    config: Config,
}

impl FakeSmsRu {
    /// A fake for this account.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// One callback with these entries, at most a hundred in life.
    pub fn request(&self, entries: &[Entry]) -> Outgoing {
        let order: Vec<usize> = (0..entries.len()).collect();
        self.request_in_order(entries, &order)
    }

    /// The same, with the fields written in another order: the hash follows the numbers, not the places.
    pub fn request_in_order(&self, entries: &[Entry], order: &[usize]) -> Outgoing {
        let mut hash = Sha256::new_with_prefix(&self.config.api_id);
        for entry in entries {
            hash.update(entry.lines());
        }
        let mut fields: Vec<(String, String)> = order
            .iter()
            .filter_map(|&place| Some((format!("data[{place}]"), entries.get(place)?.lines())))
            .collect();
        fields.push(("hash".to_owned(), hex::encode(hash.finalize())));
        Outgoing {
            provider: Provider::SmsRu,
            lane: None,
            method: Method::Post,
            url: self.config.hook_url.clone(),
            query: String::new(),
            headers: form_header(),
            body: Bytes::from(form(&fields)),
            facts: entries.iter().map(Entry::fact).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(id: &str, code: u32, seconds: i64) -> Entry {
        let at = DateTime::from_timestamp(seconds, 0).expect("in range");
        Entry::Report { id: id.to_owned(), code, at }
    }

    #[test]
    fn a_callback_has_the_hash_of_the_sheet_in_any_order_of_its_fields() {
        let entries =
            [report("202647-1000001", 103, 1_795_252_000), report("202647-1000002", 104, 1_795_252_005)];
        let fake = FakeSmsRu::new(Config::example("http://127.0.0.1:1/hooks/smsru"));
        for order in [[0, 1], [1, 0]] {
            let outgoing = fake.request_in_order(&entries, &order);
            let fields: Vec<(String, String)> = form_urlencoded::parse(&outgoing.body).into_owned().collect();
            assert_eq!(fields[0].0, format!("data[{}]", order[0]));
            assert_eq!(fields[order[0]].0, "data[0]");
            assert_eq!(fields[order[0]].1, "sms_status\n202647-1000001\n103\n1795252000");
            assert_eq!(fields[2].0, "hash");
            assert_eq!(fields[2].1, "0d29881626534586e1019306b235f406d2d485cd7871a0e671e17d4de85c8148");
        }
    }
}
