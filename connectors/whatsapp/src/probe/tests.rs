use serde_json::Value;

use super::*;

const OURS: &str = "https://hub.example.ru/hooks/a1";

fn state(value: Value) -> NumberState {
    wire::read(&value).expect("an object")
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_healthy_number_finds_nothing() {
    let state = state(json!({
        "status": "CONNECTED", "name_status": "APPROVED", "quality_rating": "GREEN", "is_on_biz_app": false,
        "health_status": { "can_send_message": "AVAILABLE", "entities": [
            { "entity_type": "WABA", "id": "1", "can_send_message": "AVAILABLE" }] },
        "webhook_configuration": { "phone_number": OURS, "application": OURS },
    }));
    assert_eq!(of_number(&state, 80), []);
    assert_eq!(of_address(&state, OURS), None);
}

#[test]
fn everything_that_is_wrong_with_a_number_is_named() {
    let state = state(json!({
        "status": "FLAGGED", "name_status": "DECLINED", "quality_rating": "YELLOW", "is_on_biz_app": true,
        "health_status": { "can_send_message": "BLOCKED", "entities": [
            { "entity_type": "PHONE_NUMBER", "can_send_message": "AVAILABLE" },
            { "entity_type": "WABA", "can_send_message": "BLOCKED", "errors": [
                { "error_code": 141_006, "error_description": "There is an error with the payment method.",
                  "possible_solution": "Add a payment method" }] }] },
    }));
    let findings = of_number(&state, 80);
    assert_eq!(
        codes(&findings),
        [
            "number_not_connected",
            "name_not_approved",
            "quality_falling",
            "too_fast_for_coexistence",
            "sending_blocked"
        ]
    );
    assert!(findings[4].text.contains("payment method. (Add a payment method)"), "{}", findings[4].text);
    assert_eq!(codes(&of_number(&state, 20)).len(), 4, "20 a second is right for such a number");
}

#[test]
fn the_address_of_the_number_goes_before_the_accounts_and_the_applications() {
    let found = |set: Value| {
        let state = state(json!({ "webhook_configuration": set }));
        of_address(&state, OURS).map(|finding| (finding.code, finding.repairable))
    };
    let other = "https://other.example.ru/x";
    let elsewhere = Some(("webhook_elsewhere".to_owned(), true));
    let rest = Some(("webhook_of_application_elsewhere".to_owned(), false));
    assert_eq!(found(json!({ "application": OURS })), None);
    assert_eq!(found(json!({ "application": other })), elsewhere);
    assert_eq!(found(json!({ "phone_number": other, "application": OURS })), elsewhere);
    assert_eq!(found(json!({ "whatsapp_business_account": OURS, "application": other })), rest);
    assert_eq!(found(json!({})), elsewhere);
    assert_eq!(
        of_address(&state(json!({})), OURS),
        None,
        "a provider that tells no addresses accuses nobody"
    );
}
