//! Long texts in pieces that the provider takes.

/// The provider does not say what it counts; UTF-16 units are never fewer than characters.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Pieces of at most `limit` units, cut at the end of a paragraph, a line or a word where there is one in the second half
/// of the piece. The blanks at a cut go; nothing else does. No piece is blank.
pub(super) fn split(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while length(rest) > limit {
        let (piece, tail) = rest.split_at(cut(rest, limit));
        pieces.push(piece.trim_end());
        rest = tail.trim_start();
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// Where the first piece ends, in bytes; at least one character, at most `limit` units.
fn cut(text: &str, limit: usize) -> usize {
    let mut units = 0;
    let longest = text
        .char_indices()
        .find(|(_, character)| {
            units += character.len_utf16();
            units > limit
        })
        .map_or(text.len(), |(index, _)| index);
    // A limit below one character must not stop everything.
    let longest = longest.max(text.chars().next().map_or(0, char::len_utf8));
    let head = &text[..longest];
    let ends = [
        head.rfind("\n\n"),
        head.rfind('\n'),
        // The head may end right before a blank: then it is a whole word.
        text[longest..].starts_with(char::is_whitespace).then_some(longest),
        head.rfind(char::is_whitespace),
    ];
    ends.into_iter().flatten().find(|end| *end > longest / 2).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_stays_as_it_is_to_the_byte() {
        for text in ["Привет 👋🏽", "  с пробелами  ", "مرحبا\u{200f} 1", &"я".repeat(10)]
        {
            assert_eq!(split(text, 20), [text]);
        }
    }

    #[test]
    fn a_long_text_is_cut_at_paragraphs_then_lines_then_words() {
        assert_eq!(split("раз два\n\nтри четыре", 12), ["раз два", "три четыре"]);
        assert_eq!(split("раз два\nтри четыре", 12), ["раз два", "три четыре"]);
        assert_eq!(split("раз два три", 7), ["раз два", "три"]);
        assert_eq!(split("раз два три", 8), ["раз два", "три"]);
    }

    #[test]
    fn a_word_longer_than_the_limit_is_cut_between_characters() {
        let text = "👋".repeat(10);
        let pieces = split(&text, 5);
        assert!(pieces.iter().all(|piece| length(piece) <= 5));
        assert_eq!(pieces.concat(), text);
    }

    #[test]
    fn the_pieces_hold_all_the_words_and_none_is_blank() {
        let text = format!("{}\n\n{}", "слово ".repeat(2000), " ".repeat(9000));
        let pieces = split(&text, 4096);
        assert!(pieces.iter().all(|piece| length(piece) <= 4096 && !piece.trim().is_empty()));
        let words = |text: &str| text.split_whitespace().count();
        assert_eq!(pieces.iter().map(|piece| words(piece)).sum::<usize>(), 2000);
        assert!(split(" \n ", 4096).is_empty());
    }
}
