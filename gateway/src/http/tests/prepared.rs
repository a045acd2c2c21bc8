//! Templates of a provider and texts written beforehand, on their way to a client.

use axum::body::Body;
use connector_api::{ExternalId, MediaKind, ProviderTemplate, TemplateComponent};
use crm_core::access::Viewer;
use crm_core::fixture::{client, contact, conversation, minute, phone};
use crm_core::templates::sync;
use crm_core::{AccountId, ConversationId};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::http::testing::{Answer, Browser, Stage, now};

struct Desk {
    root: Browser,
    anna: Browser,
    account: AccountId,
    talk: ConversationId,
    client: crm_core::ClientId,
}

/// Anna's client Ирина of «Ромашка», whose window in WhatsApp is closed.
async fn desk(stage: &Stage) -> Desk {
    stage.user("root", "administrator").await;
    let anna = Viewer {
        user_id: stage.user("anna", "manager").await,
        name: String::new(),
        remote: None,
        rights: std::collections::BTreeMap::new(),
        lent: Vec::new(),
    };
    let root = stage.signed_in("root").await;
    let settings = json!({
        "app_secret": "secret-secret", "verify_token": "token-token", "access_token": "access-access",
        "phone_number_id": "7001", "waba_id": "7000",
    });
    let form = json!({ "connector": "whatsapp", "name": "WhatsApp", "settings": settings });
    let made = root.post("/api/accounts", form).await.body;
    let account = AccountId(made["account"]["id"].as_str().unwrap().parse().unwrap());
    let mut conn = stage.pool.acquire().await.unwrap();
    let client = client(&mut conn, "Ромашка", Some(&anna)).await;
    let person = contact(&mut conn, "Ирина", client).await;
    let talk = conversation(&mut conn, account, person, minute(0)).await;
    // As the connector names conversations: with a phone, not with a group.
    sqlx::query("update conversations set external_id = '7001:79000000002' where id = $1")
        .bind(talk)
        .execute(&mut *conn)
        .await
        .unwrap();
    let list = [
        template("ask_again", "approved", vec![body("{{1}}, заказ {{2}} ещё нужен?")]),
        template(
            "invoice",
            "approved",
            vec![TemplateComponent::HeaderFile { kind: MediaKind::Document }, body("Счёт готов")],
        ),
        template("sale", "paused", vec![body("Распродажа")]),
    ];
    sync::take(&mut conn, account, &list, now(), now()).await.unwrap();
    drop(conn);
    Desk { root, anna: stage.signed_in("anna").await, account, talk, client }
}

fn body(text: &str) -> TemplateComponent {
    TemplateComponent::Body { text: text.into() }
}

fn template(name: &str, status: &str, components: Vec<TemplateComponent>) -> ProviderTemplate {
    ProviderTemplate {
        external_id: ExternalId::new(name),
        name: name.into(),
        language: "ru".into(),
        category: "utility".into(),
        status: status.into(),
        reason: (status == "paused").then(|| "жалобы клиентов".into()),
        quality: None,
        components,
    }
}

impl Desk {
    async fn id_of(&self, name: &str) -> Value {
        let list = self.root.get(&format!("/api/accounts/{}/templates", self.account)).await.body;
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{list}"))["id"].clone()
    }

    async fn send(&self, content: Value) -> Answer {
        let body = json!({ "id": Uuid::now_v7(), "content": content });
        self.anna.post(&format!("/api/conversations/{}/messages", self.talk), body).await
    }

    async fn preview(&self, content: Value) -> Value {
        let path = format!("/api/conversations/{}/preview", self.talk);
        let answer = self.anna.post(&path, json!({ "content": content })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    async fn upload(&self, bytes: &'static [u8]) -> Value {
        let mut request = Request::post("/api/files?name=file").body(Body::from(bytes)).unwrap();
        *request.headers_mut() = self.anna.headers.clone();
        request.headers_mut().insert(header::CONTENT_TYPE, "application/octet-stream".parse().unwrap());
        let answer = self.anna.send(request).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body["id"].clone()
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn outside_of_the_window_a_whole_template_goes_and_shows_its_words(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    let writing = desk.anna.get(&format!("/api/conversations/{}/writing", desk.talk)).await.body;
    assert_eq!(writing["permission"]["permission"], "templates_only");
    let names: Vec<_> =
        writing["templates"].as_array().unwrap().iter().map(|template| template["name"].clone()).collect();
    assert_eq!(names, ["ask_again", "invoice"], "what cannot be sent is not offered");
    let text = desk.send(json!({ "type": "text", "text": "Добрый день" })).await;
    assert_eq!(text.problem(), "window-closed");

    let id = desk.id_of("ask_again").await;
    let fields =
        json!({ "fields": { "body.1": { "source": "клиент.имя" }, "body.2": { "label": "номер заказа" } } });
    let path = format!("/api/templates/{}/fields", id.as_str().unwrap());
    let bound = desk.root.ask(Method::PUT, &path, Some(fields)).await;
    assert_eq!(bound.status, StatusCode::OK);
    let offers = desk.anna.get(&format!("/api/conversations/{}/templates", desk.talk)).await.body;
    assert_eq!(offers["items"][0]["fields"][0]["value"], "Ирина");

    let bare = json!({ "type": "template", "template_id": id });
    let preview = desk.preview(bare.clone()).await;
    assert_eq!(preview["text"], "Ирина, заказ {{2}} ещё нужен?");
    let refused = desk.send(bare).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::BAD_REQUEST, "not-filled"));
    assert_eq!(refused.body["detail"], "Не заполнено: номер заказа.");
    assert_eq!(refused.body["missing"], json!([{ "key": "body.2", "label": "номер заказа" }]));

    let whole = json!({ "type": "template", "template_id": id, "values": { "body.2": "17" } });
    let sent = desk.send(whole).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
    assert_eq!(sent.body["text"], "Ирина, заказ 17 ещё нужен?");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_rule_of_channels_takes_a_template_for_a_closed_window(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let person: uuid::Uuid = sqlx::query_scalar("select contact_id from conversations where id = $1")
        .bind(desk.talk)
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let number = phone(&mut conn, crm_core::ContactId(person), "+79000000002").await;
    sqlx::query("update conversations set identity_id = $2 where id = $1")
        .bind(desk.talk)
        .bind(number)
        .execute(&mut *conn)
        .await
        .unwrap();
    drop(conn);
    let id = desk.id_of("ask_again").await;
    let ways = async |query: &str| {
        let path = format!("/api/contacts/{person}/writing{query}");
        desk.anna.get(&path).await.body["ways"][0].clone()
    };
    assert_eq!(ways("").await["reason"], "Окно переписки закрыто, а шаблон не указан.");
    let with_template = ways(&format!("?template_id={}", id.as_str().unwrap())).await;
    assert_eq!(with_template["usable"], true, "{with_template}");

    let send = async |template: Value| {
        let body = json!({ "id": Uuid::now_v7(), "channel": "auto", "text": "Заказ 17 ещё нужен?", "template": template });
        desk.anna.post(&format!("/api/contacts/{person}/messages/auto"), body).await
    };
    let without = send(Value::Null).await;
    assert_eq!((without.status, without.problem()), (StatusCode::CONFLICT, "no-channel"));
    let hollow = send(json!({ "template_id": id, "values": { "body.1": "Ирина" } })).await;
    assert_eq!((hollow.status, hollow.problem()), (StatusCode::BAD_REQUEST, "not-filled"));
    assert_eq!(hollow.body["detail"], "Не заполнено: поле 2.");
    let whole = send(json!({ "template_id": id, "values": { "body.1": "Ирина", "body.2": "17" } })).await;
    assert_eq!(whole.status, StatusCode::CREATED, "{whole:?}");
    assert_eq!(whole.body["text"], "Ирина, заказ 17 ещё нужен?");
    assert_eq!(whole.body["delivery"]["chosen_because"], "Окно переписки закрыто, но есть шаблон.");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_template_that_may_not_be_sent_is_refused_in_words(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    let paused = desk.send(json!({ "type": "template", "template_id": desk.id_of("sale").await })).await;
    assert_eq!((paused.status, paused.problem()), (StatusCode::CONFLICT, "template-not-ready"));
    assert!(paused.body["detail"].as_str().is_some_and(|why| why.contains("жалобы клиентов")), "{paused:?}");
    let unknown = desk.send(json!({ "type": "template", "template_id": Uuid::now_v7() })).await;
    assert_eq!(unknown.body["field"], "template_id");
    let two_lines = json!({ "type": "template", "template_id": desk.id_of("ask_again").await,
        "values": { "body.1": "Ирина", "body.2": "17\n18" } });
    let two_lines = desk.send(two_lines).await;
    assert_eq!(
        (two_lines.status, two_lines.body["field"].as_str()),
        (StatusCode::BAD_REQUEST, Some("content"))
    );
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_file_above_a_template_is_checked_and_stands_on_the_timeline(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    let id = desk.id_of("invoice").await;
    let with = |file: Option<Value>| json!({ "type": "template", "template_id": id, "head_file": file });
    assert_eq!(desk.send(with(None)).await.body["field"], "head_file");
    let picture = desk.upload(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR").await;
    let wrong = desk.send(with(Some(picture))).await;
    assert!(wrong.body["detail"].as_str().is_some_and(|why| why.contains("стоит документ")), "{wrong:?}");
    assert_eq!(desk.send(with(Some(json!(Uuid::now_v7())))).await.status, StatusCode::NOT_FOUND);
    let document = desk.upload(b"%PDF-1.7 words").await;
    let sent = desk.send(with(Some(document))).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
    assert_eq!(sent.body["text"], "Счёт готов");
    assert_eq!(sent.body["content"]["type"], "media", "{:?}", sent.body);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_phrase_is_written_shown_and_sent_by_its_fields(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    let form = json!({ "kind": "quick_reply", "own": true, "name": "Срок", "code": "/Срок",
        "text": "{имя}, отгрузим {срок}" });
    let made = desk.anna.post("/api/phrases", form.clone()).await;
    assert_eq!((made.status, &made.body["code"]), (StatusCode::CREATED, &json!("срок")), "{made:?}");
    let taken = desk.anna.post("/api/phrases", form).await;
    assert_eq!((taken.problem(), &taken.body["field"]), ("taken", &json!("code")));
    let common = json!({ "kind": "sms", "own": false, "name": "Склад", "text": "Ждём" });
    assert_eq!(desk.anna.post("/api/phrases", common.clone()).await.problem(), "forbidden");
    assert_eq!(desk.root.post("/api/phrases", common).await.status, StatusCode::CREATED);
    let list = desk.anna.get("/api/phrases?kind=quick_reply&text=%D1%81%D1%80%D0%BE%D0%BA").await.body;
    assert_eq!(list["items"][0]["id"], made.body["id"]);

    let phrase = json!({ "type": "phrase", "phrase_id": made.body["id"] });
    let preview = desk.preview(phrase.clone()).await;
    assert_eq!(preview["text"], "Ирина, отгрузим {срок}");
    assert_eq!(preview["missing"], json!([{ "key": "срок", "label": "срок" }]));
    let refused = desk.send(phrase).await;
    assert_eq!(refused.body["detail"], "Не заполнено: срок.");

    let draft = json!({ "text": "{клиент.компания}: {срок}", "client_id": desk.client, "values": { "срок": "завтра" } });
    let shown = desk.anna.post("/api/phrases/preview", draft).await.body;
    assert_eq!((&shown["text"], &shown["missing"]), (&json!("Ромашка: завтра"), &json!([])));
    assert_eq!(shown["measure"], Value::Null, "no channel here counts");
    let id = made.body["id"].as_str().unwrap();
    let gone = desk.anna.ask(Method::DELETE, &format!("/api/phrases/{id}"), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_text_for_sms_is_counted_before_it_is_sent(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    let settings = json!({ "secret": "слово-слово", "apikey": "kljuch-kljuch" });
    let sms = desk
        .root
        .post("/api/accounts", json!({ "connector": "smsc", "name": "SMS", "settings": settings }))
        .await;
    assert_eq!(sms.status, StatusCode::CREATED, "{sms:?}");
    let count = async |text: String| {
        let shown = desk.anna.post("/api/phrases/preview", json!({ "text": text })).await.body;
        (shown["measure"]["characters"].clone(), shown["measure"]["parts"].clone())
    };
    assert_eq!(count("я".repeat(70)).await, (json!(70), json!(1)));
    assert_eq!(count("я".repeat(71)).await, (json!(71), json!(2)));
    assert_eq!(count("z".repeat(160)).await, (json!(160), json!(1)));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn who_only_called_is_written_to_first_and_the_conversation_begins_with_it(pool: PgPool) {
    let stage = Stage::new(pool);
    let desk = desk(&stage).await;
    stage.user("boris", "manager").await;
    let boris = stage.signed_in("boris").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let caller = contact(&mut conn, "Олег", desk.client).await;
    phone(&mut conn, caller, "+79161112233").await;
    drop(conn);

    let ways = desk.anna.get(&format!("/api/contacts/{caller}/writing")).await.body;
    let talk = ways["ways"][0]["conversation_id"].as_str().expect("a way by his number").to_owned();
    let of = |what: &str| format!("/api/conversations/{talk}/{what}?contact_id={caller}");
    let unnamed = format!("/api/conversations/{talk}/writing");
    assert_eq!(desk.anna.get(&unnamed).await.status, StatusCode::NOT_FOUND, "nobody knows with whom");
    assert_eq!(boris.get(&of("writing")).await.status, StatusCode::NOT_FOUND, "a foreign client");
    let elsewhere = format!("/api/conversations/{}/writing?contact_id={caller}", Uuid::now_v7());
    assert_eq!(desk.anna.get(&elsewhere).await.status, StatusCode::NOT_FOUND, "no way leads there");

    let writing = desk.anna.get(&of("writing")).await.body;
    assert_eq!(writing["permission"]["permission"], "templates_only");
    let offers = desk.anna.get(&of("templates")).await.body;
    let template = &offers["items"][0];
    assert_eq!(template["name"], "ask_again");
    let values = json!({ "body.1": "Олег", "body.2": "15" });
    let content = json!({ "type": "template", "template_id": template["id"], "values": values });
    let preview = desk.anna.post(&of("preview"), json!({ "content": content })).await.body;
    assert_eq!(preview["text"], "Олег, заказ 15 ещё нужен?");
    let words = json!({ "id": Uuid::now_v7(), "content": { "type": "text", "text": "Добрый день" } });
    assert_eq!(desk.anna.post(&of("messages"), words).await.problem(), "window-closed");

    let message = json!({ "id": Uuid::now_v7(), "content": content });
    let foreign = boris.post(&of("messages"), message.clone()).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let sent = desk.anna.post(&of("messages"), message.clone()).await;
    assert_eq!((sent.status, &sent.body["conversation_id"]), (StatusCode::CREATED, &json!(talk)), "{sent:?}");
    assert_eq!(
        desk.anna.post(&of("messages"), message).await.status,
        StatusCode::OK,
        "one press is one message"
    );
    assert_eq!(desk.anna.get(&unnamed).await.status, StatusCode::OK, "it exists now");
}
