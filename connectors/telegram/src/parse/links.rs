//! Marked-up words of a bridge message as plain text: nothing is interpreted anywhere, and an address behind a word is kept
//! beside it. <https://core.telegram.org/bots/api#messageentity>

use serde_json::Value;

use crate::wire;

/// The message with every address written out: «слово (https://…)».
pub(super) fn written_out(message: &Value) -> Value {
    let mut plain = message.clone();
    for (text, entities) in [("text", "entities"), ("caption", "caption_entities")] {
        let Some(words) = message.get(text).and_then(Value::as_str) else { continue };
        let links = message.get(entities).and_then(wire::read::<Vec<wire::Entity>>).unwrap_or_default();
        plain[text] = Value::String(with_addresses(words, links));
    }
    plain
}

fn with_addresses(text: &str, mut links: Vec<wire::Entity>) -> String {
    // From the end, so that the places before it stay right.
    links.sort_by_key(|link| std::cmp::Reverse(end_of(link)));
    let mut text = text.to_owned();
    for link in &links {
        let (Some(url), Some(end)) = (&link.url, end_of(link)) else { continue };
        let Some(at) = byte_at(&text, end) else { continue };
        let begins = link.offset.and_then(|offset| usize::try_from(offset).ok());
        let word = begins.and_then(|begin| text.get(byte_at(&text, begin)?..at));
        let says_it = word.is_some_and(|word| url.contains(word.trim()) && word.contains('.'));
        if !says_it {
            // Spaces and line ends at the end of the words stay behind the address.
            let kept = text[..at].trim_end().len();
            text.insert_str(kept, &format!(" ({url})"));
        }
    }
    text
}

fn end_of(link: &wire::Entity) -> Option<usize> {
    usize::try_from(link.offset?.checked_add(link.length?)?).ok()
}

/// Offsets count UTF-16 units. `None` inside a character and behind the end.
fn byte_at(text: &str, units: usize) -> Option<usize> {
    let mut seen = 0;
    for (at, character) in text.char_indices() {
        if seen == units {
            return Some(at);
        }
        seen += character.len_utf16();
    }
    (seen == units).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(text: &str, entities: Value) -> String {
        let written = written_out(&json!({ "text": text, "entities": entities }));
        written["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn an_address_behind_a_word_stands_beside_it_and_other_mark_up_is_dropped() {
        let marked = json!([
            { "type": "bold", "offset": 0, "length": 2 },
            { "type": "text_link", "offset": 3, "length": 4, "url": "https://пример.рф/счёт?a=1&b=2" },
            { "type": "spoiler", "offset": 10, "length": 2 },
        ]);
        // The lorry counts twice.
        assert_eq!(
            plain("🚚 счёт: <b> & конец", marked),
            "🚚 счёт (https://пример.рф/счёт?a=1&b=2): <b> & конец"
        );
        let same = json!([{ "type": "text_link", "offset": 0, "length": 9, "url": "https://пример.рф/" }]);
        assert_eq!(plain("пример.рф", same), "пример.рф");
    }

    #[test]
    fn several_addresses_and_strange_places_do_no_harm() {
        let two = json!([
            { "type": "text_link", "offset": 0, "length": 3, "url": "https://a.ru" },
            { "type": "text_link", "offset": 6, "length": 4, "url": "https://b.ru" },
        ]);
        assert_eq!(plain("раз и два\n", two), "раз (https://a.ru) и два (https://b.ru)\n");
        for (offset, length) in [(-5, 3), (0, 900), (1, 0), (1, 1), (i64::MAX, 5)] {
            let strange =
                json!([{ "type": "text_link", "offset": offset, "length": length, "url": "https://a.ru" }]);
            let text = plain("🚚", strange);
            assert!(text == "🚚" || text == "🚚 (https://a.ru)", "{text}");
        }
        let caption = json!({
            "caption": "тут", "caption_entities": [{ "type": "text_link", "offset": 0, "length": 3, "url": "https://a.ru" }],
        });
        assert_eq!(written_out(&caption)["caption"], "тут (https://a.ru)");
    }
}
