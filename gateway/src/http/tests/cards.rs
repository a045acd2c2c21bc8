use crm_core::fixture::{client, contact, give, phone};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::http::testing::{Browser, Stage};

async fn all(browser: &Browser, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = browser.get(&format!("{path}{cursor}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        items.extend(answer.body["items"].as_array().unwrap().clone());
        match answer.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_foreign_client_is_a_stub_of_three_fields(pool: PgPool) {
    let stage = Stage::new(pool);
    let (anna, _) = (stage.user("anna", "manager").await, stage.user("boris", "manager").await);
    let mut conn = stage.pool.acquire().await.unwrap();
    let foreign = client(&mut conn, "ООО Ромашка", None).await;
    give(&mut conn, foreign, anna).await;
    let person = contact(&mut conn, "Канарейкина", foreign).await;
    phone(&mut conn, person, "+79164569812").await;
    drop(conn);

    let boris = stage.signed_in("boris").await;
    let stub = json!({ "name": "ООО Ромашка", "inn": null, "responsible": "anna" });
    for path in ["", "/contacts", "/timeline"] {
        let answer = boris.get(&format!("/api/clients/{foreign}{path}")).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "foreign-client"), "{path}");
        assert_eq!(answer.body["stub"], stub, "{path}");
    }
    let edit = json!({ "version": 1, "city": "Уфа" });
    let answer = boris.ask(Method::PATCH, &format!("/api/clients/{foreign}"), Some(edit)).await;
    assert_eq!(answer.problem(), "foreign-client");
    let found = boris.get("/api/search?text=%D1%80%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0").await.body;
    assert_eq!(found, json!({ "clients": [], "foreign": [stub] }));
    for text in ["9812", "%D0%BA%D0%B0%D0%BD%D0%B0%D1%80%D0%B5%D0%B9%D0%BA%D0%B8%D0%BD%D0%B0"] {
        let found = boris.get(&format!("/api/search?text={text}")).await.body;
        assert_eq!(found, json!({ "clients": [], "foreign": [] }));
    }
    for path in [format!("/api/contacts/{person}"), format!("/api/clients/{person}")] {
        assert_eq!(boris.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(all(&boris, "/api/clients?limit=2").await.is_empty());
    let number = json!({ "kind": "phone", "text": "8 916 456 98 12" });
    let mine = boris.post("/api/clients", json!({ "name": "Лютик" })).await;
    let new = json!({ "client_id": mine.body["id"], "name": "Инна", "addresses": [number] });
    let taken = boris.post("/api/contacts", new).await;
    assert_eq!((taken.status, taken.problem()), (StatusCode::CONFLICT, "taken"));
    assert_eq!(taken.body["by"], json!({ "kind": "foreign", "stub": stub }));

    stage.user("driver", "driver").await;
    let driver = stage.signed_in("driver").await;
    for path in [format!("/api/clients/{foreign}"), "/api/search?text=7707".into(), "/api/clients".into()] {
        assert_eq!(driver.get(&path).await.problem(), "forbidden", "{path}");
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_card_is_made_changed_listed_and_given_away(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna_id = stage.user("anna", "manager").await;
    stage.user("head", "head_of_sales").await;
    let (anna, head) = (stage.signed_in("anna").await, stage.signed_in("head").await);
    let new = json!({ "name": "ООО Ромашка", "inn": "7707 083893" });
    let card = anna.post("/api/clients", new.clone()).await;
    assert_eq!((card.status, &card.body["inn"]), (StatusCode::CREATED, &json!("7707083893")));
    let id = card.body["id"].as_str().unwrap().to_owned();
    let twice = anna.post("/api/clients", new).await;
    assert_eq!(twice.problem(), "taken");
    assert_eq!(twice.body["by"], json!({ "kind": "client", "id": id }));
    let wrong = anna.post("/api/clients", json!({ "name": "Икс", "inn": "7707083894" })).await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("inn")));

    let path = format!("/api/clients/{id}");
    let city = json!({ "version": 1, "city": "Уфа" });
    let edited = anna.ask(Method::PATCH, &path, Some(city.clone())).await;
    assert_eq!(edited.body["city"], json!("Уфа"));
    let stale = anna.ask(Method::PATCH, &path, Some(city)).await;
    assert_eq!((stale.problem(), &stale.body["current"]), ("stale-version", &json!(2)));
    let rename = json!({ "version": 2, "name": "Лютик" });
    let frozen = anna.ask(Method::PATCH, &path, Some(rename)).await;
    assert_eq!(frozen.body["right"], "contacts.correct");

    assert_eq!(anna.post(&format!("{path}/take"), json!({})).await.status, StatusCode::NO_CONTENT);
    for at in 0..5 {
        anna.post("/api/clients", json!({ "name": format!("Клиент {at}") })).await;
    }
    for sort in ["name", "created_at", "responsible", "status", "inn", "city", "contract"] {
        for sort in [sort.to_owned(), format!("-{sort}")] {
            assert_eq!(all(&anna, &format!("/api/clients?limit=2&sort={sort}")).await.len(), 6, "{sort}");
        }
    }
    assert_eq!(all(&anna, "/api/clients?responsible=none").await.len(), 5);
    assert_eq!(all(&anna, &format!("/api/clients?responsible={anna_id}&contract_mark=none")).await.len(), 1);
    let away = json!({ "responsible_id": anna_id, "reason": "" });
    let refused = head.post(&format!("{path}/transfer"), away).await;
    assert_eq!(refused.body["field"], "reason");
    let boris = stage.user("boris", "manager").await;
    let away = json!({ "responsible_id": boris, "reason": "отпуск" });
    assert_eq!(head.post(&format!("{path}/transfer"), away).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.problem(), "foreign-client");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn cards_are_joined_with_a_choice_and_split_again(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("head", "head_of_sales").await;
    stage.user("anna", "manager").await;
    let head = stage.signed_in("head").await;
    let one = head.post("/api/clients", json!({ "name": "Альфа", "city": "Уфа" })).await.body;
    let two = head.post("/api/clients", json!({ "name": "Бета", "city": "Уфа" })).await.body;
    let mut join = json!({ "survivor_id": one["id"], "absorbed_id": two["id"] });
    let asked = head.post("/api/joins/clients", join.clone()).await;
    assert_eq!((asked.status, asked.problem()), (StatusCode::CONFLICT, "choice-needed"));
    assert_eq!(
        asked.body["conflicts"],
        json!([{ "field": "name", "survivor": "Альфа", "absorbed": "Бета" }])
    );
    join["choices"] = json!({ "name": "absorbed" });
    let anna = stage.signed_in("anna").await;
    assert_eq!(anna.post("/api/joins/clients", join.clone()).await.problem(), "forbidden");
    let done = head.post("/api/joins/clients", join).await;
    assert_eq!(done.body["changes"], json!([{ "field": "name", "before": "Альфа", "after": "Бета" }]));

    let path = format!("/api/clients/{}", two["id"].as_str().unwrap());
    let card = head.get(&path).await.body;
    assert_eq!((&card["id"], &card["joined"][0]["absorbed_id"]), (&one["id"], &two["id"]));
    let split = format!("/api/joins/{}/split", done.body["join_id"].as_str().unwrap());
    assert_eq!(head.post(&split, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(head.post(&split, json!({})).await.problem(), "conflict");
    assert_eq!(head.get(&path).await.body["name"], "Бета");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_contract_is_put_down_changed_withdrawn_and_put_back(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let card = anna.post("/api/clients", json!({ "name": "ООО Ромашка" })).await;
    let path = format!("/api/clients/{}", card.body["id"].as_str().unwrap());
    assert_eq!((&card.body["contract_mark"], &card.body["contracts"]), (&Value::Null, &json!([])));
    let id = "0190aaaa-0000-7000-8000-00000000000c";
    let new = json!({ "id": id, "mark": "scan", "note": "У юриста" });
    let contracts = format!("{path}/contracts");
    let made = anna.post(&contracts, new.clone()).await;
    assert_eq!((made.status, &made.body["id"]), (StatusCode::CREATED, &json!(id)));
    assert_eq!(anna.post(&contracts, new).await.body, made.body, "the same press again");
    let other = json!({ "id": id, "mark": "original" });
    assert_eq!(anna.post(&contracts, other).await.status, StatusCode::CONFLICT);
    let contract = format!("/api/contracts/{}", made.body["id"].as_str().unwrap());
    let better = json!({ "version": 1, "mark": "original" });
    assert_eq!(anna.ask(Method::PATCH, &contract, Some(better.clone())).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.ask(Method::PATCH, &contract, Some(better)).await.problem(), "stale-version");
    assert_eq!(anna.get(&path).await.body["contract_mark"], json!("original"));
    assert_eq!(anna.ask(Method::DELETE, &contract, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.body["contract_mark"], Value::Null);
    assert_eq!(anna.post(&format!("{contract}/restore"), json!({})).await.status, StatusCode::NO_CONTENT);
    let body = anna.get(&path).await.body;
    assert_eq!(
        (&body["contract_mark"], &body["contracts"][0]["note"]),
        (&json!("original"), &json!("У юриста"))
    );
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_client_is_given_for_a_time_and_called_back(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let boris = stage.user("boris", "manager").await;
    stage.user("head", "head_of_sales").await;
    let (anna, head) = (stage.signed_in("anna").await, stage.signed_in("head").await);
    let card = anna.post("/api/clients", json!({ "name": "ООО Ромашка" })).await;
    let path = format!("/api/clients/{}", card.body["id"].as_str().unwrap());
    anna.post(&format!("{path}/take"), json!({})).await;
    let until = "2099-06-05T00:00:00Z";
    let away = json!({ "responsible_id": boris, "reason": "отпуск", "until": until });
    assert_eq!(head.post(&format!("{path}/transfer"), away).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.problem(), "foreign-client");
    let rows = head.get("/api/handovers").await.body;
    assert_eq!((&rows[0]["ends_at"], &rows[0]["may_change"]), (&json!(until), &json!(true)));
    let asked = json!({ "client_ids": [card.body["id"]] });
    assert_eq!(head.post("/api/handovers/lasting", asked.clone()).await.body, rows);
    assert_eq!(anna.post("/api/handovers/lasting", asked).await.problem(), "forbidden");
    let handover = format!("/api/handovers/{}", rows[0]["id"].as_str().unwrap());
    let past = head.ask(Method::PATCH, &handover, Some(json!({ "until": "2020-01-01T00:00:00Z" }))).await;
    assert_eq!(past.body["field"], "until");
    let later = json!({ "until": "2099-07-01T00:00:00Z" });
    assert_eq!(head.ask(Method::PATCH, &handover, Some(later)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(head.post(&format!("{handover}/return"), json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.status, StatusCode::OK);
    assert_eq!(head.ask(Method::DELETE, &handover, None).await.status, StatusCode::CONFLICT);
    assert_eq!(anna.get("/api/handovers").await.problem(), "forbidden");
}
