use bytes::Bytes;
use chrono::TimeDelta;
use connector_api::RawEvent;
use crm_core::AccountId;
use crm_core::timeline::raw_event::{self, StoredRaw};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::HttpSettings;
use crate::http::testing::{Browser, Stage, now, wait};

/// Stands in every secret that a person enters.
const CANARY: &str = "kanareyka0123456789";

async fn administrator(stage: &Stage) -> Browser {
    stage.user("root", "administrator").await;
    stage.signed_in("root").await
}

async fn patch(browser: &Browser, id: &str, body: Value) -> crate::http::testing::Answer {
    browser.ask(Method::PATCH, &format!("/api/accounts/{id}"), Some(body)).await
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_secret_goes_in_and_never_out_again(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    let root = administrator(&stage).await;
    let form = json!({
        "connector": "whatsapp", "name": "WhatsApp продаж",
        "settings": {"app_secret": format!("{CANARY}a"), "verify_token": format!("{CANARY}b"), "portfolio": "7"},
    });
    let made = root.post("/api/accounts", form).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let id = made.body["account"]["id"].as_str().unwrap().to_owned();
    assert_eq!(made.body["account"]["settings"], json!({"portfolio": "7"}));
    let there = json!({
        "access_token": false, "app_secret": true, "app_secret_previous": false, "proxy": false, "verify_token": true,
    });
    assert_eq!(made.body["account"]["secrets"], there);
    assert_eq!(made.body["invented_secrets"], json!({}));
    let changed = patch(&root, &id, json!({"settings": {"app_secret": format!("{CANARY}c")}})).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");

    let mut answers = vec![made.body, changed.body];
    for path in [
        "/api/accounts".to_owned(),
        format!("/api/accounts/{id}"),
        format!("/api/accounts/{id}/notices"),
        "/api/audit".to_owned(),
    ] {
        let answer = root.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answers.push(answer.body);
    }
    for answer in answers {
        assert!(!answer.to_string().contains(CANARY), "{answer:#}");
    }
    let rows: Vec<String> = sqlx::query_scalar(
        "select row_to_json(a)::text from accounts a union all select row_to_json(l)::text from audit_log l",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(rows.iter().all(|row| !row.contains(CANARY) && !row.contains(&hex::encode(CANARY))));

    let same = patch(&root, &id, json!({"name": "WhatsApp продаж", "settings": {"app_secret": null}})).await;
    assert_eq!(same.status, StatusCode::OK, "nothing changes, and nothing is written");
    let log = root.get("/api/audit?subject_kind=account").await.body;
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
    assert_eq!(log["items"][0]["action"], "account.edit");
    assert_eq!(log["items"][0]["after"]["secrets_changed"], json!(["app_secret"]));
    assert_eq!(log["items"][1]["action"], "account.create");
    assert_eq!(log["items"][1]["after"]["secrets_changed"], json!(["app_secret", "verify_token"]));

    let account = &stage.accounts.all()[0];
    assert_eq!(account.id.to_string(), id, "the account works at once");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_secret_that_nobody_gave_is_invented_and_shown_once(pool: PgPool) {
    let settings =
        HttpSettings { public_url: Some("https://uzel.example/".into()), ..HttpSettings::default() };
    let stage = Stage::with(pool, settings);
    let mut root = administrator(&stage).await;
    root.headers.insert("origin", "https://uzel.example".parse().unwrap());
    let made = root.post("/api/accounts", json!({"connector": "telphin", "name": "АТС"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let secret = made.body["invented_secrets"]["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 64);
    let key = stage.accounts.all()[0].key.clone();
    let webhook = &made.body["account"]["webhook"];
    assert_eq!(webhook["url"], format!("https://uzel.example/hooks/{key}/{secret}"));
    assert_eq!(webhook["secret_part"], "shown");

    let id = made.body["account"]["id"].as_str().unwrap();
    let later = root.get(&format!("/api/accounts/{id}")).await.body;
    assert!(!later.to_string().contains(secret));
    let url = format!("https://uzel.example/hooks/{key}");
    assert_eq!(later["webhook"], json!({"url": url, "secret_part": "hidden"}));

    let kept = patch(&root, id, json!({"settings": {"secret": null, "extensions": "101"}})).await.body;
    assert_eq!(kept["account"]["webhook"]["secret_part"], "hidden", "null keeps");
    assert_eq!(kept["account"]["settings"], json!({"extensions": "101"}));
    let renewed = patch(&root, id, json!({"settings": {"secret": ""}})).await.body;
    let second = renewed["invented_secrets"]["secret"].as_str().unwrap();
    assert_ne!(second, secret);

    let signed = json!({"connector": "smsc", "name": "SMSC", "settings": {"secret": "слово-слово"}});
    let signed = root.post("/api/accounts", signed).await.body;
    assert_eq!(signed["invented_secrets"], json!({}), "SMSC signs, so its address needs no secret");
    assert_eq!(signed["account"]["webhook"]["secret_part"], "none");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn every_account_shows_its_own_counters(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    let root = administrator(&stage).await;
    let mut ids = Vec::new();
    for name in ["первый", "тихий", "третий"] {
        let made = root.post("/api/accounts", json!({"connector": "telphin", "name": name})).await.body;
        ids.push(made["account"]["id"].as_str().unwrap().to_owned());
        wait(TimeDelta::seconds(1));
    }
    let id_of = |at: usize| AccountId(ids[at].parse().unwrap());
    let received = |at: usize, ago: TimeDelta| {
        let raw = RawEvent {
            source: "webhook".into(),
            received_at: now() - ago,
            content_type: None,
            query: String::new(),
            body: Bytes::new(),
        };
        StoredRaw::new(id_of(at), raw)
    };
    let day = TimeDelta::days(1);
    let group =
        [received(0, day), received(0, TimeDelta::zero()), received(0, TimeDelta::zero()), received(2, day)];
    raw_event::insert_group(&mut pool.acquire().await.unwrap(), &group, false).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    raw_event::count_refused(&mut conn, id_of(2), now().date_naive(), "wrong_signature", 7).await.unwrap();

    let list = root.get("/api/accounts").await.body;
    let counters: Vec<Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["received_today"], row["last_received_at"], row["refused"], row["notices"]]))
        .collect();
    let expected = [
        json!([2, now(), {}, 0]),
        json!([0, null, {}, 0]),
        json!([0, now() - day, {"wrong_signature": 7}, 0]),
    ];
    assert_eq!(counters, expected);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn settings_that_do_not_fit_are_refused_by_name(pool: PgPool) {
    let stage = Stage::new(pool);
    let root = administrator(&stage).await;
    let refused = async |form: Value| {
        let answer = root.post("/api/accounts", form).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::BAD_REQUEST, "invalid-request"));
        (
            answer.body["field"].as_str().unwrap().to_owned(),
            answer.body["detail"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(refused(json!({"connector": "fax", "name": "x"})).await.0, "connector");
    let unknown = json!({"connector": "telphin", "name": "x", "settings": {"colour": "red"}});
    assert_eq!(refused(unknown).await.0, "settings.colour");
    let missing = refused(json!({"connector": "smsru", "name": "x"})).await;
    assert!(missing.0 == "settings.api_id" && missing.1.contains("Ключ api_id"), "{missing:?}");
    let network = json!({"connector": "telphin", "name": "x", "settings": {"allowed_networks": "дом"}});
    assert!(refused(network).await.1.contains("allowed_networks"));
    let region = json!({"connector": "telphin", "name": "x", "settings": {"region": "XX"}});
    assert_eq!(refused(region).await.0, "settings.region");
    assert_eq!(refused(json!({"connector": "telphin", "name": " "})).await.0, "name");
    assert!(stage.accounts.all().is_empty());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn accounts_are_for_those_who_manage_them(pool: PgPool) {
    let stage = Stage::new(pool);
    let root = administrator(&stage).await;
    let made = root.post("/api/accounts", json!({"connector": "telphin", "name": "АТС"})).await.body;
    let id = made["account"]["id"].as_str().unwrap();
    for role in ["manager", "head_of_sales", "director", "secretary", "accountant"] {
        stage.user(role, role).await;
        let other = stage.signed_in(role).await;
        let answers = [
            other.get("/api/accounts").await,
            other.get(&format!("/api/accounts/{id}")).await,
            other.get(&format!("/api/accounts/{id}/notices")).await,
            other.get("/api/connectors").await,
            other.post("/api/accounts", json!({"connector": "telphin", "name": "x"})).await,
            patch(&other, id, json!({"enabled": false})).await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "forbidden"), "{role}");
            assert!(!answer.body.to_string().contains("АТС"));
        }
    }
    assert_eq!(stage.browser().get("/api/accounts").await.status, StatusCode::UNAUTHORIZED);
    let connectors = root.get("/api/connectors").await.body;
    let names: Vec<_> = connectors["items"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect();
    let known: Vec<_> = crate::connectors::known().iter().map(|info| info.name).collect();
    assert_eq!(names, known);
    let nobody = root.get("/api/accounts/00000000-0000-7000-8000-000000000000").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}
