//! The JSON of the timeline: what lies in `interactions.content` and in `message_facts.value`.

use connector_api::{Address, Author, Content, DeliveryState, Direction, Forward, Reason, Referral};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::CallView;
use crate::InteractionId;

/// `interactions.content`: what is more than plain words. A row of plain text has none; its words are in `body`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InteractionPayload {
    /// What was said, where it is not plain text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content: Option<Content>,
    /// The message answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quote: Option<QuotePayload>,
    /// Set on forwarded messages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forward: Option<Forward>,
    /// The ad or product that the person came from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub referral: Option<Referral>,
    /// State of an outbound message as history told it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delivery: Option<DeliveryState>,
    /// The provider itself said that the row came late.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub late: Option<bool>,
    /// A call, as it was computed from its facts. Boxed for its size.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub call: Option<Box<CallView>>,
    /// The person moved to new addresses; the row is a note of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moved: Option<MovedPayload>,
}

/// A person moved to new addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedPayload {
    /// Old ones.
    pub from: Vec<Address>,
    /// New ones.
    pub to: Vec<Address>,
}

impl InteractionPayload {
    /// Nothing more than words: the column stays null.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The message answered, by our id, so that a press on the quote finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuotePayload {
    /// Our id of the message; it may be one that never came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interaction_id: Option<InteractionId>,
    /// The quoted words, where the provider sends them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// `message_facts.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum FactKind {
    /// How far a message of ours got.
    Delivery,
    /// A new version of a message.
    Edit,
    /// Deleted at the provider.
    Deletion,
    /// A reaction was set or removed.
    Reaction,
    /// A message shown inside this one: an item of an album.
    Item,
    /// A message of the provider that is a part of this row: what is said about it is said about the row.
    Part,
}

/// `message_facts.value` together with `kind`.
#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    /// See [`DeliveryFact`].
    Delivery(DeliveryFact),
    /// See [`EditFact`].
    Edit(EditFact),
    /// See [`DeletionFact`].
    Deletion(DeletionFact),
    /// See [`ReactionFact`].
    Reaction(ReactionFact),
    /// See [`ItemFact`]. Boxed for its size.
    Item(Box<ItemFact>),
    /// See [`PartFact`].
    Part(PartFact),
}

/// How far a message of ours got. The key is the word of the state, perhaps with `:participant`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFact {
    /// The state reached.
    pub state: DeliveryState,
    /// Why it failed.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Our own text that the provider gives back.
    #[serde(default)]
    pub reference: Option<String>,
}

/// A new version of a message. The key is the id of the version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditFact {
    /// The new content; `None` when the provider says only that there is one.
    #[serde(default)]
    pub content: Option<Content>,
    /// Who wrote the message.
    #[serde(default)]
    pub direction: Option<Direction>,
}

/// Deleted at the provider. The key is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionFact {
    /// Who deleted it; `None` when the provider does not tell.
    #[serde(default)]
    pub by: Option<Author>,
}

/// A reaction of one author. The key is `client` or `company`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionFact {
    /// `None` removes.
    #[serde(default)]
    pub emoji: Option<String>,
}

/// An item of an album. The key is the id of the item's own message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemFact {
    /// What the item holds.
    pub content: Content,
    /// The provider's id of the item's message.
    pub external_id: String,
    /// The message that the item answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quote: Option<QuotePayload>,
}

/// A part of a message that was sent from here. The key is the id that the provider's message has as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFact {
    /// The provider's id of the part.
    pub external_id: String,
}

impl FactKind {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Edit => "edit",
            Self::Deletion => "deletion",
            Self::Reaction => "reaction",
            Self::Item => "item",
            Self::Part => "part",
        }
    }

    /// The kind of this word; `None` for a word of a newer version.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Delivery, Self::Edit, Self::Deletion, Self::Reaction, Self::Item, Self::Part]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl FactValue {
    /// For the column `kind`.
    pub fn kind(&self) -> FactKind {
        match self {
            Self::Delivery(_) => FactKind::Delivery,
            Self::Edit(_) => FactKind::Edit,
            Self::Deletion(_) => FactKind::Deletion,
            Self::Reaction(_) => FactKind::Reaction,
            Self::Item(_) => FactKind::Item,
            Self::Part(_) => FactKind::Part,
        }
    }

    /// For the column `value`.
    pub fn to_json(&self) -> Value {
        let value = match self {
            Self::Delivery(fact) => serde_json::to_value(fact),
            Self::Edit(fact) => serde_json::to_value(fact),
            Self::Deletion(fact) => serde_json::to_value(fact),
            Self::Reaction(fact) => serde_json::to_value(fact),
            Self::Item(fact) => serde_json::to_value(fact),
            Self::Part(fact) => serde_json::to_value(fact),
        };
        value.expect("facts have text keys only")
    }

    /// From the columns `kind` and `value`.
    pub fn from_json(kind: FactKind, value: Value) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            FactKind::Delivery => Self::Delivery(serde_json::from_value(value)?),
            FactKind::Edit => Self::Edit(serde_json::from_value(value)?),
            FactKind::Deletion => Self::Deletion(serde_json::from_value(value)?),
            FactKind::Reaction => Self::Reaction(serde_json::from_value(value)?),
            FactKind::Item => Self::Item(serde_json::from_value(value)?),
            FactKind::Part => Self::Part(serde_json::from_value(value)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_shapes_are_those_of_the_tables() {
        for (kind, value) in [
            (
                FactKind::Delivery,
                json!({"state": "failed", "reason": {"code": "131026", "text": "нет WhatsApp"}, "reference": null}),
            ),
            (FactKind::Edit, json!({"content": {"type": "text", "text": "да"}, "direction": "inbound"})),
            (FactKind::Edit, json!({"content": null, "direction": "outbound"})),
            (FactKind::Deletion, json!({"by": "client"})),
            (FactKind::Deletion, json!({"by": null})),
            (FactKind::Reaction, json!({"emoji": "👍"})),
            (FactKind::Reaction, json!({"emoji": null})),
            (
                FactKind::Item,
                json!({"content": {"type": "media", "media": {"id": "7", "kind": "image"}}, "external_id": "m7"}),
            ),
            (FactKind::Part, json!({"external_id": "wamid.7"})),
        ] {
            let fact = FactValue::from_json(kind, value.clone()).expect("the shape is known");
            assert_eq!((fact.kind(), fact.to_json()), (kind, value));
        }
    }

    #[test]
    fn a_plain_text_has_no_payload() {
        assert!(InteractionPayload::default().is_empty());
        assert_eq!(serde_json::to_value(InteractionPayload::default()).ok(), Some(json!({})));
    }
}
