//! Call Interactive: while a caller hears the menu, the provider asks by HTTP where the call should go, and obeys the XML
//! of the answer (<https://ringme-confluence.atlassian.net/wiki/spaces/Ringme/pages/1901920992>).

use std::fmt::Write;

use connector_api::{CallRouting, RawEvent, RoutingAnswer, RoutingQuestion, RoutingTarget, WebhookRequest};

use crate::Config;
use crate::numbering::Numbering;
use crate::wire::WireEvent;

/// `EventType` of the question.
const QUESTION: &str = "call_interactive";

/// How questions are read and answered. Asks nobody anything.
#[derive(Debug)]
pub(crate) struct Routing {
    numbering: Numbering,
    variable: String,
}

impl Routing {
    pub(crate) fn new(config: &Config) -> Self {
        Self { numbering: Numbering::new(config), variable: config.route_variable.clone() }
    }
}

impl CallRouting for Routing {
    fn routing_question(&self, request: &WebhookRequest<'_>) -> Option<RoutingQuestion> {
        // Every webhook passes here, and hardly any of them asks: most need not be read.
        if !names(request.query.as_bytes()) && !names(request.body) {
            return None;
        }
        let body = bytes::Bytes::copy_from_slice(request.body);
        let wire = WireEvent::read(&RawEvent::of_webhook(request, body)).ok()?;
        if !wire.event_type.eq_ignore_ascii_case(QUESTION) {
            return None;
        }
        let line: String = wire.called_did.chars().filter(char::is_ascii_digit).collect();
        let caller = &wire.caller_id_num;
        let is_ours = self.numbering.is_extension(caller, &[]);
        Some(RoutingQuestion {
            caller: if is_ours { None } else { self.numbering.phone(caller) },
            line: (!line.is_empty()).then_some(line),
            call: (!wire.call_id.is_empty()).then(|| wire.call_id.to_lowercase()),
        })
    }

    /// Without a target the menu goes on by its own plan.
    fn routing_answer(&self, question: &RoutingQuestion, target: Option<&RoutingTarget>) -> RoutingAnswer {
        let mut body = String::from(r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#);
        if let Some(target) = target {
            // The platform drops an answer in which one of the two attributes is missing.
            if let (Some(name), Some(number)) = (&target.caller_name, &question.caller) {
                let _ = write!(body, r#"<SetCaller name="{}" number="{}"/>"#, escaped(name), number.e164());
            }
            let (variable, extension) = (escaped(&self.variable), escaped(&target.extension));
            let _ = write!(body, r#"<SetVar name="{variable}">{extension}</SetVar>"#);
        }
        body.push_str("</Response>");
        RoutingAnswer { content_type: "text/xml; charset=utf-8", body }
    }
}

/// Whether the word of the question stands in a form; it has no letter that is encoded.
fn names(form: &[u8]) -> bool {
    form.windows(QUESTION.len()).any(|part| part.eq_ignore_ascii_case(QUESTION.as_bytes()))
}

/// Text for an element or an attribute; characters that no XML may hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            char if char.is_control() => {}
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use connector_api::PhoneNumber;
    use http::{HeaderMap, Method};

    use super::*;

    const FIXTURE: &str = include_str!("../fixtures/call-interactive.form");

    fn routing(json: &str) -> Routing {
        Routing::new(&serde_json::from_str(json).expect("a configuration"))
    }

    fn question(body: &str) -> Option<RoutingQuestion> {
        let headers = HeaderMap::new();
        let body: String = body.lines().collect();
        routing(r#"{"secret":"s"}"#).routing_question(&WebhookRequest {
            method: &Method::POST,
            url_secret: Some("s"),
            query: "",
            headers: &headers,
            body: body.as_bytes(),
            remote: "192.0.2.7".parse().expect("an address"),
            received_at: DateTime::UNIX_EPOCH,
        })
    }

    #[test]
    fn check_19_a_known_client_is_put_through_and_the_xml_stays_well_formed() {
        let asked = question(FIXTURE).expect("the fixture asks for a route");
        assert_eq!(asked.caller.as_ref().map(PhoneNumber::e164), Some("+79000000001"));
        assert_eq!(asked.line.as_deref(), Some("74950000101"));
        assert_eq!(asked.call.as_deref(), Some("7c11c05dff7b9c8f9a4cbd787f6c813e"));
        let target =
            RoutingTarget { extension: "102".into(), caller_name: Some("A & B \"<C>\"\u{1}".to_owned()) };
        let answer = routing(r#"{"secret":"s"}"#).routing_answer(&asked, Some(&target));
        assert_eq!(
            answer.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
             <SetCaller name=\"A &amp; B &quot;&lt;C&gt;&quot;\" number=\"+79000000001\"/>\
             <SetVar name=\"number\">102</SetVar></Response>"
        );
        let other = routing(r#"{"secret":"s","route_variable":"MANAGER"}"#);
        let plain = other.routing_answer(&asked, Some(&RoutingTarget { caller_name: None, ..target }));
        assert!(plain.body.ends_with("<Response><SetVar name=\"MANAGER\">102</SetVar></Response>"));
    }

    #[test]
    fn check_19_an_unknown_client_gets_an_empty_response() {
        let asked = question(FIXTURE).expect("the fixture asks for a route");
        let answer = routing(r#"{"secret":"s"}"#).routing_answer(&asked, None);
        assert_eq!(answer.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>");
    }

    #[test]
    fn a_withheld_number_or_a_colleague_is_no_client_and_other_events_ask_nothing() {
        for caller in ["CallerIDNum=anonymous", "CallerIDNum=10129%2A101", "CallerIDNum="] {
            let body = FIXTURE.replace("CallerIDNum=%2B79000000001", caller);
            assert_eq!(question(&body).expect("it asks").caller, None, "{caller}");
        }
        assert_eq!(question(include_str!("../fixtures/incoming-1-dial-in-101.form")), None);
        assert_eq!(question("{"), None);
    }
}
