//! What the administrator must see. Checks 24 and 27.

use connector_api::NoticeLevel::{Alarm, Info, Warning};

use crate::{notices, parse};

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
