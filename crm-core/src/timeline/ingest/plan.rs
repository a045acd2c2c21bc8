//! From canonical events to rows: pure, no look at the database.

mod json;
mod parts;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Address, Content, ConversationState, ConversationUpdate, Direction, Edit, Event, EventKind,
    IdentityUpdate, LinkReason, Message, Origin, OutboundMessage, Party, TemplateNews,
};

use super::parties::preferred;
use super::{ReadRaw, without_nul};
use crate::bridge::arrive::Bridged;
use crate::consent::stop_words::StopWords;
use crate::consent::{ConsentKind, ConsentSource, ConsentWord, sentence};
use crate::delivery::lane::Proof;
use crate::timeline::payload::{
    DeletionFact, DeliveryFact, EditFact, FactKind, FactValue, InteractionPayload, ItemFact, MovedPayload,
    ReactionFact,
};
use crate::{AccountId, ConversationId, InteractionId, MediaId};

pub(super) use json::{clean, to_json};
use json::{delivery_word, quote_payload, richer_than_text};
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
            EventKind::Delivery(update) => {
                let state = delivery_word(update.state);
                // Two failures with different reasons are two facts; so are the members of a group.
                let key = match &update.reason {
                    Some(reason) => format!("{state}:{}", reason.code),
                    None => state.to_owned(),
                };
                let value = FactValue::Delivery(DeliveryFact {
                    state: update.state,
                    reason: update.reason.clone(),
                    reference: update.reference.clone(),
                });
                self.fact(raw, target(&update.message), key, at, &value);
                let reference = update.reference.as_deref().and_then(OutboundMessage::read_reference);
                if let Some((delivery, part)) = reference {
                    self.proofs.push(Proof {
                        account: raw.account_id,
                        delivery,
                        part,
                        external_id: update.message.clone(),
                    });
                }
            }
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

    fn message(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, message: &Message) {
        let party = self.party(&message.party, at, LinkReason::SameMessage);
        let row_id = InteractionId::of_message(raw.account_id, id);
        let quote = message.quote.as_ref().map(|quote| quote_payload(raw.account_id, quote));
        let conversation = self.conversation(raw, message.conversation.as_str(), party, at, Some(message));
        if message.direction == Direction::Inbound {
            self.stop_word(raw, id, at, party, conversation, &message.content);
        }
        if let Some(state) = message.delivery {
            let value = FactValue::Delivery(DeliveryFact { state, reason: None, reference: None });
            self.fact(raw, row_id, delivery_word(state).to_owned(), at, &value);
        }
        let shown_in = match &message.album {
            None => row_id,
            Some(album) => {
                let album = InteractionId::of_message(raw.account_id, album.as_str());
                let item = ItemFact {
                    content: message.content.clone(),
                    external_id: id.to_owned(),
                    quote: quote.clone(),
                };
                self.fact(raw, album, row_id.to_string(), at, &FactValue::Item(Box::new(item)));
                self.aliases.insert(row_id, album);
                album
            }
        };
        if (message.direction, message.origin) == (Direction::Outbound, Origin::Live) {
            self.echoes.insert(row_id, shown_in);
        }
        self.media_of(raw, shown_in, &message.content);
        let single = message.album.is_none();
        let payload = InteractionPayload {
            content: single.then(|| richer_than_text(&message.content)).flatten(),
            quote: quote.filter(|_| single),
            forward: message.forward.clone(),
            referral: message.referral.clone(),
            ..InteractionPayload::default()
        };
        self.row(Row {
            id: shown_in,
            party: Some(party),
            account_id: raw.account_id,
            conversation: Some(conversation),
            kind: "message",
            direction: Some(message.direction),
            origin: message.origin,
            occurred_at: at,
            received_at: raw.received_at,
            author_name: message.author_name.as_deref().map(without_nul),
            body: message.content.text().filter(|_| single).map(without_nul),
            content: (!payload.is_empty()).then(|| to_json(&payload)),
            fullness: match (message.placeholder, message.origin) {
                (true, _) => 1,
                (false, Origin::History) => 2,
                (false, _) => 3,
            },
            mapping: raw.mapping,
            external_id: message.album.as_ref().map_or(id, |album| album.as_str()).to_owned(),
            raw_id: raw.raw_id,
        });
    }

    /// An edit is a fact about its message; the row it leaves is replaced by the message, should that still come.
    fn edit(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, edit: &Edit) {
        let message = InteractionId::of_message(raw.account_id, edit.message.as_str());
        let value =
            FactValue::Edit(EditFact { content: edit.content.clone(), direction: Some(edit.direction) });
        self.fact(raw, message, id.to_owned(), at, &value);
        let party = self.party(&edit.party, at, LinkReason::SameMessage);
        let conversation = self.conversation(raw, edit.conversation.as_str(), party, at, None);
        if let (Direction::Inbound, Some(content)) = (edit.direction, &edit.content) {
            self.stop_word(raw, id, at, party, conversation, content);
        }
        let (shown_in, external_id) = match &edit.album {
            None => (message, &edit.message),
            Some(album) => {
                let shown_in = InteractionId::of_message(raw.account_id, album.as_str());
                self.aliases.insert(message, shown_in);
                if let Some(content) = &edit.content {
                    // The item itself is older than its edit and takes this place when it comes.
                    let item = ItemFact {
                        content: content.clone(),
                        external_id: edit.message.to_string(),
                        quote: None,
                    };
                    self.fact(raw, shown_in, message.to_string(), at, &FactValue::Item(Box::new(item)));
                }
                (shown_in, album)
            }
        };
        if edit.direction == Direction::Outbound {
            self.echoes.insert(message, shown_in);
        }
        if let Some(content) = &edit.content {
            self.media_of(raw, shown_in, content);
        }
        self.row(Row {
            id: shown_in,
            party: Some(party),
            account_id: raw.account_id,
            conversation: Some(conversation),
            kind: "message",
            direction: Some(edit.direction),
            origin: Origin::Live,
            occurred_at: at,
            received_at: raw.received_at,
            author_name: None,
            body: None,
            content: None,
            fullness: 0,
            mapping: raw.mapping,
            external_id: external_id.to_string(),
            raw_id: raw.raw_id,
        });
    }

    /// A message that is a STOP word and nothing else.
    fn stop_word(
        &mut self,
        raw: &ReadRaw,
        id: &str,
        at: DateTime<Utc>,
        party: PartyIndex,
        conversation: ConversationId,
        content: &Content,
    ) {
        let (Content::Text { text } | Content::Choice { title: text, .. }) = content else { return };
        if self.stop_words.hold(text, at) {
            let quote = Some(without_nul(text.trim()));
            let consent = PlannedConsent {
                party,
                account_id: raw.account_id,
                word: ConsentWord::Withdrawn,
                source: ConsentSource::StopWord,
                quote,
                at,
            };
            self.consent(raw, id, conversation, consent);
        }
    }

    /// A switch for advertising that the person pressed at the provider.
    fn preference(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, update: &ConversationUpdate) {
        let word = match update.state {
            ConversationState::MarketingStopped => ConsentWord::Withdrawn,
            ConversationState::MarketingResumed => ConsentWord::Resumed,
            _ => return,
        };
        let Some(party) = &update.party else { return };
        let party = self.party(party, at, LinkReason::SameMessage);
        let conversation = ConversationId::derived(raw.account_id, update.conversation.as_str());
        let quote = update.detail.as_ref().and_then(|detail| detail.get("detail")?.as_str());
        let consent = PlannedConsent {
            party,
            account_id: raw.account_id,
            word,
            source: ConsentSource::Provider,
            quote: quote.map(without_nul),
            at,
        };
        self.consent(raw, id, conversation, consent);
    }

    fn consent(&mut self, raw: &ReadRaw, id: &str, conversation: ConversationId, consent: PlannedConsent) {
        let row = InteractionId::derived(raw.account_id, "consent", id);
        let quote = consent.quote.as_deref();
        self.row(Row {
            id: row,
            party: Some(consent.party),
            account_id: raw.account_id,
            conversation: Some(conversation),
            kind: "system",
            direction: None,
            origin: Origin::Live,
            // Right behind the message that says it.
            occurred_at: consent.at + TimeDelta::microseconds(1),
            received_at: raw.received_at,
            author_name: None,
            body: Some(sentence(ConsentKind::Advertising, consent.word, consent.source, quote)),
            content: None,
            fullness: 3,
            mapping: raw.mapping,
            external_id: id.to_owned(),
            raw_id: raw.raw_id,
        });
        newest(&mut self.consents, row, consent, |consent| Reverse(consent.at));
    }

    fn identity(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, update: &IdentityUpdate) {
        match update {
            IdentityUpdate::SamePerson { party, reason } => _ = self.party(party, at, *reason),
            IdentityUpdate::Moved { conversation, from, to } => {
                let addresses = from.iter().chain(to).cloned().collect();
                let both = Party { addresses, ..Party::default() };
                let party = self.party(&both, at, LinkReason::Moved);
                let conversation = self.conversation(raw, conversation.as_str(), party, at, None);
                let moved = MovedPayload { from: from.clone(), to: to.clone() };
                let payload = InteractionPayload { moved: Some(moved), ..InteractionPayload::default() };
                self.row(Row {
                    id: InteractionId::derived(raw.account_id, "system", id),
                    party: Some(party),
                    account_id: raw.account_id,
                    conversation: Some(conversation),
                    kind: "system",
                    direction: None,
                    origin: Origin::Live,
                    occurred_at: at,
                    received_at: raw.received_at,
                    author_name: None,
                    body: None,
                    content: Some(to_json(&payload)),
                    fullness: 3,
                    mapping: raw.mapping,
                    external_id: id.to_owned(),
                    raw_id: raw.raw_id,
                });
            }
            IdentityUpdate::AddressBook { party, removed } => {
                for address in &party.addresses {
                    let name = party.name.as_deref().filter(|_| !removed).map(without_nul);
                    newest(
                        &mut self.phone_book,
                        (address.key(), raw.account_id),
                        PhoneBookEntry { name, at },
                        |entry| (entry.at, entry.name.clone()),
                    );
                }
            }
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
        known.last_inbound_at = known.last_inbound_at.max(inbound);
        known.last_outbound_at = known.last_outbound_at.max(outbound);
        known.heard_at = known.heard_at.max(inbound.map(|_| raw.received_at));
        known.person = known.person.take().max(person);
        id
    }

    fn media_of(&mut self, raw: &ReadRaw, interaction: InteractionId, content: &Content) {
        if let Content::Media { media, .. } = content {
            let id = MediaId::derived(raw.account_id, media.id.as_str());
            self.media_uses.insert((id, interaction));
            self.media.entry(id).or_insert_with(|| Media {
                account_id: raw.account_id,
                media: media.clone(),
                interaction,
                wanted_at: raw.received_at,
            });
        }
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
