//! MAX Bot API: updates of dialogs with the bot, and the API that the hub calls (`max.md`, 3 and 4).

mod action;
mod limits;
mod messages;
mod server;
mod uploads;

pub use action::{Action, Content, Message, User};
pub use server::Server;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::outgoing::{Method, Outgoing, Provider};

/// Whose bot it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where the first subscription goes; empty for none.
    pub hook_url: String,
    /// Compared exactly with the header `Authorization`.
    pub token: String,
    /// Sent with each webhook in its header.
    pub secret: String,
    /// Where clients' files lie; set by the server when it starts.
    pub files_url: String,
    /// The bot's user id.
    pub bot_id: i64,
}

impl Config {
    /// Invented values, with this hook URL.
    pub fn example(hook_url: &str) -> Self {
        Self {
            hook_url: hook_url.to_owned(),
            token: "example-token-1".to_owned(),
            secret: "max-secret-0001".to_owned(),
            files_url: "http://127.0.0.1:1".to_owned(),
            bot_id: 900_000_001,
        }
    }

    /// The bot as a user.
    pub fn bot(&self) -> Value {
        json!({
            "user_id": self.bot_id, "first_name": "Пример", "username": "example_trade_bot", "is_bot": true,
            "last_activity_time": 1_795_250_000_000_i64, "name": "Пример",
        })
    }
}

/// A pure maker of updates.
#[derive(Debug, Clone)]
pub struct FakeMax {
    config: Config,
}

impl FakeMax {
    /// A fake of this bot.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The webhook with one update. The provider promises no order, so it has no lane.
    pub fn request(&self, action: &Action) -> Outgoing {
        Outgoing {
            provider: Provider::Max,
            lane: None,
            method: Method::Post,
            url: self.config.hook_url.clone(),
            query: String::new(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                (SECRET_HEADER.to_owned(), self.config.secret.clone()),
            ],
            body: Bytes::from(action.update(&self.config).to_string()),
            facts: vec![action.fact()],
        }
    }
}

const SECRET_HEADER: &str = "X-Max-Bot-Api-Secret";

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn fake() -> FakeMax {
        FakeMax::new(Config::example("http://127.0.0.1:1/hooks/max"))
    }

    fn said(content: Content) -> Message {
        let at = DateTime::from_timestamp_millis(1_795_250_100_123).expect("in range");
        Message::new(User::new(1, "Олег"), 7, at, content)
    }

    fn json(action: &Action) -> Value {
        serde_json::from_slice(&fake().request(action).body).expect("an update is JSON")
    }

    #[test]
    fn a_file_with_words_has_the_shape_of_the_sheet() {
        let file = Content::File {
            name: "Счёт 17.pdf".to_owned(),
            text: Some("Счёт во вложении".to_owned()),
        };
        let update = json(&Action::Message(said(file)));
        let message = &update["message"];
        assert_eq!(update["update_type"], "message_created");
        assert_eq!(
            message["recipient"],
            json!({"chat_id": 182_000_001, "chat_type": "dialog", "user_id": 900_000_001})
        );
        assert_eq!(message["body"]["seq"], 117_653_510_561_660_935_i64);
        assert_eq!(message["body"]["mid"], "mid.000000000ad9198101a1fd3e979b0007");
        let attachment = &message["body"]["attachments"][0];
        assert_eq!((&attachment["type"], &attachment["filename"]), (&json!("file"), &json!("Счёт 17.pdf")));
    }

    #[test]
    fn a_webhook_proves_itself_by_the_secret_header() {
        let outgoing = fake().request(&Action::Message(said(Content::Text("Да".to_owned()))));
        assert_eq!(outgoing.header("x-max-bot-api-secret"), Some("max-secret-0001"));
        assert_eq!(outgoing.lane, None);
    }

    /// The vector of the sheet: the card and the token are its own.
    #[test]
    fn an_own_card_is_signed_with_the_token() {
        let card =
            Content::Contact { phone: "79000000001".to_owned(), name: "Олег".to_owned(), own: true };
        let update = json(&Action::Message(said(card)));
        let payload = &update["message"]["body"]["attachments"][0]["payload"];
        assert_eq!(payload["hash"], "530ba0a54cb763c72c6c69fa202d60f1dc6c1f2f8948427ab51c6e9f992234ad");
    }

    #[test]
    fn a_forward_has_its_words_in_the_link() {
        let forward = Content::Forward {
            from: "Склад".to_owned(), text: "Машина 12 выехала".to_owned()
        };
        let message = &json(&Action::Message(said(forward)))["message"];
        assert_eq!((&message["body"]["text"], &message["link"]["type"]), (&json!(""), &json!("forward")));
        assert_eq!(message["link"]["message"]["text"], "Машина 12 выехала");
    }
}
