//! The director's buttons and commands on their whole way: a question in his own chat with the bot, a press, the copy as it
//! ended; and what the bot tells when it is asked.

use std::sync::Arc;

use mocks::phone::Arrival;
use mocks::telegram::{Action, Press, User};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::bridge::{BOSS, Bridge, private};
use super::stand::until;

impl Bridge {
    /// The newest thing of this kind in his own chat with the bot.
    async fn newest(&self, kind: &str, holds: &str) -> Arc<Arrival> {
        let find = || {
            let shown = self.on_phone();
            shown
                .into_iter()
                .rev()
                .find(|one| one.kind == kind && one.text.as_deref().is_some_and(|text| text.contains(holds)))
        };
        until(async || find().is_some()).await;
        find().expect("it is there")
    }

    async fn press(&self, message: &Arrival, button: usize) {
        let user = User::new(BOSS, "Директор");
        let message_id = message.id.parse().expect("a number");
        let press = Press { user, chat: None, message_id, button };
        let object = self.fakes.telegram().press(&press).expect("the button stands there");
        let queue = "press".to_owned();
        let action = Action::Raw { kind: "callback_query".to_owned(), object, queue };
        let number = self.fakes.telegram().next_update_id();
        let request = self.fakes.providers().telegram.request(number, &action);
        // The provider tells it twice.
        for _ in 0..2 {
            assert!(self.fakes.deliver(&request).await.acknowledged);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_approved_by_a_button_and_the_copy_shows_who_decided() {
    let bridge = Bridge::start().await;
    bridge.stand.hub.add_user("anna", "correct horse battery", "manager").expect("a manager");
    let anna = bridge.stand.hub.sign_in("anna", "correct horse battery").await.expect("she signs in");
    let card = json!({ "name": "ООО Ромашка", "inn": "7707083893" });
    let (status, card) = anna.request(Method::POST, "/api/clients", Some(&card)).await.expect("an answer");
    assert_eq!(status, StatusCode::CREATED, "{card}");
    let asked = json!({
        "field": "client.inn", "client_id": card["id"], "old_value": "7707083893", "new_value": "500100732259",
        "reason": "Опечатка в договоре",
    });
    let (status, made) =
        anna.request(Method::POST, "/api/change-requests", Some(&asked)).await.expect("an answer");
    assert_eq!(status, StatusCode::CREATED, "{made}");

    let question = bridge.newest("text", "Опечатка в договоре").await;
    assert_eq!(&*question.to, BOSS.to_string());
    assert_eq!(question.buttons, ["Одобрить", "Отклонить"]);
    bridge.press(&question, 1).await;
    bridge.newest("press_answer", "Одобрено").await;
    let ended = bridge.newest("edit", "Одобрено: ").await;
    assert!(ended.buttons.is_empty(), "{ended:?}");
    assert_eq!(ended.about.as_deref(), Some(&*question.id));
    let path = format!("/api/clients/{}", card["id"].as_str().expect("an id"));
    assert_eq!(anna.get(&path).await.expect("the card")["inn"], "500100732259");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_in_his_own_chat() {
    let bridge = Bridge::start().await;
    bridge.message(BOSS, private(BOSS), json!({ "text": "/чаты" })).await;
    let told = bridge.newest("text", "Чаты, связанные с Telegram").await;
    assert!(told.text.as_deref().is_some_and(|text| text.contains("Отгрузки")), "{told:?}");
    bridge.message(BOSS, private(BOSS), json!({ "text": "/day" })).await;
    bridge.newest("text", "Сообщения: от клиентов 0").await;
}
