//! Journeys against the real program with its private database, killed and stopped as life does it.

mod bridge;
mod channels;
mod demo;
mod duty;
mod max;
mod outage;
mod stand;
mod telephony;
mod whatsapp;

use std::time::Duration;

use chrono::TimeDelta;
use mocks::people::Person;
use mocks::whatsapp::{Action, Content, Echo, Message, Reached, Sender, Status, wamid};
use mocks::{Outgoing, Provider, scenario};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::hub::Stop;

use stand::Stand;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_in_eight_id_forms_is_one_client_with_one_timeline() {
    let stand = Stand::new("all").await;
    let story = scenario::one_person_in_eight_id_forms(&stand.cast.providers(), stand::an_hour_ago());
    // The last comes first: the order of arrival is no matter.
    let steps: Vec<Outgoing> = story.steps.into_iter().rev().map(|step| step.outgoing).collect();
    stand.post_all(&steps).await;
    stand.at_rest().await;

    let clients = stand.api.list("/api/clients").await.expect("clients");
    assert_eq!(clients.len(), 1, "{clients:#?}");
    let id = clients[0]["id"].as_str().expect("an id");
    let timeline = stand.api.get(&format!("/api/clients/{id}/timeline?limit=100")).await.expect("a timeline");
    let items = timeline["items"].as_array().expect("rows");
    let moments: Vec<&str> = items.iter().filter_map(|item| item["occurred_at"].as_str()).collect();
    assert!(moments.is_sorted_by(|newer, older| newer >= older), "{moments:?}");
    let channels: Vec<&str> =
        items.iter().rev().filter_map(|item| item["account"]["channel"].as_str()).collect();
    let expected = [
        ["telephony", "whatsapp", "telephony", "telephony", "whatsapp", "whatsapp"].as_slice(),
        &["telegram"; 3],
        &["sms"],
    ];
    assert_eq!(channels, expected.concat(), "{items:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_request_is_refused_counted_and_not_stored() {
    let stand = Stand::new("all").await;
    let genuine = stand.storm(1, 300);
    for provider in Provider::ALL {
        let of_provider = genuine.iter().find(|step| step.provider == provider);
        let mut forged = of_provider.expect("the storm has all providers").clone();
        let proves = |(name, _): &(String, String)| name.contains("Secret");
        if provider == Provider::Telphin {
            forged.url.push('x');
        } else if forged.headers.iter().any(proves) {
            forged.headers.retain(|header| !proves(header));
        } else {
            let text = String::from_utf8(forged.body.to_vec()).expect("text");
            forged.body = text.replacen('1', "2", 3).into();
        }
        let status = stand.post(&forged).await.0;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        assert!(refused.contains(&status), "{}: {status}", provider.name());
    }
    let account = &stand.cast.accounts[&Provider::WhatsApp];
    let counted = async || {
        let account = stand.api.get(&format!("/api/accounts/{account}")).await.expect("an account");
        account.to_string().contains("wrong_signature")
    };
    stand::until(counted).await;
    assert_eq!(stand.balance().await["raw"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_providers_are_answered_and_nothing_is_lost() {
    let stand = Stand::new("all").await;
    let away = stand.hub.postgres().keep_away(Stop::Immediate).expect("stopped");
    let steps = stand.storm(2, 60);
    for step in &steps {
        let (status, body) = stand.post(step).await;
        assert_eq!(status, StatusCode::OK, "{}", step.provider.name());
        if step.provider == Provider::SmsRu {
            assert_eq!(body, "100");
        }
    }
    assert!(stand.hub.folder().spooled_bytes() > 0, "the spool took them");
    drop(away);
    stand.at_rest().await;
    stand.assert_stored(&steps).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_with_a_full_spool_has_everything_after_the_start() {
    let mut stand = Stand::new("all").await;
    let away = stand.hub.postgres().keep_away(Stop::Kill).expect("stopped");
    let steps = stand.storm(3, 300);
    stand.post_all(&steps).await;
    assert!(stand.hub.folder().spooled_bytes() > 0, "the spool took them");
    stand.hub.kill9();
    drop(away);
    stand.hub.start().await.expect("started again");
    stand.at_rest().await;
    stand.assert_stored(&steps).await;
    assert_eq!(stand.hub.folder().spooled_bytes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_copy_and_a_worker_copy_work_on_one_database() {
    let mut stand = Stand::new("web").await;
    let steps = stand.storm(4, 200);
    let (first, rest) = steps.split_at(100);
    stand.post_all(first).await;
    assert_eq!(stand.balance().await["pending"], stand.balance().await["raw"], "nobody applies them yet");

    let mut worker = stand.hub.another().expect("a copy").in_role("worker");
    worker.start().await.expect("the worker starts");
    stand.post_all(rest).await;
    // The worker dies in the middle, and the web copy goes on taking.
    worker.kill9();
    stand.post_all(first).await;
    worker.start().await.expect("the worker starts again");
    stand.at_rest().await;
    stand.assert_stored(&steps).await;

    // Either may end without taking the database from the other.
    worker.stop().await.expect("the worker stops");
    assert!(stand.hub.postgres().pid().is_some(), "the web copy still needs the database");
    let repeated = stand.post(&steps[0]).await.0;
    assert_eq!(repeated, StatusCode::OK);
    stand.hub.stop().await.expect("the web copy stops");
    assert!(stand.hub.postgres().pid().is_none(), "the last one stops the database");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_copies_take_webhooks_while_the_database_is_away() {
    let stand = Stand::new("all").await;
    let mut second = stand.hub.another().expect("a copy");
    second.start().await.expect("the second copy starts");
    let steps = stand.storm(5, 300);
    let theirs: Vec<Outgoing> = steps
        .iter()
        .map(|step| Outgoing { url: step.url.replace(&stand.hub.url(), &second.url()), ..step.clone() })
        .collect();
    let away = stand.hub.postgres().keep_away(Stop::Immediate).expect("stopped");
    for (ours, theirs) in steps.iter().zip(&theirs).take(20) {
        assert_eq!(stand.post(ours).await.0, StatusCode::OK);
        assert_eq!(stand.post(theirs).await.0, StatusCode::OK, "the second copy takes too");
    }
    // It comes back while both are taking.
    let ((), (), ()) = tokio::join!(stand.post_all(&steps[..150]), stand.post_all(&theirs[150..]), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        drop(away);
    });
    stand.at_rest().await;
    stand.assert_stored(&steps).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_adopts_the_database_that_runs() {
    let mut stand = Stand::new("all").await;
    let before = stand.hub.postgres().pid().expect("it runs");
    stand.hub.kill9();
    assert_eq!(stand.hub.postgres().pid(), Some(before), "it outlives the hub");
    stand.hub.start().await.expect("started again");
    assert_eq!(stand.hub.postgres().pid(), Some(before), "it is the same");
    assert_eq!(stand.api.get("/api/me").await.expect("the session outlives the hub")["login"], "driver");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_newer_than_the_program_is_refused_with_a_sentence() {
    let mut stand = Stand::new("all").await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99990101, 'of the future', true, '\\x00', 0)",
    )
    .execute(&stand.pool)
    .await
    .expect("a migration of the future");
    stand.hub.kill9();
    stand.hub.spawn().expect("a process");
    let status = stand.hub.until_ended(Duration::from_secs(30)).await.expect("it ends by itself");
    assert!(!status.success());
    let log = std::fs::read_to_string(stand.hub.log()).expect("a log");
    assert!(log.contains("newer than this program") && log.contains("99990101"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_takes_less_than_ten_seconds_and_loses_nothing() {
    let mut stand = Stand::new("all").await;
    let steps = stand.storm(6, 600);
    let posting = Stand::post_in_background(&steps);
    while stand.balance().await["raw"].as_i64() < Some(100) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = stand.hub.stop().await.expect("it stops in good order");
    assert!(took < Duration::from_secs(10), "{took:?}");
    stand.hub.start().await.expect("started again");
    posting.await.expect("posted");
    stand.at_rest().await;
    stand.assert_stored(&steps).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_a_message_is_kept_and_states_only_climb() {
    let stand = Stand::new("all").await;
    let providers = stand.cast.providers();
    let person = Person::new(1);
    let client = || Sender::phone(&person.phone).named(&person.name());
    let at = |seconds: i64| stand::an_hour_ago() + TimeDelta::seconds(seconds);
    let says = |number: u64, seconds: i64, content: Content| {
        let id = wamid(&person.phone, number, false);
        providers.whatsapp.request(&Action::Message(Message::new(&id, at(seconds), client(), content)))
    };
    let edit = |text: &str| {
        let original = wamid(&person.phone, 1, false);
        Content::Edit { original, content: Box::new(Content::text(text)) }
    };
    let echo = |number: u64| {
        let content = Content::text(format!("ответ {number}"));
        let echo = Echo { id: wamid(&person.phone, number, true), at: at(60), to: client(), content };
        providers.whatsapp.request(&Action::Echo(echo))
    };
    let status = |number: u64, seconds: i64, reached: Reached| {
        let id = wamid(&person.phone, number, true);
        let status = Status { id, at: at(seconds), to: client(), reached, callback_data: None };
        providers.whatsapp.request(&Action::Status(status))
    };
    let told = [
        says(3, 30, edit("насос НЦ-12, две штуки")),
        says(4, 40, Content::Revoke { original: wamid(&person.phone, 1, false) }),
        says(2, 20, edit("насос НЦ-12")),
        says(1, 10, Content::text("насос")),
        status(5, 64, Reached::Failed(131_026)),
        status(5, 62, Reached::Delivered),
        echo(5),
        status(6, 62, Reached::Failed(131_026)),
        status(6, 64, Reached::Sent),
        echo(6),
    ];
    for request in &told {
        assert_eq!(stand.post(request).await.0, StatusCode::OK);
    }
    stand.at_rest().await;
    let clients = stand.api.list("/api/clients").await.expect("clients");
    let path = format!("/api/clients/{}/timeline", clients[0]["id"].as_str().expect("an id"));
    let timeline = stand.api.get(&path).await.expect("a timeline");
    let rows = timeline["items"].as_array().expect("rows");
    let row = |text: &str| {
        let is = |row: &&Value| row["text"] == text || row["versions"][0]["text"] == text;
        rows.iter().find(is).unwrap_or_else(|| panic!("{text} is not in {rows:#?}"))
    };
    let versions: Vec<&Value> = row("насос")["versions"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|version| &version["text"])
        .collect();
    assert_eq!(versions, ["насос", "насос НЦ-12", "насос НЦ-12, две штуки"]);
    assert!(row("насос")["deleted"].is_object(), "a deletion is shown, and our copy stays");
    assert_eq!(row("ответ 5")["state"], "delivered", "a failure does not beat a delivery");
    assert_eq!(row("ответ 6")["state"], "failed", "a failure beats a sending");
    assert_eq!(rows.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_part_is_quarantined_and_its_neighbours_are_on_the_timeline() {
    let stand = Stand::new("all").await;
    let providers = stand.cast.providers();
    let mut known = stand.storm(7, 20).into_iter().filter(|step| step.provider == Provider::WhatsApp);
    let known = known.next().expect("the storm has WhatsApp");
    let mut body: Value = serde_json::from_slice(&known.body).expect("JSON");
    let changes = body["entry"][0]["changes"].as_array_mut().expect("changes");
    let odd = json!({ "field": "holograms", "value": { "messaging_product": "whatsapp" } });
    changes.push(odd);
    let mixed = providers.whatsapp.notification(&body.to_string(), known.facts.clone());
    stand.post_all(&[mixed]).await;
    stand.at_rest().await;
    let balance = stand.balance().await;
    assert_eq!((&balance["raw"], &balance["quarantined"]), (&json!(1), &json!(1)), "{balance}");
    let rows: i64 = sqlx::query_scalar(
        "select (select count(*) from interactions) + (select count(*) from message_facts)",
    )
    .fetch_one(&stand.pool)
    .await
    .expect("counted");
    assert!(rows > 0, "the known neighbour is applied");
}
