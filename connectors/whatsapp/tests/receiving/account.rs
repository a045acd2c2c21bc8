//! What the administrator must see. Checks 24 and 27.

use connector_api::NoticeLevel::{Alarm, Info, Warning};

use serde_json::json;

use crate::{notices, parse, parse_value};

#[test]
fn troubles_of_the_account_and_templates_are_told_by_how_bad_they_are() {
    let parsed = parse("account");
    let told: Vec<_> = notices(&parsed)
        .iter()
        .map(|notice| (notice.level, notice.code.as_str(), notice.subject.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (Warning, "template_status", Some("order_ready ru")),
            (Info, "template_status", Some("order_ready kk")),
            (Alarm, "partner_removed", None),
            (Alarm, "account_disabled", None),
            (Info, "account_reinstated", None),
            (Alarm, "account_restricted", None),
            (Warning, "account_update", None),
            (Info, "phone_quality", Some("79000000001")),
            (Info, "account_limits", None),
            (Info, "business_username", Some("79000000001")),
        ]
    );
    assert_eq!(notices(&parsed)[0].detail["message_template_id"].to_string(), "12000000000000000077");
    assert!(parsed.events.iter().all(|event| event.occurred_at.timestamp() == 1_793_520_600));
    assert_eq!((parsed.ignored.len(), parsed.unknown.len()), (1, 0));
}

#[test]
fn what_a_notice_says_of_a_template_is_told_in_the_words_of_the_list() {
    let parsed = parse("account");
    let news = |index: usize| notices(&parsed)[index].template.clone().expect("it is about a template");
    let paused = news(0);
    assert_eq!((paused.name.as_str(), paused.language.as_str()), ("order_ready", "ru"));
    assert_eq!(paused.status.as_deref(), Some("paused"));
    assert!(paused.reason.is_some_and(|reason| reason.contains("Первая приостановка")));
    let approved = news(1);
    assert_eq!((approved.status.as_deref(), approved.reason), (Some("approved"), None));
    assert_eq!(notices(&parsed)[2].template, None);

    let told = |field: &str, value: serde_json::Value| {
        let mut value = value;
        value["message_template_name"] = "sale".into();
        value["message_template_language"] = "ru".into();
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "900000000000001",
            "time": 1_793_520_600, "changes": [{ "field": field, "value": value }] }] });
        notices(&parse_value(&body))[0].template.clone().expect("it is about a template")
    };
    let quality = told("message_template_quality_update", json!({ "new_quality_score": "RED" }));
    assert_eq!((quality.quality.as_deref(), quality.status), (Some("red"), None));
    let category = told("template_category_update", json!({ "new_category": "MARKETING" }));
    assert_eq!(category.category.as_deref(), Some("marketing"));
    let status = |event: &str| told("message_template_status_update", json!({ "event": event })).status;
    assert_eq!(status("REINSTATED").as_deref(), Some("approved"));
    assert_eq!(status("FLAGGED"), None, "it is still sent");
    let value = json!({ "event": "REJECTED", "reason": "SCAM" });
    let rejected = told("message_template_status_update", value);
    assert!(rejected.reason.is_some_and(|reason| reason.contains("мошенничество")));
}

#[test]
fn a_fact_without_an_id_has_the_same_one_every_time_and_differs_from_its_neighbours() {
    let ids = || -> Vec<_> { parse("account").events.into_iter().map(|event| event.external_id).collect() };
    let mut first = ids();
    assert_eq!(first, ids());
    assert!(first.iter().all(|id| id.as_str().len() == 64));
    first.sort();
    first.dedup();
    assert_eq!(first.len(), 10);
}

#[test]
fn an_error_of_the_account_is_told_and_one_that_stops_the_channel_is_an_alarm() {
    let parsed = parse("provider_error");
    let notice = notices(&parsed)[0];
    assert_eq!((notice.level, notice.code.as_str()), (Alarm, "provider_error"));
    assert_eq!(notice.subject.as_deref(), Some("131031"));
    assert_eq!(notice.detail["text"], "Аккаунт WhatsApp заблокирован");
}
