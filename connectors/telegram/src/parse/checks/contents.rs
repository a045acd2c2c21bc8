//! What a message holds.

use connector_api::{Content, MediaKind};

use super::{fixture, id, message, messages, text};

#[test]
fn the_items_of_an_album_are_three_messages_of_one_album() {
    let items = messages(fixture!("album"));
    let ids: Vec<&str> = items.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["6100000001/21", "6100000001/22", "6100000001/23"]);
    let album = Some(id("6100000001/album/13900000000000001"));
    assert!(items.iter().all(|(_, item)| item.album == album), "{items:#?}");
    let captions: Vec<Option<&str>> = items.iter().map(|(_, item)| item.content.text()).collect();
    assert_eq!(captions, [None, Some("Накладная, три листа"), None]);
}

#[test]
fn an_unknown_entity_and_an_unknown_medium_lose_no_text() {
    let contents: Vec<Content> = messages(fixture!("unknown_entity_and_medium"))
        .into_iter()
        .map(|(_, message)| message.content)
        .collect();
    let unsupported = |kind: &str, text: Option<&str>| Content::Unsupported {
        kind: kind.into(),
        text: text.map(str::to_owned),
    };
    assert_eq!(
        contents,
        [
            unsupported("hologram", Some("Смотрите, что пришло")),
            unsupported("hologram", Some("Завтра в 10")),
            // Nothing but flags beside the text: it is an ordinary text.
            text("Завтра в 10"),
            unsupported("hologram", None),
            unsupported("empty", None),
        ]
    );
}

fn file(fixture: &[u8]) -> (String, MediaKind) {
    match message(fixture).1.content {
        Content::Media { media, .. } => (media.id.to_string(), media.kind),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_animation_is_one_attachment_though_it_is_a_document_too() {
    assert_eq!(file(fixture!("animation_with_document")), ("CgAC-anim".into(), MediaKind::Video));
}

#[test]
fn of_the_sizes_of_a_photo_the_largest_is_taken() {
    assert_eq!(file(fixture!("photo_sizes")), ("AgAC-x".into(), MediaKind::Image));
}

#[test]
fn a_live_photo_is_taken_before_its_still_picture() {
    assert_eq!(file(fixture!("live_photo_with_photo")), ("LiVe-1".into(), MediaKind::Video));
}

#[test]
fn a_venue_is_taken_before_its_bare_place() {
    let content = message(fixture!("venue_with_location")).1.content;
    let Content::Location { latitude, longitude, name, address } = content else { panic!("{content:?}") };
    assert_eq!((latitude.to_string(), longitude.to_string()), ("55.755831".into(), "37.617673".into()));
    assert_eq!(name.as_deref(), Some("Склад № 2"));
    assert_eq!(address.as_deref(), Some("Москва, Примерная ул., 1"));
}

/// 18, the reading side.
#[test]
fn a_text_is_exact_but_for_nul() {
    assert_eq!(message(fixture!("text_kept_exactly")).1.content, text(" a < b && c > d \n</b>\u{fffd} "));
}
