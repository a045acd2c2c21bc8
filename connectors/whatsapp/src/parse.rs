//! Turns one stored body into canonical events: finds every `value` in it and hands it to the reader of its field.

mod account;
mod call;
mod content;
mod failure;
mod history;
mod identity;
mod json;
mod message;
mod person;
mod scope;
mod status;

use connector_api::{
    AccountNotice, Direction, Event, EventKind, NoticeLevel, Origin, ParseError, Parsed, Part, RawEvent,
};
use serde_json::{Value, json};

use crate::Config;
use crate::templates;
use crate::wire::Loose;
use message::Source;
use scope::{Change, Scope};

/// The lists that a conversation's `value` may hold, in any combination.
const LISTS: [&str; 7] =
    ["messages", "message_echoes", "statuses", "calls", "history", "state_sync", "errors"];

/// The values that the dashboard's test buttons send; a real WABA is never called `0`.
const TEST_ENTRY: &str = "0";
const TEST_PHONE_NUMBER_ID: &str = "123456123";

pub(crate) fn parse(config: &Config, raw: &RawEvent) -> Result<Parsed, ParseError> {
    let body = json::read(&raw.body).map_err(|error| ParseError(format!("the body is not JSON: {error}")))?;
    let mut parsed = Parsed::default();
    for change in changes(&body, &mut parsed) {
        let Some(value) = change.value.filter(|value| value.is_object()) else {
            parsed.unknown.push(Part::new(change.path, "a change without a value"));
            continue;
        };
        let scope = Scope::new(config, raw.received_at, change, value);
        read(&scope, &mut parsed);
    }
    Ok(parsed)
}

/// Every change of the body. Documents without the usual envelope (the refusal to share history is shown so in the
/// provider's sample, fixture `history_refused_bare.json`) are taken at the level at which they begin.
fn changes<'a>(body: &'a Value, parsed: &mut Parsed) -> Vec<Change<'a>> {
    let object = Loose::of(body.get("object"));
    if let Some(object) = object.text().filter(|object| *object != "whatsapp_business_account") {
        parsed.ignored.push(Part::new("$", format!("object {:?} is not WhatsApp's", short(object))));
        return Vec::new();
    }
    let mut found = Vec::new();
    match body.get("entry") {
        Some(Value::Array(entries)) if entries.is_empty() => {
            parsed.ignored.push(Part::new("$", "no entries"));
        }
        Some(Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                of_entry(&format!("entry[{index}]"), entry, parsed, &mut found);
            }
        }
        Some(entry) => of_entry("entry", entry, parsed, &mut found),
        None if body.get("changes").is_some() => of_entry("$", body, parsed, &mut found),
        None if body.get("value").is_some() => {
            found.push(Change {
                entry: None,
                field: Loose::of(body.get("field")),
                path: "value".into(),
                value: body.get("value"),
            });
        }
        None => match LISTS.into_iter().find(|list| body.get(list).is_some()) {
            Some(list) => {
                let field = if list == "history" { list } else { "messages" };
                let field = Loose::of(Some(&Value::from(field)));
                found.push(Change { entry: None, field, path: "$".into(), value: Some(body) });
            }
            None => parsed.unknown.push(Part::new("$", "no entry")),
        },
    }
    found
}

fn of_entry<'a>(path: &str, entry: &'a Value, parsed: &mut Parsed, found: &mut Vec<Change<'a>>) {
    match entry.get("changes") {
        Some(Value::Array(changes)) if changes.is_empty() => {
            parsed.ignored.push(Part::new(path, "no changes"));
        }
        Some(Value::Array(changes)) => {
            for (index, change) in changes.iter().enumerate() {
                found.push(Change {
                    entry: Some(entry),
                    field: Loose::of(change.get("field")),
                    path: format!("{path}.changes[{index}].value"),
                    value: change.get("value"),
                });
            }
        }
        _ => parsed.unknown.push(Part::new(path, "an entry without changes")),
    }
}

fn read(scope: &Scope<'_>, parsed: &mut Parsed) {
    if is_test(scope) {
        return set_test_aside(scope, parsed);
    }
    if let Some(stranger) = scope.foreign_number() {
        let reason = format!("phone number id {:?} is not this account's", short(stranger));
        parsed.unknown.push(Part::new(&scope.path, reason));
        let detail = json!({ "phone_number_id": stranger, "display_phone_number": scope.display, "waba": scope.entry });
        let fact = json!(["unknown_phone_number", stranger]);
        parsed.events.push(notice(
            scope,
            &fact,
            NoticeLevel::Warning,
            "unknown_phone_number",
            scope.display.clone(),
            detail,
        ));
        return;
    }
    match scope.field.as_str() {
        "messages" | "standby" | "smb_message_echoes" | "history" | "smb_app_state_sync" | "calls" => {
            conversations(scope, parsed);
        }
        "user_preferences" => identity::preferences(scope, parsed),
        "user_id_update" => identity::user_ids(scope, parsed),
        "messaging_handovers"
        | "group_lifecycle_update"
        | "group_participants_update"
        | "group_settings_update"
        | "group_status_update" => {
            parsed
                .ignored
                .push(Part::new(&scope.path, format!("field {:?} carries nothing for us", scope.field)));
        }
        field => match account::notice(field, scope.value) {
            Some(about) => {
                let detail = scope.value.clone();
                let mut event = notice(scope, scope.value, about.level, about.code, about.subject, detail);
                if let EventKind::Notice(notice) = &mut event.kind {
                    notice.template = templates::news(field, scope.value);
                }
                parsed.events.push(event);
            }
            None => {
                parsed.unknown.push(Part::new(&scope.path, format!("unknown field {:?}", short(field))));
            }
        },
    }
}

/// Reads all lists of one `value`: usually there is one kind, sometimes several, sometimes none.
fn conversations(scope: &Scope<'_>, parsed: &mut Parsed) {
    let before = (parsed.events.len(), parsed.ignored.len(), parsed.unknown.len());
    let history = scope.field == "history";
    let theirs = Source::new(Direction::Inbound, if history { Origin::History } else { Origin::Live });
    let ours = match scope.field.as_str() {
        "history" => Source::new(Direction::Outbound, Origin::History),
        "standby" => Source::by_agent(),
        _ => Source::new(Direction::Outbound, Origin::Phone),
    };
    for (path, element) in scope.list("messages", parsed) {
        message::read(scope, &theirs, &path, element, parsed);
    }
    for (path, element) in scope.list("message_echoes", parsed) {
        message::read(scope, &ours, &path, element, parsed);
    }
    for (path, element) in scope.list("statuses", parsed) {
        status::read(scope, &path, element, parsed);
    }
    for (path, element) in scope.list("calls", parsed) {
        call::read(scope, &path, element, parsed);
    }
    for (path, element) in scope.list("history", parsed) {
        history::read(scope, &path, element, parsed);
    }
    for (path, element) in scope.list("state_sync", parsed) {
        identity::address_book(scope, &path, element, parsed);
    }
    for (_, element) in scope.list("errors", parsed) {
        parsed.events.push(failure::notice(scope, element));
    }
    for (name, _) in lists(scope.value).filter(|(name, _)| !LISTS.contains(name) && *name != "contacts") {
        let path = format!("{}.{}", scope.path, short(name));
        parsed.unknown.push(Part::new(path, "an unknown list"));
    }
    if before == (parsed.events.len(), parsed.ignored.len(), parsed.unknown.len()) {
        parsed.ignored.push(Part::new(&scope.path, "nothing in it"));
    }
}

fn lists(value: &Value) -> impl Iterator<Item = (&str, &Vec<Value>)> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .filter_map(|(name, value)| Some((name.as_str(), value.as_array()?)))
        .filter(|(_, list)| !list.is_empty())
}

/// The dashboard's buttons send well signed samples: they must not become clients.
fn is_test(scope: &Scope<'_>) -> bool {
    let own = scope.config.phone_number_id.as_deref();
    scope.entry.as_deref() == Some(TEST_ENTRY)
        || scope.number.as_deref().is_some_and(|number| number == TEST_PHONE_NUMBER_ID && own != Some(number))
}

fn set_test_aside(scope: &Scope<'_>, parsed: &mut Parsed) {
    let reason = "a test notification of the provider's dashboard";
    let mut elements = 0;
    for (name, list) in lists(scope.value).filter(|(name, _)| *name != "contacts") {
        for index in 0..list.len() {
            elements += 1;
            parsed.ignored.push(Part::new(format!("{}.{}[{index}]", scope.path, short(name)), reason));
        }
    }
    if elements == 0 {
        parsed.ignored.push(Part::new(&scope.path, reason));
    }
    let detail = json!({ "waba": scope.entry, "phone_number_id": scope.number, "field": scope.field });
    let fact = json!(["test_notification", detail]);
    let subject = Some(scope.field.clone());
    parsed.events.push(notice(scope, &fact, NoticeLevel::Info, "test_notification", subject, detail));
}

/// A notice to the administrator; `fact` is what makes it another one than its neighbours.
fn notice(
    scope: &Scope<'_>,
    fact: &Value,
    level: NoticeLevel,
    code: &str,
    subject: Option<String>,
    detail: Value,
) -> Event {
    Event {
        external_id: scope.fingerprint(fact),
        occurred_at: scope.time(),
        kind: EventKind::Notice(AccountNotice { level, code: code.into(), subject, template: None, detail }),
    }
}

/// A provider's word short enough for a reason.
fn short(word: &str) -> String {
    word.chars().take(60).collect()
}
