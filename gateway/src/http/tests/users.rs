use chrono::TimeDelta;
use crm_core::access::bootstrap;
use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::{PASSWORD, Stage, now, wait};

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn only_an_administrator_creates_users(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    for role in ["director", "head_of_sales", "manager"] {
        stage.user(role, role).await;
        let browser = stage.signed_in(role).await;
        let answer = browser.post("/api/users", json!({ "login": "friend", "name": "Друг" })).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "forbidden"), "{role}");
        assert_eq!(browser.get("/api/users").await.status, StatusCode::FORBIDDEN);
    }
    let root = stage.signed_in("root").await;
    assert_eq!(root.get("/api/users?text=friend").await.body["items"], json!([]));
    let log = root.get("/api/audit?action=user.create").await.body.to_string();
    assert!(!log.contains("friend"));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_new_user_sets_his_password_by_a_link_that_works_once(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    let root = stage.signed_in("root").await;
    let new = json!({ "login": "Anna", "name": "Анна", "post": "менеджер", "roles": ["manager"] });
    let created = root.post("/api/users", new.clone()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(created.body["user"]["login"], "anna");
    let twice = root.post("/api/users", new).await;
    assert_eq!((twice.status, &twice.body["field"]), (StatusCode::CONFLICT, &json!("login")));

    let token = created.body["password_link"]["token"].clone();
    let mut browser = stage.browser();
    let look = json!({ "token": token, "purpose": "password" });
    assert_eq!(browser.post("/api/password/link", look.clone()).await.body, json!({ "live": true }));
    let other = json!({ "token": token, "purpose": "setup" });
    assert_eq!(browser.post("/api/password/link", other).await.body, json!({ "live": false }));
    let weak = browser.post("/api/password", json!({ "token": token, "password": "short" })).await;
    assert_eq!((weak.status, &weak.body["field"]), (StatusCode::BAD_REQUEST, &json!("password")));
    let set = json!({ "token": token, "password": PASSWORD });
    assert_eq!(browser.post("/api/password", set.clone()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.post("/api/password", set).await.problem(), "dead-link");
    assert_eq!(browser.post("/api/password/link", look).await.body, json!({ "live": false }), "used");
    assert_eq!(browser.sign_in("anna", PASSWORD).await.status, StatusCode::OK);

    let id = created.body["user"]["id"].as_str().unwrap();
    let link = root.post(&format!("/api/users/{id}/password-link"), json!({})).await;
    wait(TimeDelta::hours(73));
    let late = json!({ "token": link.body["token"], "password": "другой пароль" });
    assert_eq!(browser.post("/api/password", late).await.problem(), "dead-link");
    let look = json!({ "token": link.body["token"], "purpose": "password" });
    assert_eq!(browser.post("/api/password/link", look).await.body, json!({ "live": false }), "too old");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_first_administrator_comes_by_the_setup_link(pool: PgPool) {
    let stage = Stage::new(pool);
    let mut conn = stage.pool.acquire().await.unwrap();
    let former = bootstrap::setup_link(&mut conn, now()).await.unwrap().unwrap();
    let token = bootstrap::setup_link(&mut conn, now()).await.unwrap().unwrap();
    let mut browser = stage.browser();
    let by = |token: &str, login: &str| json!({ "token": token, "login": login, "name": "Ольга", "password": PASSWORD });
    assert_eq!(browser.post("/api/setup", by(&former, "olga")).await.problem(), "dead-link");
    assert_eq!(browser.post("/api/setup", by(&token, "не логин")).await.body["field"], "login");
    let look = |token: &str| json!({ "token": token, "purpose": "setup" });
    assert_eq!(browser.post("/api/password/link", look(&former)).await.body, json!({ "live": false }));
    assert_eq!(browser.post("/api/password/link", look(&token)).await.body, json!({ "live": true }));
    assert_eq!(browser.post("/api/setup", by(&token, "olga")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.post("/api/setup", by(&token, "eve")).await.problem(), "dead-link");
    let me = browser.sign_in("olga", PASSWORD).await;
    assert_eq!(me.body["rights"]["users.manage"], "all");
    assert_eq!(bootstrap::setup_link(&mut conn, now()).await.unwrap(), None);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_last_administrator_stays(pool: PgPool) {
    let stage = Stage::new(pool);
    let root = stage.user("root", "administrator").await;
    let browser = stage.signed_in("root").await;
    let oneself = browser.post(&format!("/api/users/{root}/deactivate"), json!({})).await;
    assert_eq!((oneself.status, oneself.problem()), (StatusCode::CONFLICT, "conflict"));
    let path = format!("/api/users/{root}");
    let no_roles = json!({ "roles": [] });
    let answer = browser.ask(Method::PATCH, &path, Some(no_roles.clone())).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(browser.get("/api/me").await.body["roles"], json!(["administrator"]));

    stage.user("olga", "administrator").await;
    assert_eq!(browser.ask(Method::PATCH, &path, Some(no_roles)).await.status, StatusCode::OK);
    assert_eq!(browser.get("/api/users").await.status, StatusCode::FORBIDDEN, "at the next request");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_right_taken_from_a_role_is_gone_at_the_next_request(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    stage.user("boss", "director").await;
    let (root, boss) = (stage.signed_in("root").await, stage.signed_in("boss").await);
    assert_eq!(boss.get("/api/audit").await.status, StatusCode::OK);
    let rights = json!({ "rights": { "clients.read": "all" } });
    let set = root.ask(Method::PUT, "/api/roles/director/rights", Some(rights.clone())).await;
    assert_eq!(set.body["rights"], rights["rights"]);
    assert_eq!(boss.get("/api/audit").await.status, StatusCode::FORBIDDEN);
    let entry = &root.get("/api/audit?action=role.set_rights").await.body["items"][0];
    assert_eq!((&entry["before"]["audit.read"], &entry["after"]), (&json!("all"), &rights["rights"]));

    let own = root.ask(Method::PUT, "/api/roles/administrator/rights", Some(rights)).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "the administrator keeps users.manage");
    let refused = boss.ask(Method::PUT, "/api/roles/director/rights", Some(json!({ "rights": {} }))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn of_himself_a_user_changes_the_phone_and_nothing_else(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    for field in ["roles", "name", "login", "post"] {
        let body = json!({ "phone": "+7 495 000-00-00", field: ["administrator"] });
        let answer = anna.ask(Method::PATCH, "/api/me", Some(body)).await;
        assert_eq!((answer.status, &answer.body["field"]), (StatusCode::FORBIDDEN, &json!(field)));
    }
    assert_eq!(anna.get("/api/me").await.body["phone"], json!(null));
    let body = json!({ "phone": "+7 495 123-45-67" });
    assert_eq!(anna.ask(Method::PATCH, "/api/me", Some(body.clone())).await.body["phone"], body["phone"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn lists_go_on_behind_the_cursor(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    for login in ["anna", "boris", "vera", "galina"] {
        stage.user(login, "manager").await;
    }
    let root = stage.signed_in("root").await;
    for list in ["/api/users", "/api/colleagues"] {
        let (mut names, mut path) = (Vec::new(), format!("{list}?limit=2"));
        loop {
            let page = root.get(&path).await.body;
            names.extend(page["items"].as_array().unwrap().iter().map(|user| user["name"].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{list}?limit=2&cursor={cursor}");
        }
        assert_eq!(names, ["anna", "boris", "galina", "root", "vera"]);
    }
}
