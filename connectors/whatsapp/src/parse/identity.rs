//! What the provider says of people: moves to new addresses, shared numbers, the phone's address book, wishes.

use connector_api::{
    Address, ConversationState, ConversationUpdate, Event, EventKind, ExternalId, IdentityUpdate, LinkReason,
    Parsed, Part, Party, PhoneNumber,
};
use serde_json::Value;

use super::person::{Person, username};
use super::scope::Scope;
use super::{content, short};
use crate::address::user_id;
use crate::wire::{self, Card, Many};

/// A system message. It is not said by the person: no window, nothing unanswered.
pub(super) fn system(scope: &Scope<'_>, path: &str, element: &Value, parsed: &mut Parsed) {
    let message: wire::Message = wire::read(element).unwrap_or_default();
    let system: wire::System = element.get("system").and_then(wire::read).unwrap_or_default();
    let old = Person::new(&message.from, &system.previous_user_id);
    let new = Person::new(&system.wa_id, &system.user_id);
    let moved = match system.kind.text() {
        // Before August 2026 the old user id stood only in the text, which is not for parsing.
        Some("user_changed_number") => moved(scope, &old, &new),
        Some("user_changed_user_id") => renamed(scope, &old, &new),
        Some("customer_identity_changed") => {
            return parsed.ignored.push(Part::new(path, "the security code changed"));
        }
        kind => {
            let reason = format!("unknown system message {:?}", short(kind.unwrap_or_default()));
            return parsed.unknown.push(Part::new(path, reason));
        }
    };
    let (Some(moved), Some(id)) = (moved, message.id.text()) else {
        return parsed.unknown.push(Part::new(path, "a move without an old or a new address"));
    };
    let occurred_at = scope.time_of(&message.timestamp);
    parsed.events.push(Event {
        external_id: ExternalId::new(id),
        occurred_at,
        kind: EventKind::Identity(moved),
    });
}

/// The field `user_id_update`, which the provider documented for a while: the same as a changed user id.
pub(super) fn user_ids(scope: &Scope<'_>, parsed: &mut Parsed) {
    for (path, element) in scope.list("user_id_update", parsed) {
        let update: wire::UserIdUpdate = wire::read(element).unwrap_or_default();
        let ids = update.user_id.0.unwrap_or_default();
        let old = Person::new(&update.wa_id, &ids.previous);
        let new = Person::new(&update.wa_id, &ids.current);
        match renamed(scope, &old, &new) {
            Some(moved) => parsed.events.push(Event {
                external_id: scope.fingerprint_of_timed(element, &update.timestamp),
                occurred_at: scope.time_of(&update.timestamp),
                kind: EventKind::Identity(moved),
            }),
            None => parsed.unknown.push(Part::new(path, "a move without an old or a new address")),
        }
    }
}

/// The person left the old number, which may later belong to a stranger.
fn moved(scope: &Scope<'_>, old: &Person, new: &Person) -> Option<IdentityUpdate> {
    let conversation = scope.conversation(old.key()?);
    let to = new.addresses(scope.config);
    let mut from = old.addresses(scope.config);
    from.retain(|address| !to.contains(address));
    (!from.is_empty() && !to.is_empty()).then_some(IdentityUpdate::Moved { conversation, from, to })
}

/// Only the user id changed: a phone beside it is still the person's and is not left.
fn renamed(scope: &Scope<'_>, old: &Person, new: &Person) -> Option<IdentityUpdate> {
    let conversation = scope.conversation(old.key()?);
    let from = user_id(scope.config, old.user_id.as_deref()?);
    let to: Vec<Address> = new.addresses(scope.config);
    (!to.contains(&from) && new.user_id.is_some()).then(|| IdentityUpdate::Moved {
        conversation,
        from: vec![from],
        to,
    })
}

/// The answer to our request for a number: the card is the sender's own. `origin` stands beside `type` in the
/// provider's documentation and inside the card in practice (fixtures `contact_request_*.json`).
pub(super) fn shared_phone(
    scope: &Scope<'_>,
    message: &wire::Message,
    element: &Value,
    person: &Person,
) -> Option<IdentityUpdate> {
    const ASKED: Option<&str> = Some("contact_request");
    let cards = Many::<Card>::of(element.get("contacts")).0;
    let beside = message.origin.text() == ASKED;
    let own = cards.iter().find(|card| beside || card.origin.text() == ASKED)?;
    let number = own.phones.0.iter().find_map(|phone| content::card_phone(phone, scope.config.region))?;
    let mut party = person.party(scope.config);
    if !party.addresses.contains(&Address::Phone(number.clone())) {
        party.addresses.push(Address::Phone(number));
    }
    Some(IdentityUpdate::SamePerson { party, reason: LinkReason::SharedByPerson })
}

/// An entry of the phone's address book was added, changed or removed.
pub(super) fn address_book(scope: &Scope<'_>, path: &str, element: &Value, parsed: &mut Parsed) {
    let entry: wire::StateSync = wire::read(element).unwrap_or_default();
    let removed = match (entry.kind.text(), entry.action.text()) {
        (Some("contact"), Some("add")) => false,
        (Some("contact"), Some("remove")) => true,
        (kind, action) => {
            let words = (short(kind.unwrap_or_default()), short(action.unwrap_or_default()));
            return parsed.unknown.push(Part::new(path, format!("unknown synchronisation {words:?}")));
        }
    };
    let contact = entry.contact.0.unwrap_or_default();
    let name = contact.full_name.owned().or_else(|| contact.first_name.owned()).filter(|_| !removed);
    let phone = contact.phone_number.text().and_then(|text| written_phone(scope, text));
    let id = contact.user_id.text().map(|id| user_id(scope.config, id));
    let addresses: Vec<Address> = phone.map(Address::Phone).into_iter().chain(id).collect();
    if addresses.is_empty() {
        return parsed.ignored.push(Part::new(path, "an address book entry without a usable address"));
    }
    let party = Party { addresses, name, username: username(&contact.username) };
    let timestamp = entry.metadata.0.unwrap_or_default().timestamp;
    parsed.events.push(Event {
        external_id: scope.fingerprint_of_timed(element, &timestamp),
        occurred_at: scope.time_of(&timestamp),
        kind: EventKind::Identity(IdentityUpdate::AddressBook { party, removed }),
    });
}

/// A number of the address book: as people write it, or WhatsApp's digits.
fn written_phone(scope: &Scope<'_>, text: &str) -> Option<PhoneNumber> {
    let region = scope.config.region;
    PhoneNumber::parse(text, region).or_else(|| PhoneNumber::parse(&format!("+{text}"), region))
}

/// Whether people take advertising.
pub(super) fn preferences(scope: &Scope<'_>, parsed: &mut Parsed) {
    let elements = scope.list("user_preferences", parsed);
    if elements.is_empty() {
        parsed.ignored.push(Part::new(&scope.path, "nothing in it"));
    }
    for (path, element) in elements {
        let wish: wire::UserPreference = wire::read(element).unwrap_or_default();
        let state = match (wish.category.text(), wish.value.text()) {
            (Some("marketing_messages"), Some("stop")) => ConversationState::MarketingStopped,
            (Some("marketing_messages"), Some("resume")) => ConversationState::MarketingResumed,
            (category, value) => {
                let words = (short(category.unwrap_or_default()), short(value.unwrap_or_default()));
                parsed.unknown.push(Part::new(path, format!("unknown preference {words:?}")));
                continue;
            }
        };
        let person = Person::new(&wish.wa_id, &wish.user_id).with_contact(scope);
        let Some(key) = person.key() else {
            parsed.unknown.push(Part::new(path, "a preference of nobody"));
            continue;
        };
        let update = ConversationUpdate {
            conversation: scope.conversation(key),
            party: Some(person.party(scope.config)),
            state,
            detail: wish.detail.owned().map(|detail| serde_json::json!({ "detail": detail })),
        };
        parsed.events.push(Event {
            external_id: scope.fingerprint_of_timed(element, &wish.timestamp),
            occurred_at: scope.time_of(&wish.timestamp),
            kind: EventKind::Conversation(update),
        });
    }
}
