//! Sending, asking after an unknown outcome, the client's ticks.

use chrono::TimeDelta;
use connector_api::{
    Address, Connector, ExternalId, LookUp, OutboundAction, OutboundContent, OutboundMessage, PhoneNumber,
    Region, SendAttempt, SendError,
};
use serde_json::json;
use whatsapp::Config;

use crate::provider::Provider;
use crate::{NUMBER, Store, TOKEN, config, connector, document, now, send, text};

#[tokio::test]
async fn a_text_is_one_request_with_the_token_to_our_number() {
    let (provider, base) = Provider::start().await;
    provider.accepts("wamid.OUT1");
    let accepted = send(&connector(config(&base)), &text(), TimeDelta::zero()).await.expect("accepted");
    assert_eq!(accepted.external_id, Some(ExternalId::new("wamid.OUT1")));
    let asked = provider.asked();
    assert_eq!(asked[0].line(), format!("POST /v25.0/{NUMBER}/messages"));
    assert_eq!(asked[0].token, Some(format!("Bearer {TOKEN}")));
    assert_eq!(asked[0].json()["to"], "+79000000002");
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn the_path_of_a_relay_stays_before_the_version() {
    let (provider, base) = Provider::start().await;
    provider.accepts("wamid.OUT1");
    let relay = Config { api_version: "v26.0".into(), ..config(&format!("{base}/meta/")) };
    send(&connector(relay), &text(), TimeDelta::zero()).await.expect("accepted");
    assert_eq!(provider.lines(), [format!("POST /meta/v26.0/{NUMBER}/messages")]);
}

#[tokio::test]
async fn no_connection_is_surely_not_sent_and_a_lost_answer_may_have_been() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", gone.local_addr().expect("a bound port"));
    let line = connector(config(&base));
    tokio::spawn(async move {
        // Takes the request and hangs up.
        let (stream, _) = gone.accept().await.expect("a connection");
        stream.readable().await.expect("a request");
    });
    let lost = send(&line, &text(), TimeDelta::zero()).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let refused = send(&line, &text(), TimeDelta::zero()).await;
    assert!(matches!(refused, Err(SendError::Temporary(_))), "{refused:?}");
}

#[tokio::test]
async fn an_unknown_outcome_waits_a_minute_for_the_status_and_then_only_a_text_goes_again() {
    let line = connector(config("http://127.0.0.1:9"));
    let outbound = line.outbound().expect("it can send");
    let text = text();
    let mut place = text.clone();
    place.action = OutboundAction::Send {
        content: OutboundContent::Location {
            latitude: 55.into(),
            longitude: 83.into(),
            name: None,
            address: None,
        },
        quote: None,
    };
    let look_up = async |message: &OutboundMessage, seconds: i64| {
        let now = now() + TimeDelta::seconds(seconds);
        let tried_at = crate::now();
        let attempt = SendAttempt {
            message,
            part: 0,
            sent: &[],
            files: &Store,
            first_tried_at: tried_at,
            tried_at,
            now,
        };
        outbound.look_up(&attempt).await.expect("an answer")
    };
    assert_eq!(look_up(&text, 1).await, LookUp::TellsBy(now() + TimeDelta::seconds(60)));
    assert_eq!(look_up(&text, 60).await, LookUp::NotArrived);
    assert_eq!(look_up(&place, 60).await, LookUp::CannotTell);
}

#[tokio::test]
async fn a_message_is_marked_read_with_and_without_typing() {
    let (provider, base) = Provider::start().await;
    provider.answers(200, r#"{"success":true}"#).answers(200, r#"{"success":true}"#).refuses(400, 131_009);
    let line = connector(config(&base));
    let outbound = line.outbound().expect("it can send");
    let message = ExternalId::new("wamid.AAA1");
    outbound.mark_read(&message, true).await.expect("marked");
    outbound.mark_read(&message, false).await.expect("marked");
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.AAA1" });
    let mut typing = read.clone();
    typing["typing_indicator"] = json!({ "type": "text" });
    assert_eq!(provider.asked().iter().map(crate::provider::Asked::json).collect::<Vec<_>>(), [typing, read]);
    assert!(matches!(outbound.mark_read(&message, true).await, Err(SendError::Rejected { .. })));
}

#[test]
fn without_a_token_or_a_number_the_account_only_receives() {
    let usual = || config("http://127.0.0.1:9");
    for config in [
        Config { access_token: String::new().into(), ..usual() },
        Config { phone_number_id: None, ..usual() },
    ] {
        let line = connector(config);
        assert!(line.outbound().is_none() && line.media().is_none() && line.probe().is_none());
    }
    let line = connector(Config { waba_id: None, ..usual() });
    assert!(line.outbound().is_some_and(|outbound| !outbound.abilities().templates));
    assert!(line.templates().is_none());
}

#[test]
fn the_limits_are_those_of_the_provider_and_of_the_account() {
    let line = connector(Config { messages_per_second: 20, ..config("http://127.0.0.1:9") });
    let limits = line.outbound().expect("it can send").limits();
    assert_eq!((limits.account_per_second, limits.conversation_burst), (20, 45));
    assert_eq!(limits.conversation_pause.as_secs(), 6);
}

/// A message from this number as the provider tells of it.
fn conversation_of_an_inbound_text() -> ExternalId {
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "900000000000001", "changes": [{
        "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "79000000001", "phone_number_id": NUMBER },
            "contacts": [{ "profile": { "name": "Ирина" }, "wa_id": "79000000002" }],
            "messages": [{ "from": "79000000002", "id": "wamid.A", "timestamp": "1793520000", "type": "text",
                "text": { "body": "Привет" } }] } }] }] });
    let raw = connector_api::RawEvent {
        source: "webhook".into(),
        received_at: now(),
        content_type: None,
        query: String::new(),
        body: body.to_string().into(),
    };
    let parsed = connector(config("http://127.0.0.1:9")).parse(&raw).expect("readable");
    match parsed.events.into_iter().next().map(|event| event.kind) {
        Some(connector_api::EventKind::Message(message)) => message.conversation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whom_we_write_to_first_has_the_conversation_that_the_answer_will_have() {
    let line = connector(config("http://127.0.0.1:9"));
    let number = PhoneNumber::parse("8 (900) 000-00-02", Region::Russia).expect("a number");
    let key = line.outbound().expect("it can send").conversation_with(&Address::Phone(number));
    assert_eq!(key, Some(conversation_of_an_inbound_text()));
}

#[tokio::test]
async fn a_file_that_cannot_be_uploaded_is_surely_not_sent() {
    let (provider, base) = Provider::start().await;
    provider.answers(502, "bad gateway");
    let failed = send(&connector(config(&base)), &document(), TimeDelta::zero()).await;
    assert!(matches!(failed, Err(SendError::Temporary(_))), "{failed:?}");
    assert_eq!(provider.lines(), [format!("POST /v25.0/{NUMBER}/media")]);
}
