//! Messages, echoes and what stands among them: reactions, edits, revokes, system notes.

use chrono::{DateTime, Utc};
use connector_api::{
    Author, Content, Deletion, DeliveryState, Direction, Edit, Event, EventKind, ExternalId, Forward,
    Message, Origin, Parsed, Part, Quote, Reaction, Referral,
};
use serde_json::Value;

use super::content::{self, Reading};
use super::person::Person;
use super::scope::Scope;
use super::{identity, short};
use crate::wire;

/// Who speaks in a list of messages, and how we came to know.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub direction: Direction,
    pub origin: Origin,
    pub author: Option<&'static str>,
    /// The other side, where the list says it once for all its messages.
    pub person: Option<Person>,
}

impl Source {
    pub fn new(direction: Direction, origin: Origin) -> Self {
        Self { direction, origin, author: None, person: None }
    }

    /// Answers of the provider's own agent while it holds the conversation.
    pub fn by_agent() -> Self {
        Self { author: Some("Meta Business Agent"), ..Self::new(Direction::Outbound, Origin::OtherSystem) }
    }
}

/// One element with what all kinds of it need.
struct Entry<'a> {
    scope: &'a Scope<'a>,
    source: &'a Source,
    path: &'a str,
    element: &'a Value,
    message: wire::Message,
    direction: Direction,
    person: Person,
    id: ExternalId,
    occurred_at: DateTime<Utc>,
}

/// Reads one message. Whatever it is, its neighbours are not touched.
pub(super) fn read(scope: &Scope<'_>, source: &Source, path: &str, element: &Value, parsed: &mut Parsed) {
    let Some(message) = wire::read::<wire::Message>(element) else {
        return parsed.unknown.push(Part::new(path, "a message that is no object"));
    };
    let Some(id) = message.id.text().map(ExternalId::new) else {
        return parsed.unknown.push(Part::new(path, "a message without an id"));
    };
    let direction = direction(scope, source, &message);
    let person = match &source.person {
        Some(person) => person.clone().with_ids_of(&message, direction),
        None => Person::of_message(scope, &message, direction),
    };
    let occurred_at = scope.time_of(&message.timestamp);
    let entry = Entry { scope, source, path, element, message, direction, person, id, occurred_at };
    let kind = content::kind(element);
    match kind.as_deref() {
        Some("system") => identity::system(scope, path, element, parsed),
        Some("reaction") => entry.reaction(parsed),
        Some("edit") => entry.edit(parsed),
        Some("revoke") => entry.revoke(parsed),
        Some("request_welcome") => {
            parsed.ignored.push(Part::new(path, "a chat was opened, nothing was said"));
        }
        kind => entry.message(kind.unwrap_or("message without a type"), parsed),
    }
}

/// In the history the sides are told by the sender alone: the lists mix them up (fixture `history_media.json`).
fn direction(scope: &Scope<'_>, source: &Source, message: &wire::Message) -> Direction {
    match (source.origin, message.from.digits(), &scope.display) {
        (Origin::History, Some(from), Some(ours)) if from == *ours => Direction::Outbound,
        (Origin::History, Some(_), Some(_)) => Direction::Inbound,
        (Origin::History, Some(from), None) => match &source.person {
            Some(Person { phone: Some(phone), .. }) if from != *phone => Direction::Outbound,
            Some(Person { phone: Some(_), .. }) => Direction::Inbound,
            _ => source.direction,
        },
        _ => source.direction,
    }
}

impl Entry<'_> {
    /// The key of the conversation; `None` when nothing tells whose it is.
    fn conversation(&self) -> Option<ExternalId> {
        let other_side = self.message.group_id.text().or_else(|| self.person.key())?;
        Some(self.scope.conversation(other_side))
    }

    fn event(&self, kind: EventKind) -> Event {
        Event { external_id: self.id.clone(), occurred_at: self.occurred_at, kind }
    }

    fn unknown(&self, parsed: &mut Parsed, reason: impl Into<String>) {
        parsed.unknown.push(Part::new(self.path, reason));
    }

    fn author(&self) -> Author {
        match self.direction {
            Direction::Inbound => Author::Client,
            Direction::Outbound => Author::Company,
        }
    }

    fn message(&self, kind: &str, parsed: &mut Parsed) {
        let reading = content::read(self.scope.config.region, kind, self.element, &self.message.errors.0);
        let (content, placeholder) = match reading {
            Reading::Known(content) => (content, false),
            Reading::Placeholder(content) => (content, true),
            Reading::Unknown { placeholder, reason } => {
                self.unknown(parsed, reason);
                (placeholder, true)
            }
        };
        let Some(conversation) = self.conversation() else {
            return self.unknown(parsed, "a message that does not say whose it is");
        };
        let shared = identity::shared_phone(self.scope, &self.message, self.element, &self.person);
        let outbound = self.direction == Direction::Outbound;
        let message = Message {
            conversation,
            party: self.person.party(self.scope.config),
            direction: self.direction,
            origin: self.source.origin,
            author_name: self.source.author.filter(|_| outbound).map(str::to_owned),
            content,
            quote: self.quote(),
            forward: self.forward(),
            referral: self.referral(),
            album: None,
            delivery: if outbound { self.delivery(parsed) } else { None },
            placeholder,
        };
        parsed.events.push(self.event(EventKind::Message(message)));
        if let Some(identity) = shared {
            let external_id = ExternalId::new(format!("{}:shared", self.id));
            let kind = EventKind::Identity(identity);
            parsed.events.push(Event { external_id, occurred_at: self.occurred_at, kind });
        }
    }

    fn reaction(&self, parsed: &mut Parsed) {
        let reaction: Option<wire::Reaction> = self.element.get("reaction").and_then(wire::read);
        let target = reaction.as_ref().and_then(|reaction| reaction.message_id.text());
        let (Some(reaction), Some(target)) = (&reaction, target) else {
            return self.unknown(parsed, "a reaction to no message");
        };
        let message = ExternalId::new(target);
        let reaction = Reaction { message, author: self.author(), emoji: reaction.emoji.owned() };
        parsed.events.push(self.event(EventKind::Reaction(reaction)));
    }

    fn edit(&self, parsed: &mut Parsed) {
        let edit: Option<wire::Change> = self.element.get("edit").and_then(wire::read);
        let target = edit.as_ref().and_then(|edit| edit.original_message_id.text());
        let (Some(edit), Some(target)) = (&edit, target) else {
            return self.unknown(parsed, "an edit of no message");
        };
        let Some(conversation) = self.conversation() else {
            return self.unknown(parsed, "an edit that does not say whose it is");
        };
        let edit = Edit {
            message: ExternalId::new(target),
            conversation,
            party: self.person.party(self.scope.config),
            direction: self.direction,
            content: self.edited(edit.message.as_ref(), parsed),
            album: None,
        };
        parsed.events.push(self.event(EventKind::Edit(edit)));
    }

    fn edited(&self, message: Option<&Value>, parsed: &mut Parsed) -> Option<Content> {
        let message = message?;
        let Some(kind) = content::kind(message) else {
            self.unknown(parsed, "an edit without a type");
            return None;
        };
        match content::read(self.scope.config.region, &kind, message, &[]) {
            Reading::Known(content) => Some(content),
            Reading::Placeholder(_) => None,
            Reading::Unknown { reason, .. } => {
                self.unknown(parsed, reason);
                None
            }
        }
    }

    fn revoke(&self, parsed: &mut Parsed) {
        let revoke: Option<wire::Change> = self.element.get("revoke").and_then(wire::read);
        match revoke.as_ref().and_then(|revoke| revoke.original_message_id.text()) {
            Some(target) => {
                let deletion = Deletion { message: ExternalId::new(target), by: Some(self.author()) };
                parsed.events.push(self.event(EventKind::Deletion(deletion)));
            }
            None => self.unknown(parsed, "a deletion of no message"),
        }
    }

    fn quote(&self) -> Option<Quote> {
        let id = self.message.context.0.as_ref()?.id.text()?;
        Some(Quote { message: Some(ExternalId::new(id)), text: None })
    }

    fn forward(&self) -> Option<Forward> {
        let context = self.message.context.0.as_ref()?;
        let many_times = context.frequently_forwarded.is_true();
        (many_times || context.forwarded.is_true()).then_some(Forward { many_times, from: None })
    }

    fn referral(&self) -> Option<Referral> {
        let from = self.message.referral.0.as_ref();
        let product = self.message.context.0.as_ref().and_then(|context| context.referred_product.0.as_ref());
        let referral = Referral {
            source_type: from.and_then(|from| from.source_type.owned()),
            source_id: from.and_then(|from| from.source_id.owned()),
            source_url: from.and_then(|from| from.source_url.owned()),
            headline: from.and_then(|from| from.headline.owned()),
            body: from.and_then(|from| from.body.owned()),
            click_id: from.and_then(|from| from.ctwa_clid.owned()),
            product: product.and_then(|product| product.product_retailer_id.owned()),
        };
        (referral != Referral::default()).then_some(referral)
    }

    /// How far a message of the history got.
    fn delivery(&self, parsed: &mut Parsed) -> Option<DeliveryState> {
        let status = self.message.history_context.0.as_ref()?.status.text()?;
        let state = match status.to_ascii_uppercase().as_str() {
            "PENDING" => DeliveryState::Queued,
            "SENT" => DeliveryState::Sent,
            "ERROR" => DeliveryState::Failed,
            "DELIVERED" => DeliveryState::Delivered,
            "READ" => DeliveryState::Read,
            "PLAYED" => DeliveryState::Played,
            _ => {
                self.unknown(parsed, format!("unknown status {:?} in the history", short(status)));
                return None;
            }
        };
        Some(state)
    }
}
