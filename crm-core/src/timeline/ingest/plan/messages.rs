//! What is said in conversations, changed later, and told of its delivery.

use chrono::{DateTime, Utc};
use connector_api::{
    Content, DeliveryState, DeliveryUpdate, Direction, Edit, LinkReason, Message, Origin, OutboundMessage,
};

use super::json::{delivery_word, quote_payload, richer_than_text, to_json};
use super::{Media, Plan, Row};
use crate::delivery::lane::Proof;
use crate::timeline::ingest::{ReadRaw, without_nul};
use crate::timeline::payload::{DeliveryFact, EditFact, FactValue, InteractionPayload, ItemFact};
use crate::{DeliveryId, InteractionId, MediaId};

impl Plan {
    pub(super) fn message(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, message: &Message) {
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
    pub(super) fn edit(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, edit: &Edit) {
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

    /// How far a message of ours got, by its provider.
    pub(super) fn delivery(&mut self, raw: &ReadRaw, at: DateTime<Utc>, update: &DeliveryUpdate) {
        let message = InteractionId::of_message(raw.account_id, update.message.as_str());
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
        self.fact(raw, message, key, at, &value);
        let reference = update.reference.as_deref().and_then(OutboundMessage::read_reference);
        if update.state == DeliveryState::Failed {
            let delivery = reference.map(|(delivery, _)| DeliveryId(delivery));
            self.failures.insert(message, (raw.account_id, delivery));
        }
        if let Some((delivery, part)) = reference {
            self.proofs.push(Proof {
                account: raw.account_id,
                delivery,
                part,
                external_id: update.message.clone(),
            });
        }
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
}
