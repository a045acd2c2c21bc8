//! Texts that name themselves: whatever is cut, edited or sent on can be told apart wherever it turns up.

use mocks::dice::Dice;

/// `#000123.4`: of message 123, sentence 4.
const DIGITS: usize = 6;

const WORDS: [&str; 8] =
    ["накладная", "отгрузка", "<b>счёт</b>", "a < b && c > d", "склад", "завтра 😀", "_договор_", "рейс"];

/// So many sentences of a message, in its so-many-th version.
pub(super) fn text(number: usize, version: usize, sentences: usize, dice: &mut Dice) -> String {
    let sentence = |place| {
        let (one, other) = (*dice.pick(&WORDS), *dice.pick(&WORDS));
        format!("#{number:0DIGITS$}.{place} {one} и {other}, версия {version}.")
    };
    (0..sentences).map(sentence).collect::<Vec<_>>().join(" ")
}

/// The messages and sentences that a text names, in the order in which it does.
pub(super) fn named(text: &str) -> Vec<(usize, usize)> {
    text.split('#').skip(1).filter_map(mark).collect()
}

fn mark(behind: &str) -> Option<(usize, usize)> {
    let number = behind.get(..DIGITS)?.parse().ok()?;
    let place: String =
        behind.get(DIGITS..)?.strip_prefix('.')?.chars().take_while(char::is_ascii_digit).collect();
    Some((number, place.parse().ok()?))
}

/// Without the space that pieces lose where they are cut.
pub(super) fn dense(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_its_message_and_each_of_its_sentences() {
        let said = text(17, 2, 3, &mut Dice::new(1));
        assert_eq!(named(&said), [(17, 0), (17, 1), (17, 2)]);
        assert_eq!(named("сообщение удалено #12 и #abcdef.1"), []);
    }
}
