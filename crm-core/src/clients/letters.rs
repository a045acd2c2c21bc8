//! The same word on another keyboard layout or in another alphabet. Pure.

const LATIN_KEYS: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN_KEYS: &str = "ёйцукенгшщзхъфывапролджэячсмитьбю";

/// What the same keys give on the Russian layout: `hjvfirf` is «ромашка».
pub fn on_russian_keys(text: &str) -> String {
    swap_keys(text, LATIN_KEYS, RUSSIAN_KEYS)
}

/// What the same keys give on the Latin layout: «кщьфырлф» is `romashka`.
pub fn on_latin_keys(text: &str) -> String {
    swap_keys(text, RUSSIAN_KEYS, LATIN_KEYS)
}

fn swap_keys(text: &str, from: &str, to: &str) -> String {
    let swap =
        |c: char| from.chars().zip(to.chars()).find(|(key, _)| *key == c).map_or(c, |(_, other)| other);
    text.to_lowercase().chars().map(swap).collect()
}

/// Latin letters for lower-case Cyrillic ones, folded so that the usual ways of writing meet: `kh` is `h`, `iu` is
/// `yu`. Latin text is only folded.
pub fn in_latin(text: &str) -> String {
    let letters: String = text.chars().map(latin_letter).collect::<Vec<_>>().concat();
    LATIN_FOLDS.iter().fold(letters, |text, (from, to)| text.replace(from, to))
}

/// Later folds see what earlier ones made.
const LATIN_FOLDS: [(&str, &str); 15] = [
    ("shch", "sch"),
    ("kh", "h"),
    ("ts", "c"),
    ("tz", "c"),
    ("ph", "f"),
    ("ck", "k"),
    ("w", "v"),
    ("x", "ks"),
    ("q", "k"),
    ("j", "y"),
    ("iya", "ya"),
    ("ia", "ya"),
    ("iyu", "yu"),
    ("iu", "yu"),
    ("yo", "e"),
];

fn latin_letter(c: char) -> String {
    let latin = match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "c",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        other => return other.to_string(),
    };
    latin.to_owned()
}

/// Cyrillic letters for lower-case Latin ones; other characters stay.
pub fn in_cyrillic(text: &str) -> String {
    let mut cyrillic = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((latin, letters)) = CYRILLIC_OF.iter().find(|(latin, _)| rest.starts_with(latin)) {
            cyrillic.push_str(letters);
            rest = &rest[latin.len()..];
            continue;
        }
        cyrillic.push(match first {
            'y' if cyrillic.ends_with(is_vowel) => 'й',
            'y' => 'ы',
            other => other,
        });
        rest = &rest[first.len_utf8()..];
    }
    cyrillic
}

fn is_vowel(c: char) -> bool {
    "аеиоуыэюя".contains(c)
}

/// The longer ones first.
const CYRILLIC_OF: [(&str, &str); 43] = [
    ("shch", "щ"),
    ("sch", "щ"),
    ("sh", "ш"),
    ("ch", "ч"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("tz", "ц"),
    ("ph", "ф"),
    ("ck", "к"),
    ("yu", "ю"),
    ("ju", "ю"),
    ("iu", "ю"),
    ("ya", "я"),
    ("ja", "я"),
    ("ia", "ия"),
    ("yo", "е"),
    ("ye", "е"),
    ("a", "а"),
    ("b", "б"),
    ("v", "в"),
    ("w", "в"),
    ("g", "г"),
    ("d", "д"),
    ("e", "е"),
    ("z", "з"),
    ("i", "и"),
    ("j", "й"),
    ("k", "к"),
    ("q", "к"),
    ("c", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "у"),
    ("f", "ф"),
    ("h", "х"),
    ("x", "кс"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_swapped_both_ways() {
        assert_eq!(on_russian_keys("hjvfirf"), "ромашка");
        assert_eq!(on_latin_keys("кщьфырлф"), "romashka");
        assert_eq!(on_russian_keys(",firbh"), "башкир");
    }

    #[test]
    fn the_usual_ways_of_writing_meet() {
        for (cyrillic, latin) in [
            ("ромашка", "romashka"),
            ("хлеб", "khleb"),
            ("юпитер", "jupiter"),
            ("цемент", "tsement"),
            ("щелково", "shchelkovo"),
            ("мария", "maria"),
            ("трейд", "treyd"),
        ] {
            assert_eq!(in_latin(cyrillic), in_latin(latin), "{cyrillic} {latin}");
        }
        for (latin, cyrillic) in
            [("romashka", "ромашка"), ("treyd", "трейд"), ("shchelkovo", "щелково"), ("vostok 7", "восток 7")]
        {
            assert_eq!(in_cyrillic(latin), cyrillic);
        }
    }
}
