//! By what a client's name is found: without legal form and quotes, in both alphabets. Pure.

use super::letters::{in_cyrillic, in_latin, on_latin_keys, on_russian_keys};

/// What `clients.search_key` holds for a name: its plain words, then the same in Latin letters where that differs.
/// «ООО "Ромашка-Трейд"» gives `ромашка трейд romashka treyd`.
pub fn search_key(name: &str) -> String {
    let plain = plain_words(name);
    let latin = in_latin(&plain);
    if latin == plain { plain } else { format!("{plain} {latin}") }
}

/// The plain words of what a person typed, as typed and as it may have been meant: on the other keyboard layout, in
/// the other alphabet. Without repeats, the likeliest first; empty for a query without letters and digits.
pub fn query_variants(typed: &str) -> Vec<String> {
    let mut variants: Vec<String> = Vec::new();
    for text in [typed.to_owned(), on_russian_keys(typed), on_latin_keys(typed)] {
        let plain = plain_words(&text);
        for variant in [in_latin(&plain), in_cyrillic(&plain)].into_iter().fold(vec![plain], pushed) {
            if !variant.is_empty() && !variants.contains(&variant) {
                variants.push(variant);
            }
        }
    }
    variants
}

fn pushed(mut texts: Vec<String>, text: String) -> Vec<String> {
    texts.push(text);
    texts
}

/// Lower case, ё as е, punctuation as space, legal forms left out. A name of legal forms alone keeps them.
pub fn plain_words(text: &str) -> String {
    let letters: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '`'))
        .map(|c| match c {
            'ё' => 'е',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        })
        .collect();
    let spaced = letters.split_whitespace().collect::<Vec<_>>().join(" ");
    let padded = LEGAL_PHRASES.iter().fold(format!(" {spaced} "), |text, phrase| {
        let found = format!(" {phrase} ");
        text.replace(&found, " ")
    });
    let words: Vec<&str> = padded.split_whitespace().filter(|word| !LEGAL_FORMS.contains(word)).collect();
    if words.is_empty() { spaced } else { words.join(" ") }
}

const LEGAL_PHRASES: [&str; 6] = [
    "общество с ограниченной ответственностью",
    "публичное акционерное общество",
    "открытое акционерное общество",
    "закрытое акционерное общество",
    "акционерное общество",
    "индивидуальный предприниматель",
];

/// Russian, Kyrgyz and Kazakh forms, the same typed with Latin letters, and the usual foreign ones.
const LEGAL_FORMS: [&str; 28] = [
    "ооо", "оао", "ао", "зао", "пао", "нао", "ип", "тоо", "осоо", "оо", "чп", "ооп", "гуп", "муп", "фгуп",
    "кфх", "ooo", "oao", "zao", "pao", "llc", "llp", "ltd", "inc", "gmbh", "corp", "limited", "jsc",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_has_plain_words_in_both_alphabets() {
        for (name, key) in [
            ("ООО \"Ромашка-Трейд\"", "ромашка трейд romashka treyd"),
            ("ООО «Ёлка»", "елка elka"),
            ("ОсОО Бишкек Строй", "бишкек строй bishkek stroy"),
            ("Индивидуальный предприниматель Петров П.П.", "петров п п petrov p p"),
            ("Romashka Trade LLC", "romashka trade"),
            ("ООО", "ооо ooo"),
            ("О’Кей", "окей okey"),
        ] {
            assert_eq!(search_key(name), key, "{name}");
        }
    }

    #[test]
    fn what_was_meant_is_among_the_variants() {
        for typed in [
            "ромашка трейд",
            "romashka treyd",
            "РОМАШКА-ТРЕЙД",
            "hjvfirf nhtql",
            "кщьфырлф екунв",
            "ООО Ромашка Трейд",
        ] {
            let variants = query_variants(typed);
            assert!(variants.iter().any(|v| v == "ромашка трейд"), "{typed}: {variants:?}");
        }
        assert!(query_variants(" \"- ").is_empty());
    }
}
