use crm_core::accounts::StoredAccount;
use crm_core::timeline::dump::canonical;
use crm_core::timeline::raw_log::ReplayFilter;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::accounts::double::{DoubleAccounts, line};
use crate::http::testing::{Browser, Stage, now};
use crate::replay::replay;

const SECRET: &str = "kanareyka0123456789";

/// A stage whose accounts speak by doubles, with one of them and an administrator in front.
async fn set_up(pool: &PgPool) -> (Stage, DoubleAccounts, StoredAccount, Browser) {
    let doubles = DoubleAccounts::new(pool.clone());
    let mut stage = Stage::new(pool.clone());
    stage.accounts = doubles.accounts.clone();
    let account = doubles.account("Проверка", SECRET, now()).await;
    stage.user("root", "administrator").await;
    let root = stage.signed_in("root").await;
    (stage, doubles, account, root)
}

async fn timeline(pool: &PgPool) -> String {
    canonical(&mut pool.acquire().await.unwrap()).await.unwrap()
}

/// Messages, pings, holograms, bombs and rubbish; some twice.
async fn receive_all_sorts(doubles: &DoubleAccounts, account: &StoredAccount) {
    let id = account.id;
    let message = |n: i64| line(&format!("m{n}"), "message", &format!("слово {n}"));
    for second in 0..5 {
        doubles.receive(id, second, &[message(second), line("p", "ping", "")]).await;
    }
    doubles.receive(id, 5, &[message(1), line("h", "hologram", "голограмма"), message(5)]).await;
    doubles.receive(id, 6, &[line("p", "ping", "")]).await;
    doubles.receive(id, 7, &[message(7), line("b", "bomb", "")]).await;
    doubles.receive(id, 8, &["не JSON".to_owned()]).await;
    doubles.receive(id, 9, &[message(1)]).await;
}

async fn replay_all(root: &Browser) -> Value {
    let answer = root.post("/api/raw-events/replay", json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn raw_is_applied_plus_ignored_plus_quarantined_plus_pending(pool: PgPool) {
    let (_stage, doubles, account, root) = set_up(&pool).await;
    let silent = doubles.account("Молчит", SECRET, now()).await;
    receive_all_sorts(&doubles, &account).await;
    let before = root.get("/api/raw-events/balance").await.body;
    let pending = json!({"raw": 10, "applied": 0, "ignored": 0, "quarantined": 0, "pending": 10});
    assert_eq!(before["total"], pending);

    replay_all(&root).await;
    let after = root.get("/api/raw-events/balance").await.body;
    let settled = json!({"raw": 10, "applied": 6, "ignored": 1, "quarantined": 3, "pending": 0});
    assert_eq!(after["total"], settled);
    let accounts = after["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    let of = |id: String| accounts.iter().find(|a| a["account_id"] == id.as_str()).unwrap();
    assert_eq!(of(account.id.to_string())["quarantined"], 3);
    assert_eq!(of(silent.id.to_string())["raw"], 0);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_replay_changes_nothing_where_nothing_was_learnt(pool: PgPool) {
    let (_stage, doubles, account, root) = set_up(&pool).await;
    receive_all_sorts(&doubles, &account).await;
    let first = replay_all(&root).await;
    let counts = json!({"replayed": 10, "healed": 0, "quarantined": 3, "skipped": 0, "next_cursor": null});
    assert_eq!(first, counts);
    let before = timeline(&pool).await;
    assert!(before.contains("слово 5") && before.contains("слово 0"), "{before}");
    let balance = root.get("/api/raw-events/balance").await.body;
    for _ in 0..2 {
        assert_eq!(replay_all(&root).await, counts);
        assert_eq!(timeline(&pool).await, before);
        assert_eq!(root.get("/api/raw-events/balance").await.body, balance);
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_replay_heals_what_the_connector_has_learnt(pool: PgPool) {
    let (_stage, doubles, account, root) = set_up(&pool).await;
    receive_all_sorts(&doubles, &account).await;
    replay_all(&root).await;
    let before = timeline(&pool).await;
    assert!(before.contains("слово 5"), "the known neighbours of an unknown part are there");
    assert!(!before.contains("голограмма"));
    let page = root.get("/api/raw-events?state=quarantined").await.body;
    let reasons: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap()).collect();
    let bomb = "the connector broke on this body";
    assert_eq!(reasons, ["not JSON", bomb, "[1]: unknown kind \"hologram\""]);

    doubles.learn_holograms();
    let form = json!({"state": "quarantined", "account_id": account.id});
    let healed = root.post("/api/raw-events/replay", form).await.body;
    assert_eq!(
        (&healed["replayed"], &healed["healed"], &healed["quarantined"]),
        (&json!(3), &json!(1), &json!(2))
    );
    assert!(timeline(&pool).await.contains("голограмма"));
    let balance = root.get("/api/raw-events/balance").await.body;
    assert_eq!((&balance["total"]["applied"], &balance["total"]["quarantined"]), (&json!(7), &json!(2)));

    let id = page["items"][1]["id"].as_str().unwrap();
    let one = root.post(&format!("/api/raw-events/{id}/replay"), json!({})).await.body;
    assert_eq!((&one["replayed"], &one["healed"], &one["quarantined"]), (&json!(1), &json!(0), &json!(1)));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_event_that_cannot_be_stored_goes_to_quarantine_alone(pool: PgPool) {
    let (_stage, doubles, account, root) = set_up(&pool).await;
    for (second, kind) in ["message", "ancient", "message"].into_iter().enumerate() {
        let part = line(&format!("m{second}"), kind, &format!("слово {second}"));
        doubles.receive(account.id, i64::try_from(second).unwrap(), &[part]).await;
    }
    let counts = json!({"replayed": 3, "healed": 0, "quarantined": 1, "skipped": 0, "next_cursor": null});
    assert_eq!(replay_all(&root).await, counts);
    let lines = timeline(&pool).await;
    assert!(lines.contains("слово 0") && lines.contains("слово 2") && !lines.contains("слово 1"));
    let page = root.get("/api/raw-events?state=quarantined").await.body;
    assert!(page["items"][0]["reason"].as_str().unwrap().starts_with("не сохраняется"));
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_long_replay_goes_on_where_it_stopped(pool: PgPool) {
    let (_stage, doubles, account, _root) = set_up(&pool).await;
    receive_all_sorts(&doubles, &account).await;
    let mut filter = ReplayFilter::default();
    let mut steps = Vec::new();
    loop {
        let done = replay(&pool, &doubles.accounts, &filter, 4, now()).await.unwrap();
        steps.push(done.replayed);
        filter.after = done.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(steps, [4, 4, 2]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_raw_event_is_shown_without_secrets_and_the_look_is_audited(pool: PgPool) {
    let (_stage, doubles, account, root) = set_up(&pool).await;
    let text = format!("пароль {SECRET} и https://cdn.example/x?access_token=T0K3N&a=1");
    let stored = doubles.receive(account.id, 0, &[line("1", "message", &text)]).await;
    let answer = root.get(&format!("/api/raw-events/{}", stored.id)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let shown = answer.body.to_string();
    assert!(!shown.contains(SECRET) && !shown.contains("T0K3N"), "{shown}");
    let masked = "пароль *** и https://cdn.example/x?access_token=***&a=1";
    assert_eq!(answer.body["body"], json!({"encoding": "text", "text": line("1", "message", masked)}));
    assert_eq!(answer.body["reading"]["events"][0]["content"]["text"], masked);
    assert_eq!((&answer.body["outcome"], &answer.body["reading"]["error"]), (&Value::Null, &Value::Null));

    let log = root.get(&format!("/api/audit?subject_kind=raw_event&subject_id={}", stored.id)).await.body;
    assert_eq!(log["items"][0]["action"], "raw_event.read");
    replay_all(&root).await;
    let log = root.get("/api/audit?action=raw_event.replay").await.body;
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_log_is_paged_and_filtered(pool: PgPool) {
    let (_stage, doubles, account, root) = set_up(&pool).await;
    receive_all_sorts(&doubles, &account).await;
    let first = root.get("/api/raw-events?limit=6").await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = root.get(&format!("/api/raw-events?limit=6&cursor={cursor}")).await.body;
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = [ids(&first), ids(&second)].concat();
    assert_eq!((ids(&first).len(), all.len(), &second["next_cursor"]), (6, 10, &Value::Null));
    assert!(all.is_sorted_by(|one, next| one > next), "newest first, nothing twice");
    let range = root.get("/api/raw-events?from=2027-01-15T08:00:02Z&until=2027-01-15T08:00:04Z").await.body;
    assert_eq!(ids(&range).len(), 2);
    let other = root.get("/api/raw-events?account_id=00000000-0000-7000-8000-000000000000").await.body;
    assert!(ids(&other).is_empty());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_log_is_for_those_who_may_read_it(pool: PgPool) {
    let (stage, doubles, account, _root) = set_up(&pool).await;
    let stored = doubles.receive(account.id, 0, &[line("1", "message", SECRET)]).await;
    for role in ["manager", "head_of_sales", "director", "secretary", "accountant"] {
        stage.user(role, role).await;
        let other = stage.signed_in(role).await;
        let one = format!("/api/raw-events/{}", stored.id);
        let answers = [
            other.get("/api/raw-events").await,
            other.get("/api/raw-events/balance").await,
            other.get(&one).await,
            other.ask(Method::POST, &format!("{one}/replay"), None).await,
            other.post("/api/raw-events/replay", json!({})).await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "forbidden"), "{role}");
        }
    }
    assert_eq!(timeline(&pool).await, "", "nobody replayed anything");
}
