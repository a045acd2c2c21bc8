//! From canonical events to rows: pure, no look at the database.

mod consents;
mod json;
mod messages;
mod parts;
mod people;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use connector_api::{
    Address, ConversationState, Direction, Event, EventKind, LinkReason, Message, Origin, Party, TemplateNews,
};

use super::parties::preferred;
use super::{ReadRaw, without_nul};
use crate::bridge::arrive::Bridged;
use crate::consent::stop_words::StopWords;
use crate::delivery::lane::Proof;
use crate::timeline::payload::{DeletionFact, FactKind, FactValue, ReactionFact};
use crate::{AccountId, ConversationId, DeliveryId, InteractionId, MediaId};

pub(super) use json::{clean, to_json};
pub(super) use parts::{
    Conversation, Fact, Media, Notice, PhoneBookEntry, PlannedCallFact, PlannedConsent, PlannedInvitation,
    PlannedParty, Row, State,
};

/// Index into [`Plan::parties`].
pub(super) type PartyIndex = usize;

/// Everything that a batch writes, before its people are known.
#[derive(Default)]
pub(super) struct Plan {
    pub parties: Vec<PlannedParty>,
    pub rows: BTreeMap<InteractionId, Row>,
    pub conversations: BTreeMap<ConversationId, Conversation>,
    pub facts: BTreeMap<(InteractionId, FactKind, String), Fact>,
    pub aliases: BTreeMap<InteractionId, InteractionId>,
    /// Messages that a program sent in our name, maybe the hub itself, by the row that would show each.
    pub echoes: BTreeMap<InteractionId, InteractionId>,
    pub media: BTreeMap<MediaId, Media>,
    /// Where each file shows.
    pub media_uses: BTreeSet<(MediaId, InteractionId)>,
    pub call_facts: BTreeMap<(InteractionId, String), PlannedCallFact>,
    pub states: BTreeMap<(AccountId, String, &'static str, String), State>,
    pub notices: Vec<Notice>,
    pub phone_book: BTreeMap<(String, AccountId), PhoneBookEntry>,
    pub invitations: Vec<PlannedInvitation>,
    pub proofs: Vec<Proof>,
    /// Messages of ours that did not arrive, by the account that tells and the delivery that it names.
    pub failures: BTreeMap<InteractionId, (AccountId, Option<DeliveryId>)>,
    /// By the row that shows each.
    pub consents: BTreeMap<InteractionId, PlannedConsent>,
    stop_words: StopWords,
    /// In their order.
    pub bridged: Vec<Bridged>,
}

impl Plan {
    /// Plans a batch. Repeats inside the batch fall together here.
    pub fn of(batch: &[ReadRaw], stop_words: StopWords) -> Self {
        let mut plan = Self { stop_words, ..Self::default() };
        for raw in batch {
            if let Ok(parsed) = &raw.parsed {
                for event in &parsed.events {
                    plan.add(raw, event);
                }
            }
        }
        plan
    }

    /// What its notices say of templates.
    pub fn template_news(&self) -> Vec<(AccountId, DateTime<Utc>, &TemplateNews)> {
        self.notices
            .iter()
            .filter_map(|notice| Some((notice.account_id, notice.at, notice.notice.template.as_ref()?)))
            .collect()
    }

    fn add(&mut self, raw: &ReadRaw, event: &Event) {
        let at = event.occurred_at;
        let id = event.external_id.as_str();
        let target =
            |message: &connector_api::ExternalId| InteractionId::of_message(raw.account_id, message.as_str());
        match &event.kind {
            EventKind::Message(message) => self.message(raw, id, at, message),
            EventKind::Edit(edit) => self.edit(raw, id, at, edit),
            EventKind::Deletion(deletion) => {
                let value = FactValue::Deletion(DeletionFact { by: deletion.by });
                self.fact(raw, target(&deletion.message), String::new(), at, &value);
            }
            EventKind::Reaction(reaction) => {
                let author = match reaction.author {
                    connector_api::Author::Client => "client",
                    connector_api::Author::Company => "company",
                };
                let value = FactValue::Reaction(ReactionFact { emoji: reaction.emoji.clone() });
                self.fact(raw, target(&reaction.message), author.to_owned(), at, &value);
            }
            EventKind::Delivery(update) => self.delivery(raw, at, update),
            EventKind::Call(update) => {
                let call = InteractionId::derived(raw.account_id, "call", update.call.as_str());
                let fact = PlannedCallFact {
                    account_id: raw.account_id,
                    at,
                    received_at: raw.received_at,
                    update: update.clone(),
                    mapping: raw.mapping,
                    raw_id: raw.raw_id,
                };
                newest(&mut self.call_facts, (call, id.to_owned()), fact, |fact| {
                    (fact.mapping, Reverse(fact.at))
                });
            }
            EventKind::Identity(update) => self.identity(raw, id, at, update),
            EventKind::Conversation(update) => {
                let aspect = match update.state {
                    ConversationState::MarketingStopped | ConversationState::MarketingResumed => "marketing",
                    ConversationState::Migrated => "address",
                    ConversationState::Open
                    | ConversationState::Blocked
                    | ConversationState::Disconnected => "reachable",
                };
                let state = State { state: update.state, at, detail: update.detail.clone() };
                newest(
                    &mut self.states,
                    (raw.account_id, update.conversation.to_string(), aspect, id.to_owned()),
                    state,
                    // The same word again is as old as its first receipt.
                    |state| Reverse(state.at),
                );
                self.preference(raw, id, at, update);
            }
            EventKind::Invitation(invitation) => {
                let party = self.party(&invitation.party, at, LinkReason::SameMessage);
                self.invitations.push(PlannedInvitation { token: invitation.token.clone(), party, at });
            }
            EventKind::Bridge(told) => self.bridged.push(Bridged {
                account_id: raw.account_id,
                external_id: event.external_id.clone(),
                told: (**told).clone(),
            }),
            EventKind::Notice(notice) => self.notices.push(Notice {
                external_id: id.to_owned(),
                account_id: raw.account_id,
                at,
                notice: notice.clone(),
            }),
        }
    }

    fn party(&mut self, party: &Party, at: DateTime<Utc>, reason: LinkReason) -> PartyIndex {
        let mut party = party.clone();
        party.addresses.sort_by_key(Address::key);
        party.addresses.dedup();
        self.parties.push(PlannedParty { party, at, reason });
        self.parties.len() - 1
    }

    fn conversation(
        &mut self,
        raw: &ReadRaw,
        external_id: &str,
        party: PartyIndex,
        at: DateTime<Utc>,
        message: Option<&Message>,
    ) -> ConversationId {
        let id = ConversationId::derived(raw.account_id, external_id);
        // History opens no window and owes no answer; an automatic greeting is no answer either.
        let counts = |direction| {
            message.filter(|message| {
                message.direction == direction
                    && !matches!(message.origin, Origin::History)
                    && (direction == Direction::Inbound || message.origin != Origin::Automatic)
            })
        };
        let inbound = counts(Direction::Inbound).map(|_| at);
        let outbound = counts(Direction::Outbound).map(|_| at);
        let person = self.parties[party].party.name.as_deref().map(|name| (at, without_nul(name)));
        let known = self.conversations.entry(id).or_insert_with(|| Conversation {
            id,
            account_id: raw.account_id,
            external_id: external_id.to_owned(),
            party,
            first_at: at,
            last_at: at,
            first_inbound_at: None,
            last_inbound_at: None,
            last_outbound_at: None,
            heard_at: None,
            person: None,
        });
        let address = |party: PartyIndex| {
            let key = preferred(&self.parties[party].party.addresses).map(Address::key);
            (key.is_none(), key)
        };
        if (at, address(party)) < (known.first_at, address(known.party)) {
            (known.party, known.first_at) = (party, at);
        }
        known.last_at = known.last_at.max(at);
        known.first_inbound_at = known.first_inbound_at.into_iter().chain(inbound).min();
        known.last_inbound_at = known.last_inbound_at.max(inbound);
        known.last_outbound_at = known.last_outbound_at.max(outbound);
        known.heard_at = known.heard_at.max(inbound.map(|_| raw.received_at));
        known.person = known.person.take().max(person);
        id
    }

    pub fn row(&mut self, row: Row) {
        match self.rows.get(&row.id) {
            Some(known) if !row.beats(known) => {}
            _ => _ = self.rows.insert(row.id, row),
        }
    }

    /// Of the same fact the newest reading stays, and of one reading the earliest telling; of reactions the newest word.
    fn fact(&mut self, raw: &ReadRaw, of: InteractionId, key: String, at: DateTime<Utc>, value: &FactValue) {
        let kind = value.kind();
        let fact = Fact { at, value: clean(value.to_json()), mapping: raw.mapping, raw_id: raw.raw_id };
        let replaces = |known: &Fact| match kind {
            FactKind::Reaction => {
                (fact.mapping, fact.at, fact.value.to_string())
                    > (known.mapping, known.at, known.value.to_string())
            }
            _ => (fact.mapping, Reverse(fact.at)) > (known.mapping, Reverse(known.at)),
        };
        let key = (of, kind, key);
        match self.facts.get(&key) {
            Some(known) if !replaces(known) => {}
            _ => _ = self.facts.insert(key, fact),
        }
    }
}

/// Keeps the entry with the greatest rank.
fn newest<K: Ord, V, R: Ord>(map: &mut BTreeMap<K, V>, key: K, value: V, rank: impl Fn(&V) -> R) {
    match map.get(&key) {
        Some(known) if rank(known) >= rank(&value) => {}
        _ => _ = map.insert(key, value),
    }
}
