//! What stands in a chat, as the API shows it.

use anyhow::Context;
use serde_json::Value;

use super::stage::Chat;
use super::words::named;
use crate::hub::Api;

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub id: String,
    /// It came from the messenger.
    pub bridged_in: bool,
    pub text: Option<String>,
    /// Sizes and states.
    pub files: Vec<(usize, String)>,
    /// The id of the message answered.
    pub quote: Option<String>,
    /// How it is said to have fared on its way to the messenger.
    pub bridge: Option<String>,
}

impl Row {
    fn read(value: &Value) -> anyhow::Result<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let file = |file: &Value| {
            let size = file["size_bytes"].as_u64().and_then(|size| usize::try_from(size).ok());
            (size.unwrap_or_default(), text(&file["state"]).unwrap_or_default())
        };
        Ok(Self {
            id: text(&value["id"]).context("a message has an id")?,
            bridged_in: value["origin"] == "bridge",
            text: text(&value["text"]),
            files: value["files"].as_array().into_iter().flatten().map(file).collect(),
            quote: text(&value["quote"]["id"]),
            bridge: text(&value["bridge"]),
        })
    }

    /// The messages that its words name.
    pub fn numbers(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> =
            self.text.iter().flat_map(|text| named(text)).map(|(number, _)| number).collect();
        numbers.dedup();
        numbers
    }

    /// A file of it is still under way.
    pub fn waits(&self) -> bool {
        self.files.iter().any(|(_, state)| state == "wanted" || state == "fetching")
            || self.bridge.as_deref() == Some("waiting")
    }
}

/// All of a chat, in its order.
pub(super) async fn of_chat(api: &Api, chat: &Chat) -> anyhow::Result<Vec<Row>> {
    let (mut rows, mut behind) = (Vec::new(), 0);
    loop {
        let page = api.get(&format!("{}?limit=100&after={behind}", chat.messages())).await?;
        for item in page["items"].as_array().context("a page")? {
            behind = item["position"].as_i64().context("a message has a place")?;
            rows.push(Row::read(item)?);
        }
        if page["more"] != true {
            return Ok(rows);
        }
    }
}
