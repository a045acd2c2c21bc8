//! Long texts in several messages.

/// The longest text of one message, in UTF-16 units: the provider says «characters» and not how it counts those beyond
/// the basic plane, and this way of counting is never the shorter one.
pub(crate) const LONGEST: usize = 4000;

/// Pieces of at most `longest` units, cut behind a line, else behind a word, else anywhere between characters. Joined
/// they are the text, but for the blanks at the cuts.
pub(crate) fn pieces(text: &str, longest: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while units(rest) > longest {
        let room = within(rest, longest);
        let cut = ['\n', ' '].into_iter().find_map(|mark| cut_at(room, mark)).unwrap_or(room.len());
        let (piece, others) = rest.split_at(cut);
        pieces.push(piece.trim_end());
        rest = others.trim_start_matches([' ', '\n', '\r']);
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// How long a text is for the provider.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A mark in the last half: a cut near the beginning would make many short messages.
fn cut_at(room: &str, mark: char) -> Option<usize> {
    let at = room.rfind(mark)?;
    (at > room.len() / 2 && !room[..at].trim().is_empty()).then_some(at)
}

fn within(text: &str, longest: usize) -> &str {
    let mut left = longest;
    for (at, c) in text.char_indices() {
        if c.len_utf16() > left {
            return &text[..at];
        }
        left -= c.len_utf16();
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn four_thousand_and_one_characters_are_two_messages() {
        assert_eq!(pieces(&"я".repeat(4000), LONGEST).len(), 1);
        let text = "я".repeat(4001);
        let two = pieces(&text, LONGEST);
        assert_eq!(two.iter().map(|piece| units(piece)).collect::<Vec<_>>(), [4000, 1]);
    }

    #[test]
    fn a_text_is_cut_behind_a_line_or_a_word() {
        assert_eq!(pieces("один два три", 9), ["один два", "три"]);
        assert_eq!(pieces("строка раз\nстрока два", 16), ["строка раз", "строка два"]);
        assert_eq!(pieces("", 9), [""]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_piece_is_too_long(text in "[а-яa-z😀 \n]{0,120}", longest in 2_usize..30) {
            let cut = pieces(&text, longest);
            prop_assert!(cut.iter().all(|piece| units(piece) <= longest));
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(plain(&cut.concat()), plain(&text));
        }
    }
}
