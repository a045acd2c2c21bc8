//! The rule of channels on its whole way: one message reaches the client once, by the channel that takes it.

use mocks::Provider;
use mocks::fault::{Fault, Outage};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::stand::until;
use super::whatsapp::Chat;

impl Chat {
    async fn contact(&self) -> String {
        self.rows().await[0]["contact"]["id"].as_str().expect("a contact").to_owned()
    }

    /// Presses a message whose channel the rule chooses.
    pub(super) async fn by_rule(&self, id: Uuid, text: &str) -> Value {
        let path = format!("/api/contacts/{}/messages/auto", self.contact().await);
        let body = json!({ "id": id, "channel": "auto", "text": text });
        let (status, answer) =
            self.stand.api.request(Method::POST, &path, Some(&body)).await.expect("an answer");
        assert!([StatusCode::CREATED, StatusCode::OK].contains(&status), "{answer}");
        answer
    }

    /// Waits until the rule sees WhatsApp and SMSC like that: a channel that has just been connected is asked after first.
    pub(super) async fn until_usable(&self, whatsapp: bool) {
        let path = format!("/api/contacts/{}/writing", self.contact().await);
        let account = |provider| self.stand.cast.accounts[&provider].as_str();
        let wanted = [(account(Provider::WhatsApp), whatsapp), (account(Provider::Smsc), true)];
        until(async || {
            let writing = self.stand.api.get(&path).await.expect("the ways");
            let ways = writing["ways"].as_array().cloned().unwrap_or_default();
            wanted.iter().all(|(account, usable)| {
                ways.iter().any(|way| way["account_id"] == *account && way["usable"] == *usable)
            })
        })
        .await;
    }

    async fn delivery(&self, text: &str, channel: &str) -> Value {
        let rows = self.rows().await;
        let row = rows.iter().find(|row| row["text"] == text && row["account"]["channel"] == channel);
        row.map_or(Value::Null, |row| row["delivery"].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_whatsapp_sends_it_by_sms_once() {
    let chat = Chat::start().await;
    chat.until_usable(true).await;
    chat.arrange(Fault::Refused { code: 131_047 });
    let id = Uuid::now_v7();
    let pressed = chat.by_rule(id, "Бронь кончается завтра").await;
    assert_eq!(pressed["delivery"]["chosen_because"], "Окно переписки открыто.");
    until(async || chat.texts_by(Provider::Smsc) == ["Бронь кончается завтра"]).await;
    let failed = chat.delivery("Бронь кончается завтра", "whatsapp").await;
    assert_eq!(failed["step"], "failed");
    let sent = chat.delivery("Бронь кончается завтра", "sms").await;
    assert_eq!(failed["replaced_by"], sent["id"]);
    let because = sent["chosen_because"].as_str().expect("a reason");
    assert!(because.ends_with("не отправил. Сообщение дойдёт на номер клиента."), "{because}");
    // The same press again is the same message, though the rule would choose anew.
    let again = chat.by_rule(id, "Бронь кончается завтра").await;
    assert_eq!(again["id"], pressed["id"]);
    let path = format!("/api/deliveries/{id}/retry");
    let (status, _) = chat.stand.api.request(Method::POST, &path, None).await.expect("an answer");
    assert_eq!(status, StatusCode::CONFLICT, "a repeat would be a second copy");
    chat.says("Ещё вопрос?").await;
    chat.until_state("Ещё вопрос?", "read").await;
    assert_eq!((chat.texts(), chat.texts_by(Provider::Smsc).len()), (vec!["Ещё вопрос?".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_whatsapp_gets_no_second_copy_and_the_next_message_goes_by_sms() {
    let chat = Chat::start().await;
    chat.until_usable(true).await;
    chat.fakes.faults().outage(Provider::WhatsApp, Outage::Hanging);
    chat.by_rule(Uuid::now_v7(), "Первое").await;
    // Within a minute the light is red, and the rule offers another way.
    chat.until_usable(false).await;
    let second = chat.by_rule(Uuid::now_v7(), "Второе").await;
    assert_eq!(second["account"]["channel"], "sms", "{second}");
    let passed_over = second["delivery"]["passed_over"][0]["reason"].as_str().expect("a reason");
    assert!(passed_over.starts_with("Канал недоступен: "), "{passed_over}");
    until(async || chat.texts_by(Provider::Smsc) == ["Второе"]).await;
    chat.fakes.faults().outage(Provider::WhatsApp, Outage::None);
    until(async || chat.texts() == ["Первое"]).await;
    assert_eq!(chat.texts_by(Provider::Smsc), ["Второе"], "what may arrive is not sent by another channel");
}
