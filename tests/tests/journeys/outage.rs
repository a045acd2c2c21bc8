//! A provider that stops hurts only itself: its light and its letter say so, and its queue waits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateway::clock;
use mocks::fault::Outage;
use mocks::{Provider, mail};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::stand::{Stand, until};
use super::whatsapp::Chat;

/// A hub that writes letters to its administrator.
async fn with_mail(post: &mail::Server) -> Stand {
    let address = post.address();
    let hub = Stand::hub()
        .with("UZEL_MAIL_SERVER", &address.ip().to_string())
        .with("UZEL_MAIL_PORT", &address.port().to_string())
        .with("UZEL_MAIL_SECURITY", "plain")
        .with("UZEL_MAIL_FROM", "Узел <uzel@example.ru>");
    let stand = Stand::of(hub).await;
    let me = stand.api.get("/api/me").await.expect("the administrator");
    let path = format!("/api/users/{}", me["id"].as_str().expect("an id"));
    let email = json!({ "email": "admin@example.ru" });
    let (status, answer) = stand.api.request(Method::PATCH, &path, Some(&email)).await.expect("an answer");
    assert_eq!(status, StatusCode::OK, "{answer}");
    stand
}

impl Chat {
    async fn light(&self, provider: Provider) -> String {
        let channels = self.stand.api.list("/api/channels").await.expect("the lights");
        let is_it = |channel: &&Value| channel["id"] == self.stand.cast.accounts[&provider];
        let channel = channels.iter().find(is_it).expect("the channel is listed");
        channel["light"].as_str().expect("a light").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_provider_is_red_within_a_minute_and_its_queue_goes_in_order_when_it_is_back() {
    let post = mail::Server::start(Arc::new(clock::now)).await.expect("a mail server");
    let chat = Chat::on(with_mail(&post).await).await;
    chat.until_usable(true).await;
    chat.says("0").await;
    until(async || chat.texts() == ["0"]).await;

    chat.fakes.faults().outage(Provider::WhatsApp, Outage::Refusing);
    let stopped = Instant::now();
    for text in ["1", "2", "3"] {
        chat.says(text).await;
    }
    until(async || chat.light(Provider::WhatsApp).await == "red").await;
    assert!(stopped.elapsed() < Duration::from_mins(1), "{:?}", stopped.elapsed());

    // The others go on.
    assert_eq!(chat.light(Provider::Smsc).await, "green");
    let sent = Instant::now();
    chat.by_rule(Uuid::now_v7(), "По SMS").await;
    until(async || chat.texts_by(Provider::Smsc) == ["По SMS"]).await;
    assert!(sent.elapsed() < Duration::from_secs(20), "{:?}", sent.elapsed());

    let letters = |about: &str| -> Vec<u32> {
        let named =
            |letter: &&mail::Mail| letter.subject.contains("«whatsapp»") && letter.subject.contains(about);
        post.mails().iter().filter(named).map(|letter| letter.copies).collect()
    };
    until(async || letters("не работает") == [1]).await;
    assert_eq!(chat.texts(), ["0"], "nothing has gone meanwhile");

    chat.fakes.faults().outage(Provider::WhatsApp, Outage::None);
    until(async || chat.texts().len() == 4).await;
    assert_eq!(chat.texts(), ["0", "1", "2", "3"]);
    until(async || chat.light(Provider::WhatsApp).await == "green").await;
    assert_eq!(letters("не работает"), [1], "once");
    let of_others = post.mails().iter().filter(|letter| letter.subject.contains("«smsc»")).count();
    assert_eq!(of_others, 0, "nothing is said of a channel that works");
}
