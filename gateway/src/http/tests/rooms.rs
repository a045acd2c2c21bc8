use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::http::testing::{Answer, Browser, Stage};

fn id() -> String {
    Uuid::now_v7().to_string()
}

async fn make(by: &Browser, access: &str, members: &[String]) -> String {
    let body = json!({ "id": id(), "name": "Снабжение", "access": access, "members": members });
    let made = by.post("/api/rooms", body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(by.post("/api/rooms", body).await.status, StatusCode::OK);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn say(by: &Browser, room: &str, body: Value) -> Answer {
    by.post(&format!("/api/rooms/{room}/messages"), body).await
}

async fn upload(by: &Browser) -> String {
    let mut request = Request::builder().method(Method::POST).uri("/api/files?name=%D1%81.txt");
    *request.headers_mut().unwrap() = by.headers.clone();
    let answer = by.send(request.body("Десять тонн".into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_message_with_a_mention_and_a_file_reaches_the_member_and_nobody_else(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let boris_id = stage.user("boris", "accountant").await.to_string();
    stage.user("vera", "manager").await;
    let (anna, boris, vera) =
        (stage.signed_in("anna").await, stage.signed_in("boris").await, stage.signed_in("vera").await);
    let room = make(&anna, "closed", std::slice::from_ref(&boris_id)).await;
    let body = json!({
        "id": id(), "text": "@boris, счёт приложила", "files": [upload(&anna).await], "mentions": [boris_id],
    });
    let said = say(&anna, &room, body.clone()).await;
    assert_eq!(said.status, StatusCode::CREATED, "{:?}", said.body);
    assert_eq!(say(&anna, &room, body).await.status, StatusCode::OK);

    assert_eq!(boris.get("/api/rooms/counts").await.body, json!({ "rooms": 1, "mentions": 1 }));
    let page = boris.get(&format!("/api/rooms/{room}/messages")).await.body;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["more"]), (1, &json!(false)));
    let file = page["items"][0]["files"][0]["id"].as_str().unwrap();
    assert_eq!(boris.get(&format!("/api/media/{file}")).await.status, StatusCode::OK);
    let read = boris.post(&format!("/api/rooms/{room}/read"), json!({ "position": 1 })).await;
    assert_eq!(read.status, StatusCode::NO_CONTENT);
    let other_device = stage.signed_in("boris").await;
    assert_eq!(other_device.get("/api/rooms/counts").await.body, json!({ "rooms": 0, "mentions": 0 }));

    assert_eq!(vera.get(&format!("/api/rooms/{room}")).await.problem(), "not-found");
    assert_eq!(vera.get(&format!("/api/media/{file}")).await.problem(), "not-found");
    let found = vera.get("/api/room-messages?text=%D1%81%D1%87%D1%91%D1%82").await.body;
    assert_eq!(found["items"], json!([]));
    let found = boris.get("/api/room-messages?text=%D1%81%D1%87%D0%B5%D1%82").await.body;
    assert_eq!(found["items"][0]["room_name"], "Снабжение");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_message_is_edited_reacted_to_and_taken_back(pool: PgPool) {
    let stage = Stage::new(pool);
    let (anna, boris) = (stage.user("anna", "manager").await, stage.user("boris", "lawyer").await);
    let room = {
        let anna = stage.signed_in("anna").await;
        make(&anna, "closed", &[boris.to_string()]).await
    };
    let (anna_id, anna, boris) =
        (anna.to_string(), stage.signed_in("anna").await, stage.signed_in("boris").await);
    let message = say(&anna, &room, json!({ "id": id(), "text": "В среду" })).await.body;
    let path = format!("/api/room-messages/{}", message["id"].as_str().unwrap());
    let edit = |text: &str| Some(json!({ "text": text }));
    assert_eq!(anna.ask(Method::PATCH, &path, edit("В четверг")).await.body["text"], "В четверг");
    assert_eq!(boris.ask(Method::PATCH, &path, edit("Нет")).await.status, StatusCode::CONFLICT);
    let versions = boris.get(&format!("{path}/versions")).await.body;
    assert_eq!(versions["items"][0]["text"], "В среду");
    let emoji = Some(json!({ "emoji": "👍" }));
    let reacted = boris.ask(Method::PUT, &format!("{path}/reaction"), emoji).await.body;
    assert_eq!(reacted["reactions"][0]["emoji"], "👍");
    assert_eq!(boris.ask(Method::DELETE, &path, None).await.problem(), "forbidden");
    assert_eq!(anna.ask(Method::DELETE, &path, None).await.body["text"], Value::Null);

    let member = format!("/api/rooms/{room}/members/{anna_id}");
    assert_eq!(boris.ask(Method::DELETE, &member, None).await.problem(), "forbidden");
    let both = format!("/api/rooms/{room}/messages?before=1&after=1");
    assert_eq!(anna.get(&both).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(anna.ask(Method::DELETE, &member, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.problem(), "not-found");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_open_room_is_joined_and_managed_by_its_owner_or_the_director(pool: PgPool) {
    let stage = Stage::new(pool);
    for (login, role) in [("anna", "manager"), ("boris", "driver"), ("boss", "director")] {
        stage.user(login, role).await;
    }
    let (anna, boris, boss) =
        (stage.signed_in("anna").await, stage.signed_in("boris").await, stage.signed_in("boss").await);
    let room = make(&anna, "open", &[]).await;
    let path = format!("/api/rooms/{room}");
    let refused = say(&boris, &room, json!({ "id": id(), "text": "Можно?" })).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let joined = boris.post(&format!("{path}/join"), json!({})).await.body;
    assert_eq!(
        (&joined["role"], &joined["can_write"], &joined["members"]),
        (&json!("member"), &json!(true), &json!(2))
    );
    assert_eq!(say(&boris, &room, json!({ "id": id(), "text": "Можно" })).await.status, StatusCode::CREATED);
    let name = |name: &str| Some(json!({ "name": name }));
    assert_eq!(boris.ask(Method::PATCH, &path, name("Моё")).await.problem(), "forbidden");
    assert_eq!(anna.ask(Method::PATCH, &path, name("")).await.body["field"], "name");
    assert_eq!(boss.ask(Method::PATCH, &path, name("Рейсы")).await.body["name"], "Рейсы");
    let names: Vec<Value> = anna.get("/api/rooms?limit=1").await.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|room| room["name"].clone())
        .collect();
    assert_eq!(names, ["Рейсы"]);
    let members = anna.get(&format!("{path}/members")).await.body;
    assert_eq!(members["items"].as_array().unwrap().len(), 2);
}
