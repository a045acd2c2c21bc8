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
    a_text: "text",
    a_file_with_words: "file_with_text",
    several_files_in_one_message: "several_pictures",
    media_of_every_kind: "media_of_all_kinds",
    a_card_of_ones_own: "contact_own",
    links_and_places: "share_and_location",
    replies: "replies",
    forwards: "forwards",
    what_nobody_planned_for: "strange_shapes",
    edits: "edited",
    a_removal: "removed",
    presses_on_buttons: "buttons",
    starts_by_a_link_and_without: "starts",
    a_dialog_that_ended: "stopped",
    parts_that_lack_something: "broken_parts",
}
