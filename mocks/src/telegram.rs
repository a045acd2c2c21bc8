//! Telegram Bot API: updates of the bot chat and of managers' business chats (`telegram.md`, 3, 4 and 5).

mod action;
mod sample;
mod server;

pub use action::{Action, Author, Content, Message, Photo, Place, Press, User};
pub use server::Server;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outgoing::{Method, Outgoing, Provider};

/// Whose bot it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where the webhook goes.
    pub hook_url: String,
    /// `<bot id>:<35 characters>`; the server checks it.
    pub token: String,
    /// Sent with each webhook in its header; empty for none.
    pub secret_token: String,
    /// The bot's user name.
    pub username: String,
    /// Messages that come too fast are answered with 429, as the provider does. Off for tests of something else.
    pub limits: bool,
}

impl Config {
    /// Invented values, with this hook URL.
    pub fn example(hook_url: &str) -> Self {
        Self {
            hook_url: hook_url.to_owned(),
            token: "7000000001:AAHinventedTokenOfTheExampleTradeBt".to_owned(),
            secret_token: "telegram-secret-0001".to_owned(),
            username: "example_trade_bot".to_owned(),
            limits: true,
        }
    }

    /// The bot's user id: the number before the colon.
    pub fn bot_id(&self) -> i64 {
        self.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    /// The bot as a user.
    pub fn bot(&self) -> Value {
        serde_json::json!({
            "id": self.bot_id(), "is_bot": true, "first_name": "Example Trade", "username": self.username,
        })
    }
}

/// A pure maker of updates.
#[derive(Debug, Clone)]
pub struct FakeTelegram {
    config: Config,
}

impl FakeTelegram {
    /// A fake of this bot.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The update as JSON text: what a webhook posts and what `getUpdates` lists.
    pub fn update(&self, update_id: i64, action: &Action) -> String {
        let (kind, object) = action::described(&self.config, action);
        format!("{{\"update_id\":{update_id},\"{kind}\":{object}}}")
    }

    /// The webhook with one update. Its lane is the queue in which the provider keeps it.
    pub fn request(&self, update_id: i64, action: &Action) -> Outgoing {
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        if !self.config.secret_token.is_empty() {
            headers.push(("X-Telegram-Bot-Api-Secret-Token".to_owned(), self.config.secret_token.clone()));
        }
        Outgoing {
            provider: Provider::Telegram,
            lane: Some(action.queue()),
            method: Method::Post,
            url: self.config.hook_url.clone(),
            query: String::new(),
            headers,
            body: Bytes::from(self.update(update_id, action)),
            facts: vec![update_id.to_string()],
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn fake() -> FakeTelegram {
        FakeTelegram::new(Config::example("http://127.0.0.1:1/hooks/telegram"))
    }

    fn oleg() -> User {
        User::new(6_100_000_001, "Олег")
    }

    fn said(place: Place, content: Content) -> Message {
        Message::new(
            place,
            15,
            oleg(),
            DateTime::from_timestamp(1_795_250_001, 0).expect("in range"),
            content,
        )
    }

    fn json(action: &Action) -> Value {
        serde_json::from_slice(&fake().request(810_000_101, action).body).expect("an update is JSON")
    }

    #[test]
    fn a_start_by_link_has_the_shape_of_the_sheet() {
        let mut client = oleg();
        client.username = Some("oleg_snab".to_owned());
        let start = Message { client, ..said(Place::Bot, Content::Start("c_8fK2mQ9x".to_owned())) };
        let update = json(&Action::Message(start));
        let expected = serde_json::json!({"update_id":810_000_101,"message":{"message_id":15,
            "from":{"id":6_100_000_001_i64,"is_bot":false,"first_name":"Олег","username":"oleg_snab","language_code":"ru"},
            "chat":{"id":6_100_000_001_i64,"first_name":"Олег","username":"oleg_snab","type":"private"},
            "date":1_795_250_001,"text":"/start c_8fK2mQ9x",
            "entities":[{"offset":0,"length":6,"type":"bot_command"}]}});
        assert_eq!(update, expected);
    }

    #[test]
    fn a_webhook_proves_itself_by_the_secret_header() {
        let outgoing = fake().request(1, &Action::Message(said(Place::Bot, Content::Text("Да".to_owned()))));
        assert_eq!(outgoing.header("x-telegram-bot-api-secret-token"), Some("telegram-secret-0001"));
        assert!(outgoing.body.starts_with(b"{\"update_id\":1,\"message\":{"));
    }

    #[test]
    fn a_shared_contact_carries_the_sender_as_its_owner() {
        let own =
            Content::Contact { phone: "79000000001".to_owned(), name: "Олег".to_owned(), own: true };
        let update = json(&Action::Message(said(Place::Bot, own)));
        assert_eq!(update["message"]["contact"]["user_id"], update["message"]["from"]["id"]);
        assert_eq!(update["message"]["contact"]["phone_number"], "79000000001");
    }

    #[test]
    fn a_business_chat_tells_the_client_the_manager_and_the_hub_apart() {
        let manager = User::new(5_000_000_002, "Анна");
        let place = Place::Business("BcExample01Anna".to_owned());
        let text = Content::Text("Анна, когда отгрузка?".to_owned());
        let by = |author| json(&Action::Message(Message { author, ..said(place.clone(), text.clone()) }));
        let update = by(Author::Client);
        assert_eq!(update["business_message"]["business_connection_id"], "BcExample01Anna");
        assert_eq!(update["business_message"]["from"]["id"], 6_100_000_001_i64);
        let update = by(Author::Manager(manager.clone()));
        assert_eq!(update["business_message"]["from"]["id"], 5_000_000_002_i64);
        assert!(update["business_message"].get("sender_business_bot").is_none());
        let update = by(Author::Hub(manager));
        assert_eq!(update["business_message"]["sender_business_bot"]["id"], 7_000_000_001_i64);
        assert_eq!(update["business_message"]["chat"]["id"], 6_100_000_001_i64);
    }

    #[test]
    fn messages_and_edits_of_one_chat_share_a_queue_and_a_block_does_not() {
        let message = said(Place::Bot, Content::Text("Да".to_owned()));
        let edit = Action::Edited(message.clone(), message.at);
        let block = Action::Blocked { client: oleg(), at: message.at, blocked: true };
        assert_eq!(json(&block)["my_chat_member"]["new_chat_member"]["status"], "kicked");
        assert_eq!(json(&edit)["edited_message"]["edit_date"], 1_795_250_001);
        assert_eq!(Action::Message(message.clone()).queue(), edit.queue());
        assert_ne!(Action::Message(message).queue(), block.queue());
    }

    #[test]
    fn deleted_business_messages_are_named_by_their_numbers() {
        let deleted =
            Action::Deleted { connection: "B".to_owned(), client: oleg(), message_ids: vec![5501, 5502] };
        let update = json(&deleted);
        assert_eq!(update["deleted_business_messages"]["message_ids"], serde_json::json!([5501, 5502]));
        assert_eq!(update["deleted_business_messages"]["business_connection_id"], "B");
    }
}
