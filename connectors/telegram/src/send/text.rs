//! Long texts, cut before the provider refuses them.

/// The longest text of one message, in UTF-16 code units.
pub(crate) const TEXT_LIMIT: usize = 4096;
/// The longest text beside a file, in UTF-16 code units.
pub(crate) const CAPTION_LIMIT: usize = 1024;

/// How the provider may count: in code points or in UTF-16 units. The latter are never fewer.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Cuts a text into pieces of at most `first` and then `further` UTF-16 units: behind a line if one ends in the second
/// half of the piece, otherwise behind a word, otherwise anywhere between two characters. Joined, the pieces give the
/// text back; pieces of nothing but space are left out, because the provider refuses them.
pub(super) fn split(text: &str, first: usize, further: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut limit = first;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(cut(rest, limit));
        if !piece.trim().is_empty() {
            pieces.push(piece);
            limit = further;
        }
        rest = behind;
    }
    pieces
}

/// Where to cut, in bytes; the whole length where everything fits.
fn cut(text: &str, limit: usize) -> usize {
    let mut units = 0;
    let mut half = 0;
    let (mut line, mut word) = (None, None);
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > limit {
            let late = |end: &usize| *end > half;
            return line.filter(late).or(word.filter(late)).unwrap_or(at);
        }
        let end = at + character.len_utf8();
        if units <= limit / 2 {
            half = end;
        }
        if character == '\n' {
            line = Some(end);
        }
        if character.is_whitespace() {
            word = Some(end);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lengths(text: &str) -> Vec<usize> {
        split(text, TEXT_LIMIT, TEXT_LIMIT).into_iter().map(length).collect()
    }

    #[test]
    fn one_character_too_many_makes_a_second_piece() {
        assert_eq!(lengths(&"я".repeat(4096)), [4096]);
        assert_eq!(lengths(&"я".repeat(4097)), [4096, 1]);
    }

    #[test]
    fn emoji_beyond_the_basic_plane_count_twice_and_are_never_cut_in_two() {
        assert_eq!(lengths(&"🚚".repeat(4096)), [4096, 4096]);
        // An odd unit before them: the last pair of the first piece does not fit any more.
        assert_eq!(lengths(&format!("я{}", "🚚".repeat(2048))), [4095, 2]);
    }

    #[test]
    fn a_text_is_cut_behind_a_line_or_a_word_rather_than_inside_one() {
        let lines = format!("{}\n{}", "а".repeat(3000), "б ".repeat(1000));
        assert_eq!(lengths(&lines), [3001, 2000]);
        let words = "слово ".repeat(1000);
        assert!(split(&words, TEXT_LIMIT, TEXT_LIMIT).iter().all(|piece| piece.ends_with(' ')));
        // A line that ends early would waste the piece.
        let early = format!("Здравствуйте!\n{}", "слово ".repeat(1000));
        assert!(length(split(&early, TEXT_LIMIT, TEXT_LIMIT)[0]) > 4000);
    }

    #[test]
    fn a_text_of_nothing_but_space_makes_no_piece() {
        assert!(split(" \n\t", TEXT_LIMIT, TEXT_LIMIT).is_empty());
        let gap = format!("а{}б", "\n".repeat(9000));
        assert_eq!(split(&gap, TEXT_LIMIT, TEXT_LIMIT).len(), 2);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_lose_nothing_but_space(text in "[a-я\\n 🚚👨‍👩‍👧]{0,300}", limit in 4_usize..40) {
            let pieces = split(&text, limit, limit * 2);
            let without_space = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(without_space(&pieces.concat()), without_space(&text));
            for (index, piece) in pieces.iter().enumerate() {
                let fits = if index == 0 { limit } else { limit * 2 };
                prop_assert!(length(piece) <= fits);
                prop_assert!(!piece.trim().is_empty());
            }
        }
    }
}
