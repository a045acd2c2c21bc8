//! What each shape of the provider becomes, as a reviewed snapshot.

use insta::assert_json_snapshot;

use super::checks::{all, fixture};

macro_rules! shapes {
    ($($test:ident: $fixture:literal,)*) => {
        $(
            #[test]
            fn $test() {
                assert_json_snapshot!($fixture, all(fixture!($fixture)));
            }
        )*
    };
}

shapes! {
    a_start_by_an_invitation_link: "start_with_invitation",
    an_album: "album",
    a_card_of_ones_own: "contact_own",
    cards_that_prove_nothing: "contacts_not_trusted",
    media_of_every_kind: "media_of_all_kinds",
    a_photo: "photo_sizes",
    an_animation: "animation_with_document",
    a_live_photo: "live_photo_with_photo",
    a_venue: "venue_with_location",
    a_place: "location",
    kinds_that_we_cannot_show: "kinds_without_a_form_of_ours",
    quotes: "quotes",
    forwards: "forwards",
    a_client_writes_to_a_manager: "business_by_client",
    a_manager_writes_by_hand: "business_by_manager",
    our_own_echo: "business_by_our_bot",
    another_bot_of_the_manager: "business_by_another_bot",
    greetings: "business_automatic",
    a_connection: "connection_cut_and_back",
    deletions: "deleted_three",
    a_block: "blocked_then_unblocked",
    edits_of_captions: "edit_of_caption",
    edits_on_both_sides: "edit_by_both_sides",
    reactions: "reactions",
    presses_on_buttons: "buttons",
    a_move_of_a_group: "group_moved",
    parts_that_lack_something: "broken_parts",
    service_messages: "service_messages",
}
