//! A stored row and the facts about it, put together. Pure: the order of facts is no matter.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Content, DeliveryState, Direction, MediaRef, Reason};
use uuid::Uuid;

use super::{
    FactValue, InteractionPayload, ItemFact,
    entry::{
        CallEntry, ContentView, Deleted, EntryAccount, EntryAuthor, EntryContact, EntryItem, EntryKind,
        Failure, ForwardView, ReactionView, TimelineEntry, Version, content::MediaStates,
    },
};
use crate::{AccountId, ClientId, ConversationId, InteractionId};

/// A row of `interactions` with the names that belong to it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRow {
    /// Its id.
    pub id: InteractionId,
    /// What it is.
    pub kind: EntryKind,
    /// Seen from the company.
    pub direction: Option<Direction>,
    /// How it came.
    pub origin: String,
    /// The provider's time.
    pub occurred_at: DateTime<Utc>,
    /// Our time.
    pub received_at: DateTime<Utc>,
    /// The person, by the root contact.
    pub contact: Option<EntryContact>,
    /// The person speaks for more than one company.
    pub several_clients: bool,
    /// The client whose own row it is.
    pub client_id: Option<ClientId>,
    /// The company it was pinned to.
    pub pinned_client_id: Option<ClientId>,
    /// Our end.
    pub account: Option<EntryAccount>,
    /// The conversation.
    pub conversation_id: Option<ConversationId>,
    /// Who of us.
    pub author: Option<EntryAuthor>,
    /// Plain words.
    pub body: Option<String>,
    /// What is more than words.
    pub payload: InteractionPayload,
    /// 0: known only by an edit.
    pub fullness: i16,
}

/// A row of `message_facts`.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFact {
    /// The message it speaks of: the row, or an item of it.
    pub interaction_id: InteractionId,
    /// Depends on the kind.
    pub key: String,
    /// The provider's time.
    pub at: DateTime<Utc>,
    /// What it says.
    pub value: FactValue,
}

/// The rank that a delivery climbs.
pub fn rank(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Queued => 0,
        DeliveryState::Sent => 1,
        DeliveryState::Failed => 2,
        DeliveryState::Delivered => 3,
        DeliveryState::Read => 4,
        DeliveryState::Played => 5,
    }
}

/// The ids of the messages that the facts show as items.
pub fn item_ids(facts: &[StoredFact]) -> Vec<InteractionId> {
    facts.iter().filter(|fact| matches!(fact.value, FactValue::Item(_))).filter_map(item_id).collect()
}

/// The ids of the provider's messages that are parts of the row.
pub fn part_ids(facts: &[StoredFact]) -> Vec<InteractionId> {
    facts.iter().filter(|fact| matches!(fact.value, FactValue::Part(_))).filter_map(item_id).collect()
}

fn item_id(fact: &StoredFact) -> Option<InteractionId> {
    fact.key.parse::<Uuid>().ok().map(InteractionId)
}

/// The files that a row and its facts point at.
pub fn media_refs<'a>(row: &'a StoredRow, facts: &'a [StoredFact]) -> impl Iterator<Item = &'a MediaRef> {
    let of_facts = facts.iter().filter_map(|fact| match &fact.value {
        FactValue::Edit(edit) => edit.content.as_ref(),
        FactValue::Item(item) => Some(&item.content),
        _ => None,
    });
    let of_contents = row.payload.content.iter().chain(of_facts).filter_map(|content| match content {
        Content::Media { media, .. } => Some(media),
        _ => None,
    });
    of_contents.chain(row.payload.call.iter().flat_map(|call| &call.recordings))
}

/// The entry of a row: `facts` are those of the row and of its items, in any order.
pub fn view(row: &StoredRow, facts: &[StoredFact], media: &MediaStates) -> TimelineEntry {
    let account = row.account.as_ref().map(|account| account.id);
    let mut by_message: BTreeMap<InteractionId, Vec<&StoredFact>> = BTreeMap::new();
    for fact in facts {
        by_message.entry(fact.interaction_id).or_default().push(fact);
    }
    let own = by_message.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let parts: Vec<&[&StoredFact]> = own
        .iter()
        .filter(|fact| matches!(fact.value, FactValue::Part(_)))
        .filter_map(|fact| by_message.get(&item_id(fact)?).map(Vec::as_slice))
        .collect();
    // What is said about a part is said about the row, but for how far it got: that is the least of all parts.
    let of_parts = parts.iter().flat_map(|part| part.iter().copied());
    let said: Vec<&StoredFact> = own
        .iter()
        .copied()
        .chain(of_parts.filter(|fact| !matches!(fact.value, FactValue::Delivery(_))))
        .collect();
    let payload = row.payload.clone();
    let original = Original {
        at: row.occurred_at,
        text: row.body.clone(),
        content: payload.content,
        known: row.fullness > 0,
    };
    let folded = fold(original, &said, payload.delivery, account, media);
    let (state, failure) = match parts.as_slice() {
        [] => (folded.state, folded.failure),
        parts => least(parts),
    };
    let items = items(row, own, &by_message, account, media);
    let state = state.or_else(|| items.iter().filter_map(|item| item.state).min_by_key(|s| rank(*s)));
    let late = row.origin != "history" && row.received_at - row.occurred_at > TimeDelta::minutes(2);
    TimelineEntry {
        id: row.id,
        kind: row.kind,
        direction: row.direction,
        origin: row.origin.clone(),
        occurred_at: row.occurred_at,
        received_at: row.received_at,
        late: late || payload.late == Some(true),
        parts: own
            .iter()
            .filter(|fact| matches!(fact.value, FactValue::Part(_)))
            .filter_map(|fact| item_id(fact))
            .collect(),
        contact: row.contact.clone(),
        client_id: row.client_id,
        pinned_client_id: row.pinned_client_id,
        undecided: row.several_clients && row.pinned_client_id.is_none(),
        account: row.account.clone(),
        conversation_id: row.conversation_id,
        author: row.author.clone(),
        state,
        failure,
        delivery: None,
        actions: Vec::new(),
        text: folded.text,
        content: folded.content,
        quote: payload.quote,
        forward: payload
            .forward
            .map(|forward| ForwardView { many_times: forward.many_times, from: forward.from }),
        referral: payload.referral.and_then(|referral| serde_json::to_value(referral).ok()),
        call: payload.call.map(|call| CallEntry::of(*call, account, media)),
        note: None,
        items,
        versions: folded.versions,
        deleted: folded.deleted,
        reactions: folded.reactions,
    }
}

struct Original {
    at: DateTime<Utc>,
    text: Option<String>,
    content: Option<Content>,
    known: bool,
}

struct Folded {
    state: Option<DeliveryState>,
    failure: Option<Failure>,
    text: Option<String>,
    content: Option<ContentView>,
    versions: Vec<Version>,
    deleted: Option<Deleted>,
    reactions: Vec<ReactionView>,
}

/// One message seen through its facts.
fn fold(
    original: Original,
    facts: &[&StoredFact],
    told: Option<DeliveryState>,
    account: Option<AccountId>,
    media: &MediaStates,
) -> Folded {
    let (state, failure) = delivery(facts, told);
    let known = original.known;
    let original = Version {
        at: original.at,
        text: original.text.or_else(|| text_of(original.content.as_ref())),
        content: original.content.and_then(|content| more(content, account, media)),
        author: None,
    };
    let mut versions = edits(facts, account, media);
    let newest = versions.iter().rfind(|version| version.text.is_some() || version.content.is_some());
    let shown = newest.unwrap_or(&original).clone();
    if known && !versions.is_empty() {
        versions.insert(0, original);
    }
    Folded {
        state,
        failure,
        text: shown.text,
        content: shown.content,
        versions,
        deleted: deletion(facts),
        reactions: reactions(facts),
    }
}

fn delivery(facts: &[&StoredFact], told: Option<DeliveryState>) -> (Option<DeliveryState>, Option<Failure>) {
    let deliveries = || {
        facts.iter().filter_map(|fact| match &fact.value {
            FactValue::Delivery(delivery) => Some((fact, delivery)),
            _ => None,
        })
    };
    let state = deliveries().map(|(_, delivery)| delivery.state).chain(told).max_by_key(|state| rank(*state));
    if state != Some(DeliveryState::Failed) {
        return (state, None);
    }
    let failure = deliveries()
        .filter(|(_, delivery)| delivery.state == DeliveryState::Failed)
        .filter_map(|(fact, delivery)| Some((fact, delivery.reason.as_ref()?)))
        .max_by_key(|(fact, reason)| (fact.at, &fact.key, &reason.code, &reason.text))
        .map(|(_, Reason { code, text, remedy })| Failure {
            code: code.clone(),
            text: text.clone(),
            remedy: *remedy,
        });
    (state, failure)
}

/// How far a message of several parts got: as far as its slowest part, and failed when one of them did.
fn least(parts: &[&[&StoredFact]]) -> (Option<DeliveryState>, Option<Failure>) {
    let told: Vec<_> = parts.iter().map(|facts| delivery(facts, None)).collect();
    if let Some(failed) = told.iter().find(|(state, _)| *state == Some(DeliveryState::Failed)) {
        return failed.clone();
    }
    let slowest = told.into_iter().min_by_key(|(state, _)| state.map(rank));
    slowest.unwrap_or_default()
}

/// All versions by edits, ordered by time and then by key.
fn edits(facts: &[&StoredFact], account: Option<AccountId>, media: &MediaStates) -> Vec<Version> {
    let mut edits: Vec<_> = facts
        .iter()
        .filter_map(|fact| match &fact.value {
            FactValue::Edit(edit) => Some((fact.at, &fact.key, edit)),
            _ => None,
        })
        .collect();
    edits.sort_by_key(|(at, key, _)| (*at, *key));
    let version = |(at, _, edit): (DateTime<Utc>, &String, &super::EditFact)| Version {
        at,
        text: text_of(edit.content.as_ref()),
        content: edit.content.clone().and_then(|content| more(content, account, media)),
        author: None,
    };
    edits.into_iter().map(version).collect()
}

fn text_of(content: Option<&Content>) -> Option<String> {
    content.and_then(Content::text).map(str::to_owned)
}

/// What is more than words.
fn more(content: Content, account: Option<AccountId>, media: &MediaStates) -> Option<ContentView> {
    match content {
        Content::Text { .. } => None,
        content => Some(ContentView::of(content, account, media)),
    }
}

fn deletion(facts: &[&StoredFact]) -> Option<Deleted> {
    let deletions = facts.iter().filter_map(|fact| match &fact.value {
        FactValue::Deletion(deletion) => Some(Deleted { at: fact.at, by: deletion.by }),
        _ => None,
    });
    deletions.min_by_key(|deleted| (deleted.at, deleted.by))
}

/// The newest reaction of each side; one that was taken back is none.
fn reactions(facts: &[&StoredFact]) -> Vec<ReactionView> {
    let mut newest: BTreeMap<&str, (DateTime<Utc>, Option<&str>)> = BTreeMap::new();
    for fact in facts {
        if let FactValue::Reaction(reaction) = &fact.value {
            let told = (fact.at, reaction.emoji.as_deref());
            let known = newest.entry(fact.key.as_str()).or_insert(told);
            *known = (*known).max(told);
        }
    }
    let shown = |(author, (at, emoji)): (&str, (DateTime<Utc>, Option<&str>))| {
        Some(ReactionView { author: author.to_owned(), emoji: emoji?.to_owned(), at })
    };
    newest.into_iter().filter_map(shown).collect()
}

fn items(
    row: &StoredRow,
    own: &[&StoredFact],
    by_message: &BTreeMap<InteractionId, Vec<&StoredFact>>,
    account: Option<AccountId>,
    media: &MediaStates,
) -> Vec<EntryItem> {
    let mut items: Vec<(&StoredFact, &ItemFact)> = own
        .iter()
        .filter_map(|fact| match &fact.value {
            FactValue::Item(item) => Some((*fact, item.as_ref())),
            _ => None,
        })
        .collect();
    // Keys are ids made by a hash. The provider's order is in the times, and ours in the names of the items.
    items.sort_by_key(|(fact, item)| (fact.at, &item.external_id, &fact.key));
    let item = |(fact, item): (&StoredFact, &ItemFact)| {
        let id = item_id(fact)?;
        let original = Original { at: fact.at, text: None, content: Some(item.content.clone()), known: true };
        // An item may be the row itself.
        let of_item =
            if id == row.id { &[] } else { by_message.get(&id).map(Vec::as_slice).unwrap_or_default() };
        let folded = fold(original, of_item, None, account, media);
        Some(EntryItem {
            id,
            text: folded.text,
            content: folded.content,
            quote: item.quote.clone(),
            state: folded.state,
            versions: folded.versions,
            deleted: folded.deleted,
            reactions: folded.reactions,
        })
    };
    items.into_iter().filter_map(item).collect()
}

#[cfg(test)]
mod tests;
