//! The history of a number that was used on a phone before it was connected.

use connector_api::{Direction, Origin, Parsed, Part};
use serde_json::Value;

use super::failure;
use super::message::{self, Source};
use super::person::{Person, username};
use super::scope::Scope;
use crate::wire::{self, Thread};

/// Reads one chunk. Chunks come in any order; their numbers say nothing that the messages do not say.
pub(super) fn read(scope: &Scope<'_>, path: &str, element: &Value, parsed: &mut Parsed) {
    let mut empty = true;
    for error in element.get("errors").and_then(Value::as_array).into_iter().flatten() {
        empty = false;
        parsed.events.push(failure::notice(scope, error));
    }
    match element.get("threads") {
        Some(Value::Array(threads)) => {
            for (index, value) in threads.iter().enumerate() {
                empty = false;
                thread(scope, &format!("{path}.threads[{index}]"), value, parsed);
            }
        }
        None | Some(Value::Null) => {}
        Some(_) => {
            empty = false;
            parsed.unknown.push(Part::new(format!("{path}.threads"), "not a list"));
        }
    }
    if !element.is_object() {
        parsed.unknown.push(Part::new(path, "a chunk that is no object"));
    } else if empty {
        parsed.ignored.push(Part::new(path, "a chunk without threads"));
    }
}

fn thread(scope: &Scope<'_>, path: &str, value: &Value, parsed: &mut Parsed) {
    let messages = value.get("messages").and_then(Value::as_array);
    let (Some(thread), Some(messages)) = (wire::read::<Thread>(value), messages) else {
        return parsed.unknown.push(Part::new(path, "a thread without messages"));
    };
    let person = person(scope, &thread);
    let known = person.key().is_some();
    let source =
        Source { person: known.then_some(person), ..Source::new(Direction::Inbound, Origin::History) };
    for (index, element) in messages.iter().enumerate() {
        message::read(scope, &source, &format!("{path}.messages[{index}]"), element, parsed);
    }
    if messages.is_empty() {
        parsed.ignored.push(Part::new(path, "a thread without messages"));
    }
}

fn person(scope: &Scope<'_>, thread: &Thread) -> Person {
    let context = thread.context.0.clone().unwrap_or_default();
    let phone = if thread.id.text().is_some() { &thread.id } else { &context.wa_id };
    let mut person = Person::new(phone, &context.user_id).with_contact(scope);
    person.username = person.username.or_else(|| username(&context.username));
    person
}
