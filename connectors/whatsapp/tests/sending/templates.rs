//! The list of templates.

use connector_api::{Connector, FetchError, MediaKind, TemplateComponent};
use serde_json::json;

use crate::provider::Provider;
use crate::{config, connector};

#[tokio::test]
async fn all_pages_of_templates_are_read_with_states_and_parts() {
    let (provider, base) = Provider::start().await;
    let first = json!({
        "data": [{
            "id": "1200000000000077", "name": "order_ready", "language": "ru", "status": "APPROVED",
            "category": "UTILITY", "rejected_reason": "NONE", "quality_score": { "score": "YELLOW", "date": 1_793_520_600 },
            "components": [
                { "type": "HEADER", "format": "DOCUMENT" },
                { "type": "BODY", "text": "Заказ {{1}} готов, заберите {{2}}" },
                { "type": "FOOTER", "text": "ООО Пример" },
                { "type": "BUTTONS", "buttons": [
                    { "type": "QUICK_REPLY", "text": "Перезвоните" },
                    { "type": "URL", "text": "Заказ", "url": "https://example.ru/{{1}}" },
                    { "type": "PHONE_NUMBER", "text": "Позвонить", "phone_number": "+79000000001" }] }],
        }],
        "paging": { "cursors": { "before": "A", "after": "B" }, "next": "https://graph.facebook.com/next?token=secret" },
    });
    let last = json!({
        "data": [{ "id": 78, "name": "sale", "language": "ru", "status": "REJECTED", "category": "MARKETING",
            "rejected_reason": "PROMOTIONAL", "components": [{ "type": "HEADER", "format": "TEXT", "text": "Скидки" }] }],
        "paging": { "cursors": { "before": "B", "after": "C" } },
    });
    provider.answers(200, first.to_string()).answers(200, last.to_string());
    let line = connector(config(&base));
    let templates = line.templates().expect("it has templates").templates().await.expect("a list");
    let fields = "fields=id%2Cname%2Clanguage%2Cstatus%2Ccategory%2Crejected_reason%2Cquality_score%2Ccomponents&limit=100";
    let path = format!("GET /v25.0/900000000000001/message_templates?{fields}");
    assert_eq!(provider.lines(), [path.clone(), format!("{path}&after=B")]);

    let [ready, sale] = templates.as_slice() else { panic!("{templates:?}") };
    assert_eq!((ready.status.as_str(), ready.category.as_str()), ("approved", "utility"));
    assert_eq!((ready.reason.as_deref(), ready.quality.as_deref()), (None, Some("yellow")));
    let button = |index, kind: &str, text: &str, takes_value| TemplateComponent::Button {
        index,
        kind: kind.into(),
        text: text.into(),
        takes_value,
    };
    assert_eq!(
        ready.components,
        [
            TemplateComponent::HeaderFile { kind: MediaKind::Document },
            TemplateComponent::Body { text: "Заказ {{1}} готов, заберите {{2}}".into() },
            TemplateComponent::Footer { text: "ООО Пример".into() },
            button(0, "quick_reply", "Перезвоните", false),
            button(1, "url", "Заказ", true),
            button(2, "phone_number", "Позвонить", false),
        ]
    );
    assert_eq!((sale.external_id.as_str(), sale.status.as_str()), ("78", "rejected"));
    assert!(sale.reason.as_deref().is_some_and(|reason| reason.contains("Реклама")));
    assert_eq!(sale.components, [TemplateComponent::HeaderText { text: "Скидки".into() }]);
}

#[tokio::test]
async fn a_cursor_that_goes_in_a_circle_ends() {
    let (provider, base) = Provider::start().await;
    let page = json!({ "data": [], "paging": { "cursors": { "after": "A" }, "next": "x" } }).to_string();
    for _ in 0..200 {
        provider.answers(200, page.as_str());
    }
    let line = connector(config(&base));
    assert!(line.templates().expect("it has templates").templates().await.is_ok());
    assert_eq!(provider.lines().len(), 100);
}

#[tokio::test]
async fn a_refused_token_and_a_limit_are_told_apart() {
    let (provider, base) = Provider::start().await;
    provider.refuses(401, 190).refuses(400, 80_007);
    let line = connector(config(&base));
    let templates = line.templates().expect("it has templates");
    assert!(matches!(templates.templates().await, Err(FetchError::Refused(_))));
    assert!(matches!(templates.templates().await, Err(FetchError::RateLimited { retry_after: Some(_) })));
}
