//! A client comes through MAX: a channel that the core knows nothing of.

use std::sync::Arc;

use chrono::TimeDelta;
use gateway::clock;
use mocks::max::{Action, Content, Message, User};
use mocks::people::Person;
use mocks::post::Settings;
use mocks::{Fakes, FakesConfig};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::stand::{self, Stand, until};

/// The fakes with the hooks of this hub, and the account pointed at them.
async fn fakes_of(stand: &Stand) -> Fakes {
    let fakes = Fakes::start(FakesConfig {
        providers: stand.cast.config.clone(),
        poster: Settings::fast(),
        telegram_webhook: true,
        clock: Arc::new(clock::now),
    });
    let fakes = fakes.await.expect("the fakes start");
    let account = &stand.cast.accounts[&mocks::Provider::Max];
    let change = json!({ "settings": { "api_url": fakes.max().url() } });
    let path = format!("/api/accounts/{account}");
    let (status, answer) = stand.api.request(Method::PATCH, &path, Some(&change)).await.expect("an answer");
    assert!(status.is_success(), "{answer}");
    fakes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_writes_through_max_and_is_answered_on_the_same_timeline() {
    let stand = Stand::new("all").await;
    let fakes = fakes_of(&stand).await;
    let client = User::of(&Person::new(5));
    let at = stand::an_hour_ago();
    let said =
        |second: i64, content| Message::new(client.clone(), 0, at + TimeDelta::seconds(second), content);
    let card = Content::Contact { phone: "79000000005".into(), name: "Виктор".into(), own: true };
    let photos =
        Content::Photos { names: vec!["a.png".into(), "b.png".into()], text: Some("Шильдик".into()) };
    let text = said(1, Content::Text("Есть насос?".into()));
    let story = [
        Action::Started { client: client.clone(), payload: None, at },
        Action::Message(text.clone()),
        Action::Message(said(2, card)),
        Action::Message(said(3, photos)),
    ];
    // Backwards and twice: the order of arrival is no matter.
    for action in story.iter().rev().chain(&story) {
        assert!(fakes.deliver(&fakes.providers().max.request(action)).await.acknowledged);
    }
    stand.at_rest().await;

    let clients = stand.api.list("/api/clients").await.expect("clients");
    assert_eq!(clients.len(), 1, "{clients:#?}");
    let id = clients[0]["id"].as_str().expect("an id");
    let timeline = async || -> Vec<Value> {
        let page = stand.api.get(&format!("/api/clients/{id}/timeline?limit=100")).await.expect("a timeline");
        page["items"].as_array().expect("rows").clone()
    };
    let rows = timeline().await;
    assert_eq!(rows.len(), 3, "{rows:#?}");
    assert!(rows.iter().all(|row| row["account"]["channel"] == "max"));
    let pictures = rows[0]["items"].as_array().expect("the newest row holds the pictures");
    assert_eq!((pictures.len(), &pictures[0]["text"]), (2, &json!("Шильдик")));

    let conversation = rows[0]["conversation_id"].as_str().expect("a conversation");
    let content = json!({ "type": "text", "text": "Есть, 18 400 ₽" });
    let press = json!({ "id": uuid::Uuid::now_v7(), "content": content, "quote_id": rows[2]["id"] });
    let sent = stand.api.post(&format!("/api/conversations/{conversation}/messages"), &press).await;
    sent.expect("the message is taken");
    let phone = || fakes.phone().all(mocks::Provider::Max);
    until(async || phone().iter().any(|arrival| arrival.kind == "text")).await;
    let arrived: Vec<_> = phone().into_iter().filter(|arrival| arrival.kind == "text").collect();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].text.as_deref(), Some("Есть, 18 400 ₽"));
    assert_eq!(arrived[0].about.as_deref(), Some(text.mid().as_str()));
    until(async || timeline().await[0]["state"] == "sent").await;

    // He takes his words back and leaves: our copy stays, and the field is locked.
    let removed = Action::Removed { client: client.clone(), mid: text.mid(), at: clock::now() };
    let stopped = Action::Stopped { client, at: clock::now() };
    for action in [&removed, &stopped] {
        assert!(fakes.deliver(&fakes.providers().max.request(action)).await.acknowledged);
    }
    stand.at_rest().await;
    let rows = timeline().await;
    let taken_back = rows.iter().find(|row| row["text"] == "Есть насос?").expect("our copy stays");
    assert!(taken_back["deleted"].is_object(), "{taken_back:#}");
    let writing =
        stand.api.get(&format!("/api/conversations/{conversation}/writing")).await.expect("an answer");
    assert_eq!(writing["permission"]["permission"], "closed", "{writing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_while_the_subscription_was_lost_comes_from_the_history() {
    let hub = Stand::hub();
    let url = hub.url();
    let stand = Stand::of(hub.with("UZEL_PUBLIC_URL", &url)).await;
    let fakes = fakes_of(&stand).await;
    let client = User::of(&Person::new(5));
    let said = |seconds_ago: i64, text: &str| {
        let at = clock::now() - TimeDelta::seconds(seconds_ago);
        let message = Message::new(client.clone(), 0, at, Content::Text(text.to_owned()));
        fakes.providers().max.request(&Action::Message(message))
    };
    let account = stand.cast.accounts[&mocks::Provider::Max].clone();
    let press = async |path: String| {
        let (status, answer) = stand.api.request(Method::POST, &path, None).await.expect("an answer");
        // A task that runs already is refused.
        assert!(status.is_success() || status == StatusCode::CONFLICT, "{answer}");
    };
    let hurry = async || {
        press(format!("/api/accounts/{account}/check")).await;
        press("/api/schedule/channels.history/run".to_owned()).await;
    };
    assert!(fakes.deliver(&said(60, "Есть насос?")).await.acknowledged);
    stand.at_rest().await;
    hurry().await;
    // From now on the hub knows that it has heard everything.
    until(async || {
        let heard = sqlx::query_scalar("select poll_cursor is not null from accounts where id = $1::uuid");
        heard.bind(&account).fetch_one(&stand.pool).await.expect("the account")
    })
    .await;

    fakes.max().unsubscribe_all();
    let missed = said(30, "Ау?");
    assert!(!fakes.deliver(&missed).await.acknowledged, "nobody heard it");
    until(async || {
        hurry().await;
        fakes.max().subscriptions().len() == 1
    })
    .await;
    let rows = async || -> Vec<String> {
        let clients = stand.api.list("/api/clients").await.expect("clients");
        let path = format!("/api/clients/{}/timeline?limit=100", clients[0]["id"].as_str().expect("an id"));
        let page = stand.api.get(&path).await.expect("a timeline");
        let rows = page["items"].as_array().expect("rows").iter();
        rows.filter_map(|row| row["text"].as_str().map(str::to_owned)).collect()
    };
    until(async || {
        hurry().await;
        rows().await == ["Ау?", "Есть насос?"]
    })
    .await;
    // The webhook of the same message comes after all.
    assert!(fakes.deliver(&missed).await.acknowledged);
    stand.at_rest().await;
    assert_eq!(rows().await, ["Ау?", "Есть насос?"]);
}
