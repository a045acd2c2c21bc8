//! How many parts a text makes: GSM 03.38 where every character fits, UCS-2 otherwise.

use connector_api::TextMeasure;

/// One unit each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Two units each, never taken apart.
const EXTENSION: &str = "^{}\\[~]|€\u{c}";

struct Alphabet {
    name: &'static str,
    single: u32,
    part: u32,
    units: fn(char) -> u32,
}

const LATIN: Alphabet =
    Alphabet { name: "latin", single: 160, part: 153, units: |c| if EXTENSION.contains(c) { 2 } else { 1 } };

const CYRILLIC: Alphabet =
    Alphabet { name: "cyrillic", single: 70, part: 67, units: |c| if c.len_utf16() == 2 { 2 } else { 1 } };

/// Counts a text as operators do. An empty one is one part.
pub(crate) fn measure(text: &str) -> TextMeasure {
    let latin = text.chars().all(|c| BASIC.contains(c) || EXTENSION.contains(c));
    let alphabet = if latin { LATIN } else { CYRILLIC };
    let characters: u32 = text.chars().map(alphabet.units).sum();
    if characters <= alphabet.single {
        let left_in_part = alphabet.single - characters;
        return TextMeasure { characters, parts: 1, left_in_part, alphabet: alphabet.name };
    }
    let (mut parts, mut filled) = (1, 0);
    for units in text.chars().map(alphabet.units) {
        if filled + units > alphabet.part {
            (parts, filled) = (parts + 1, 0);
        }
        filled += units;
    }
    TextMeasure { characters, parts, left_in_part: alphabet.part - filled, alphabet: alphabet.name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_those_of_the_sheet() {
        for (text, parts) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("Ж".repeat(70), 1),
            ("Ж".repeat(71), 2),
            ("Ж".repeat(134), 2),
            ("Ж".repeat(135), 3),
            (format!("{}№", "a".repeat(69)), 1),
            (format!("{}№", "a".repeat(70)), 2),
            ("😀".repeat(35), 1),
            ("😀".repeat(36), 2),
            ("😀".repeat(66), 2),
            ("😀".repeat(67), 3),
            (String::new(), 1),
        ] {
            assert_eq!(measure(&text).parts, parts, "{text}");
        }
    }

    #[test]
    fn one_character_changes_the_alphabet_and_the_room() {
        let latin = measure("Zakaz gotov");
        assert_eq!((latin.alphabet, latin.left_in_part), ("latin", 149));
        let cyrillic = measure("Заказ готов");
        assert_eq!((cyrillic.alphabet, cyrillic.left_in_part), ("cyrillic", 59));
        assert_eq!(measure("ç").alphabet, "cyrillic", "the small c with a cedilla is not in the table");
    }

    #[test]
    fn a_character_of_two_units_is_never_taken_apart() {
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(10));
        assert_eq!(measure(&text).left_in_part, 153 - 12);
    }
}
