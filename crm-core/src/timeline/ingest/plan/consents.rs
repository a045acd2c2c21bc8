//! What people say about advertising.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Content, ConversationState, ConversationUpdate, LinkReason, Origin};

use super::{PartyIndex, Plan, PlannedConsent, Row, newest};
use crate::consent::{ConsentKind, ConsentSource, ConsentWord, sentence};
use crate::timeline::ingest::{ReadRaw, without_nul};
use crate::{ConversationId, InteractionId};

impl Plan {
    /// A message that is a STOP word and nothing else.
    pub(super) fn stop_word(
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
    pub(super) fn preference(
        &mut self,
        raw: &ReadRaw,
        id: &str,
        at: DateTime<Utc>,
        update: &ConversationUpdate,
    ) {
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
}
