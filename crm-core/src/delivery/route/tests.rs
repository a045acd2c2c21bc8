//! The rule without a database.

use chrono::DateTime;
use connector_api::ConversationFacts;
use uuid::Uuid;

use super::*;
use crate::fixture::minute;

fn account(channel: &str) -> AccountId {
    AccountId(Uuid::from_u128(channel.bytes().map(u128::from).sum()))
}

fn way(channel: &str, last_inbound_at: Option<DateTime<Utc>>, permission: Permission) -> Way {
    let account_id = account(channel);
    let place = Place {
        conversation_id: ConversationId::derived(account_id, "+79160000001"),
        account_id,
        external_id: "+79160000001".into(),
        contact_id: ContactId(Uuid::from_u128(1)),
        identity_id: None,
        addresses: Vec::new(),
        facts: ConversationFacts { last_inbound_at, ..ConversationFacts::default() },
    };
    Way {
        account_id,
        account: channel.to_uppercase(),
        channel: channel.into(),
        place: Some(place),
        light: Light::Green,
        trouble: None,
        permission,
        parts: Ok(1),
    }
}

fn open() -> Permission {
    Permission::Open { until: None }
}

fn window() -> Permission {
    Permission::Open { until: Some(minute(60)) }
}

fn message(template: bool) -> RuleMessage {
    let template = template.then(|| FilledTemplate {
        name: "hold_ends".into(),
        language: "ru".into(),
        header: None,
        body: Vec::new(),
        buttons: Vec::new(),
        text: "Бронь кончается завтра".into(),
    });
    RuleMessage {
        text: "Бронь кончается завтра".into(),
        template_account: template.is_some().then(|| account("whatsapp")),
        template,
        purpose: Some(StatedPurpose::Service),
    }
}

fn order() -> Vec<Vec<String>> {
    [vec!["whatsapp"], vec!["telegram", "max"], vec!["sms"]]
        .map(|equal| equal.into_iter().map(str::to_owned).collect())
        .to_vec()
}

/// A channel and what is said of it.
type Words = (String, String);

/// The channel that is taken, and why; and those passed over, with the reason of each.
fn taken(ways: Vec<Way>, template: bool) -> (Option<Words>, Vec<Words>) {
    let (route, passed_over) = choose(in_order(&order(), ways), &message(template));
    (
        route.map(|route| (route.channel, route.because)),
        passed_over.into_iter().map(|way| (way.channel, way.reason)).collect(),
    )
}

fn said(channel: &str, words: &str) -> (String, String) {
    (channel.into(), words.into())
}

#[test]
fn whatsapp_is_taken_while_its_window_is_open_and_nothing_goes_beside_it() {
    let ways = || {
        vec![
            way("sms", None, open()),
            way("max", Some(minute(1)), open()),
            way("whatsapp", Some(minute(0)), window()),
        ]
    };
    assert_eq!(taken(ways(), false), (Some(said("whatsapp", "Окно переписки открыто.")), Vec::new()));
}

#[test]
fn a_closed_window_takes_a_template_and_without_one_the_next_channel_is_asked() {
    let ways = || vec![way("whatsapp", None, Permission::TemplatesOnly), way("sms", None, open())];
    let by_template = said("whatsapp", "Окно переписки закрыто, но есть шаблон.");
    assert_eq!(taken(ways(), true), (Some(by_template), Vec::new()));
    let closed = said("whatsapp", "Окно переписки закрыто, а шаблон не указан.");
    assert_eq!(taken(ways(), false), (Some(said("sms", "Сообщение дойдёт на номер клиента.")), vec![closed]));
    let (route, _) = choose(in_order(&order(), ways()), &message(true));
    assert!(matches!(route.unwrap().content, OutboundContent::Template(_)));
    let open_window = vec![way("whatsapp", Some(minute(0)), window())];
    let (route, _) = choose(in_order(&order(), open_window), &message(true));
    assert!(matches!(route.unwrap().content, OutboundContent::Text { .. }), "an open window costs nothing");
}

#[test]
fn a_template_is_sent_by_the_account_that_has_it_alone() {
    let second_number = way("whatsapp", None, Permission::TemplatesOnly);
    let other = RuleMessage { template_account: Some(account("another number")), ..message(true) };
    let (route, passed_over) = choose(vec![second_number, way("sms", None, open())], &other);
    assert_eq!(route.unwrap().channel, "sms");
    assert_eq!(passed_over[0].reason, "Окно переписки закрыто, а шаблон принадлежит другому каналу.");
    let former = RuleMessage { template_account: None, ..message(true) };
    let (route, _) = choose(vec![way("whatsapp", None, Permission::TemplatesOnly)], &former);
    assert_eq!(route.unwrap().channel, "whatsapp", "queued by a release that did not write it down");
}

#[test]
fn what_an_older_version_wrote_down_is_still_read() {
    let stored = r#"{"text":"Бронь кончается завтра","purpose":"service"}"#;
    assert_eq!(serde_json::from_str::<RuleMessage>(stored).unwrap(), message(false));
}

#[test]
fn a_red_light_a_block_and_an_absent_client_are_passed_over_with_words() {
    let red = Way {
        light: Light::Red,
        trouble: Some("Провайдер не отвечает: сообщения ждут в очереди.".into()),
        ..way("whatsapp", Some(minute(0)), window())
    };
    let absent = Way { place: None, ..way("telegram", None, open()) };
    let blocked = Permission::Closed { reason: "Клиент остановил бота.".into() };
    let long = Way {
        parts: Err("Слишком длинное сообщение.".into()), ..way("sms", None, open())
    };
    let (route, passed_over) = taken(vec![long, absent, way("max", None, blocked), red], false);
    assert_eq!(route, None);
    assert_eq!(
        passed_over,
        [
            said("whatsapp", "Канал недоступен: Провайдер не отвечает: сообщения ждут в очереди."),
            said("telegram", "Клиента здесь нет: ни диалога, ни подходящего номера."),
            said("max", "Клиент остановил бота."),
            said("sms", "Слишком длинное сообщение."),
        ]
    );
}

#[test]
fn of_equal_messengers_the_one_where_the_client_wrote_last_is_taken() {
    let ways = |telegram, max| {
        vec![way("telegram", Some(minute(telegram)), open()), way("max", Some(minute(max)), open())]
    };
    assert_eq!(taken(ways(1, 2), false).0, Some(said("max", "Клиент пишет сюда.")));
    assert_eq!(taken(ways(2, 1), false).0, Some(said("telegram", "Клиент пишет сюда.")));
}

#[test]
fn a_channel_that_the_company_does_not_name_is_never_taken() {
    assert_eq!(taken(vec![way("email", Some(minute(0)), open())], false), (None, Vec::new()));
}
