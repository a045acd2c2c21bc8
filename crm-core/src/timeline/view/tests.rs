//! The fold, as a table, and its indifference to order.

use chrono::TimeDelta;
use connector_api::{Author, Content, DeliveryState, Direction, MediaKind, MediaRef, Reason, Remedy};
use proptest::prelude::*;

use super::{super::*, *};
use crate::{AccountId, fixture::minute};

fn row() -> StoredRow {
    StoredRow {
        id: InteractionId(Uuid::from_u128(1)),
        kind: EntryKind::Message,
        direction: Some(Direction::Outbound),
        origin: "live".into(),
        occurred_at: minute(0),
        received_at: minute(0),
        contact: None,
        several_clients: false,
        client_id: None,
        pinned_client_id: None,
        account: Some(EntryAccount {
            id: AccountId(Uuid::from_u128(9)),
            name: "Продажи".into(),
            channel: "whatsapp".into(),
        }),
        conversation_id: None,
        author: None,
        body: Some("первая".into()),
        payload: InteractionPayload::default(),
        fullness: 3,
    }
}

fn fact(message: u128, key: &str, at: i64, value: FactValue) -> StoredFact {
    StoredFact {
        interaction_id: InteractionId(Uuid::from_u128(message)),
        key: key.into(),
        at: minute(at),
        value,
    }
}

fn delivery(state: DeliveryState) -> FactValue {
    let reason = (state == DeliveryState::Failed).then(|| Reason {
        code: "131026".into(),
        text: "Нет WhatsApp".into(),
        remedy: Some(Remedy::AnotherChannel),
    });
    FactValue::Delivery(DeliveryFact { state, reason, reference: None })
}

fn edit(text: Option<&str>) -> FactValue {
    let content = text.map(|text| Content::Text { text: text.into() });
    FactValue::Edit(EditFact { content, direction: Some(Direction::Inbound) })
}

fn reaction(emoji: Option<&str>) -> FactValue {
    FactValue::Reaction(ReactionFact { emoji: emoji.map(str::to_owned) })
}

fn item(id: &str) -> FactValue {
    let content = Content::Media { media: MediaRef::new(id, MediaKind::Image), caption: None };
    FactValue::Item(Box::new(ItemFact { content, external_id: id.into(), quote: None }))
}

#[test]
fn states_only_climb() {
    use DeliveryState::{Delivered, Failed, Played, Queued, Read, Sent};
    for (told, shown) in [
        (vec![], None),
        (vec![Queued], Some(Queued)),
        (vec![Sent, Queued], Some(Sent)),
        (vec![Sent, Failed], Some(Failed)),
        (vec![Failed, Delivered], Some(Delivered)),
        (vec![Read, Delivered, Failed], Some(Read)),
        (vec![Played, Read, Sent], Some(Played)),
    ] {
        let facts: Vec<_> =
            told.iter().map(|state| fact(1, &format!("{state:?}"), 1, delivery(*state))).collect();
        let entry = view(&row(), &facts, &MediaStates::new());
        assert_eq!(entry.state, shown, "{told:?}");
        let remedy = (shown == Some(Failed)).then_some(Some(Remedy::AnotherChannel));
        assert_eq!(entry.failure.map(|failure| failure.remedy), remedy, "{told:?}");
    }
}

#[test]
fn history_may_tell_a_state() {
    let mut row = row();
    row.payload.delivery = Some(DeliveryState::Read);
    let entry = view(&row, &[fact(1, "sent", 1, delivery(DeliveryState::Sent))], &MediaStates::new());
    assert_eq!(entry.state, Some(DeliveryState::Read));
}

#[test]
fn every_version_of_an_edited_message_is_kept() {
    let facts = [
        fact(1, "v3", 3, edit(None)),
        fact(1, "v2", 2, edit(Some("третья"))),
        fact(1, "v1", 2, edit(Some("вторая"))),
    ];
    let entry = view(&row(), &facts, &MediaStates::new());
    let texts: Vec<Option<&str>> = entry.versions.iter().map(|version| version.text.as_deref()).collect();
    assert_eq!(texts, [Some("первая"), Some("вторая"), Some("третья"), None]);
    assert_eq!(entry.text.as_deref(), Some("третья"));
}

#[test]
fn a_message_known_only_by_its_edit_has_no_first_version() {
    let mut row = row();
    row.fullness = 0;
    row.body = Some("вторая".into());
    let entry = view(&row, &[fact(1, "v1", 1, edit(Some("вторая")))], &MediaStates::new());
    assert_eq!(entry.versions.len(), 1);
}

#[test]
fn a_deleted_message_keeps_its_words() {
    let deleted = FactValue::Deletion(DeletionFact { by: Some(Author::Client) });
    let entry = view(&row(), &[fact(1, "", 5, deleted)], &MediaStates::new());
    assert_eq!(entry.text.as_deref(), Some("первая"));
    assert_eq!(entry.deleted, Some(Deleted { at: minute(5), by: Some(Author::Client) }));
}

#[test]
fn the_newest_reaction_of_each_side_is_shown() {
    let facts = [
        fact(1, "client", 2, reaction(Some("❤️"))),
        fact(1, "client", 1, reaction(Some("👍"))),
        fact(1, "company", 4, reaction(None)),
        fact(1, "company", 3, reaction(Some("🙏"))),
    ];
    let entry = view(&row(), &facts, &MediaStates::new());
    let shown: Vec<_> = entry.reactions.iter().map(|r| (r.author.as_str(), r.emoji.as_str())).collect();
    assert_eq!(shown, [("client", "❤️")]);
}

#[test]
fn an_album_is_one_row_with_its_items() {
    let (first, second) = (Uuid::from_u128(21).to_string(), Uuid::from_u128(22).to_string());
    let facts = [
        fact(1, &second, 1, item("a")),
        fact(1, &first, 2, item("b")),
        fact(21, "client", 3, reaction(Some("👍"))),
        fact(22, "sent", 3, delivery(DeliveryState::Sent)),
    ];
    let entry = view(&row(), &facts, &MediaStates::new());
    // In the order of their times, whatever their ids.
    assert_eq!(entry.items.iter().map(|item| item.id.0.as_u128()).collect::<Vec<_>>(), [22, 21]);
    assert_eq!((entry.items[1].reactions.len(), entry.items[0].state), (1, Some(DeliveryState::Sent)));
    assert_eq!((entry.state, entry.reactions.len()), (Some(DeliveryState::Sent), 0));
}

#[test]
fn a_provider_address_of_a_file_is_not_shown() {
    let mut row = row();
    let mut media = MediaRef::new("f", MediaKind::Voice);
    media.url = Some("https://example.org/secret".into());
    let call = serde_json::json!({
        "outcome": "answered", "control": "secret", "segments": [], "recordings": [media]
    });
    row.payload.call = Some(serde_json::from_value(call).expect("a call"));
    row.payload.content = Some(Content::Media { media, caption: None });
    let entry = serde_json::to_string(&view(&row, &[], &MediaStates::new())).expect("entries are JSON");
    assert!(!entry.contains("secret"), "{entry}");
}

#[test]
fn what_came_late_says_so() {
    let mut row = row();
    row.received_at = row.occurred_at + TimeDelta::minutes(2);
    assert!(!view(&row, &[], &MediaStates::new()).late);
    row.received_at += TimeDelta::seconds(1);
    assert!(view(&row, &[], &MediaStates::new()).late);
    row.origin = "history".into();
    assert!(!view(&row, &[], &MediaStates::new()).late);
}

fn any_fact() -> impl Strategy<Value = StoredFact> {
    let states = [
        DeliveryState::Queued,
        DeliveryState::Sent,
        DeliveryState::Failed,
        DeliveryState::Delivered,
        DeliveryState::Read,
    ];
    let value = prop_oneof![
        (0..states.len()).prop_map(move |at| (format!("d{at}"), delivery(states[at]))),
        (0..4_u8, prop::option::of("[а-в]"))
            .prop_map(|(key, text)| (format!("v{key}"), edit(text.as_deref()))),
        prop::option::of("[x-z]").prop_map(|emoji| ("client".to_owned(), reaction(emoji.as_deref()))),
        (20..23_u128).prop_map(|id| (Uuid::from_u128(id).to_string(), item("f"))),
        Just((String::new(), FactValue::Deletion(DeletionFact { by: None }))),
    ];
    (prop_oneof![Just(1_u128), 20..23_u128], 0..5_i64, value)
        .prop_map(|(message, at, (key, value))| fact(message, &key, at, value))
}

proptest! {
    #[test]
    fn the_order_of_facts_is_no_matter(facts in prop::collection::vec(any_fact(), 0..12), seed in any::<u64>()) {
        // The table has one fact per message, kind and key.
        let mut unique = std::collections::BTreeMap::new();
        for fact in facts {
            unique.insert((fact.interaction_id, fact.value.kind(), fact.key.clone()), fact);
        }
        let facts: Vec<StoredFact> = unique.into_values().collect();
        let mut shuffled = facts.clone();
        shuffled.sort_by_cached_key(|fact| {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut hash = DefaultHasher::new();
            (seed, fact.interaction_id, fact.value.kind(), &fact.key).hash(&mut hash);
            hash.finish()
        });
        let none = MediaStates::new();
        prop_assert_eq!(view(&row(), &facts, &none), view(&row(), &shuffled, &none));
    }
}
