//! Calls from our side against the real program and the fake PBX: started, lost and found again, put through, owed.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use gateway::clock;
use mocks::dice::Dice;
use mocks::fault::{Fault, Operation, Rule};
use mocks::post::Settings;
use mocks::telphin::Incoming;
use mocks::{Fakes, FakesConfig, Provider};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::stand::{Stand, until};

const PRESSES: [&str; 3] = [
    "019a0000-0000-7000-8000-000000000001",
    "019a0000-0000-7000-8000-000000000002",
    "019a0000-0000-7000-8000-000000000003",
];

struct Office {
    stand: Stand,
    fakes: Fakes,
}

impl Office {
    /// A hub whose administrator sits at extension 101 of the fake PBX.
    async fn open() -> Self {
        let stand = Stand::new("all").await;
        let fakes = Fakes::start(FakesConfig {
            providers: stand.cast.config.clone(),
            poster: Settings::fast(),
            telegram_webhook: true,
            clock: Arc::new(clock::now),
        });
        let fakes = fakes.await.expect("the fakes start");
        let account = &stand.cast.accounts[&Provider::Telphin];
        let settings = json!({ "settings": { "api_url": fakes.addresses().telphin } });
        ask(&stand, Method::PATCH, &format!("/api/accounts/{account}"), &settings).await;
        let me = stand.api.get("/api/me").await.expect("me")["id"].take();
        let seat = json!({ "account_id": account, "number": "101", "user_id": me });
        ask(&stand, Method::PUT, "/api/extensions", &seat).await;
        Self { stand, fakes }
    }

    async fn press(&self, id: &str) -> (StatusCode, Value) {
        let press = json!({ "id": id, "to": "8 900 000-00-01" });
        self.stand.api.request(Method::POST, "/api/calls", Some(&press)).await.expect("an answer")
    }

    /// Waits until the call of a press has come by its events.
    async fn call_of(&self, id: &str) -> Value {
        let path = format!("/api/calls/requests/{id}");
        until(async || {
            self.stand.api.get(&path).await.is_ok_and(|request| request["interaction_id"].is_string())
        })
        .await;
        self.stand.api.get(&path).await.expect("the request")
    }

    async fn waiting(&self) -> usize {
        self.stand.api.list("/api/calls/debts").await.expect("debts").len()
    }
}

async fn ask(stand: &Stand, method: Method, path: &str, body: &Value) {
    let (status, answer) = stand.api.request(method, path, Some(body)).await.expect("an answer");
    assert!(status.is_success(), "{path}: {status} {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_rings_once_whatever_becomes_of_the_answer() {
    let office = Office::open().await;
    let (status, asked) = office.press(PRESSES[0]).await;
    assert_eq!((status, &asked["state"]), (StatusCode::CREATED, &json!("accepted")), "{asked}");
    assert_eq!(office.press(PRESSES[0]).await.0, StatusCode::OK, "the same press");
    let found = office.call_of(PRESSES[0]).await;
    let call = format!("/api/interactions/{}", found["interaction_id"].as_str().expect("an id"));
    assert_eq!(office.stand.api.get(&call).await.expect("the call")["direction"], "outbound");
    assert_eq!(office.fakes.telphin().callbacks(), 1);

    let lost = Rule {
        provider: Provider::Telphin,
        on: Some(Operation::Send),
        fault: Fault::LostAnswer,
        times: 1,
        after: 0,
    };
    office.fakes.faults().add(lost);
    let (status, asked) = office.press(PRESSES[1]).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(["unknown", "accepted"].contains(&asked["state"].as_str().expect("a state")), "{asked}");
    let found = office.call_of(PRESSES[1]).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("accepted"), &Value::Null));
    assert_eq!(office.fakes.telphin().callbacks(), 2, "nothing was asked again");

    // The caller of that number is put through to the one who answers for him.
    let client = office.stand.api.list("/api/clients").await.expect("clients")[0]["id"].take();
    let client = client.as_str().expect("an id");
    ask(&office.stand, Method::POST, &format!("/api/clients/{client}/take"), &json!({})).await;
    let control = office.fakes.addresses().control;
    let question = office.stand.hub.http().post(format!("{control}/telphin/questions"));
    let answer = question.json(&json!({ "from": "+79000000001" })).send().await.expect("an answer");
    let told: Value = answer.json().await.expect("JSON");
    assert!(told["body"].as_str().is_some_and(|body| body.contains(">101</SetVar>")), "{told}");
    assert!(told["took_ms"].as_u64().is_some_and(|took| took < 1000), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_call_of_which_no_webhook_came_is_owed_until_somebody_calls_back() {
    let office = Office::open().await;
    let telphin = &office.fakes.providers().telphin;
    let missed = Incoming {
        at: clock::now() - TimeDelta::minutes(20),
        caller: Some("+79000000001".to_owned()),
        ringing: telphin.config().staff.clone(),
        talks: Vec::new(),
        patience: Duration::from_secs(30),
    };
    for event in telphin.incoming(&mut Dice::new(1), &missed) {
        office.fakes.telphin().observe(&telphin.request(&event));
    }
    until(async || office.waiting().await == 1).await;
    let owed = office.stand.api.list("/api/calls/debts").await.expect("debts");
    assert_eq!((&owed[0]["number"], &owed[0]["missed"]), (&json!("+79000000001"), &json!(1)));
    let rung = owed[0]["first"]["call"]["segments"].as_array().expect("segments").len();
    assert_eq!(rung, telphin.config().staff.len());

    office.press(PRESSES[2]).await;
    until(async || office.waiting().await == 0).await;
}
