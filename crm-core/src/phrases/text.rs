//! The small language of texts written beforehand: words, and fields in braces such as `{срок}` or `{клиент.имя}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sources::{Source, Sources};

/// Longer than this it is no field but words in braces.
const LONGEST_NAME: usize = 60;

/// A field that has no value yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MissingField {
    /// By which a value is given.
    pub key: String,
    /// As people call it.
    pub label: String,
}

/// A field of a text with what is known for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextField {
    /// By which a value is given.
    pub key: String,
    /// As people call it.
    pub label: String,
    /// What fills it by itself; none for a field filled by hand.
    pub source: Option<Source>,
    /// What stands there when nobody gives another value.
    pub value: Option<String>,
}

/// A text with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// As the client would read it; what is missing still stands in braces.
    pub text: String,
    /// Fields without a value, in the text's order.
    pub missing: Vec<MissingField>,
}

/// Values by the keys of their fields.
pub type Values = BTreeMap<String, String>;

enum Piece<'a> {
    Words(&'a str),
    Field { written: &'a str, key: String },
}

/// The fields of a text in its order, each once.
pub fn fields(text: &str, sources: &Sources) -> Vec<TextField> {
    let mut found: Vec<TextField> = Vec::new();
    for piece in pieces(text) {
        let Piece::Field { written, key } = piece else { continue };
        if found.iter().all(|field| field.key != key) {
            let source = Source::of_key(&key);
            let value = source.and_then(|source| sources.value(source)).map(str::to_owned);
            found.push(TextField { label: label(written, source), key, source, value });
        }
    }
    found
}

/// Fills a text: a value that somebody gave goes before what is known. An empty value is none.
pub fn fill(text: &str, values: &Values, sources: &Sources) -> Filled {
    let given: BTreeMap<String, &str> = values
        .iter()
        .map(|(name, value)| (key(name), value.trim()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let mut filled = Filled { text: String::with_capacity(text.len()), missing: Vec::new() };
    for piece in pieces(text) {
        let (written, key) = match piece {
            Piece::Words(words) => {
                filled.text.push_str(words);
                continue;
            }
            Piece::Field { written, key } => (written, key),
        };
        let source = Source::of_key(&key);
        let known = given.get(&key).copied().or_else(|| sources.value(source?));
        if let Some(value) = known {
            filled.text.push_str(value);
            continue;
        }
        filled.text.extend(["{", written, "}"]);
        if filled.missing.iter().all(|missing| missing.key != key) {
            filled.missing.push(MissingField { label: label(written, source), key });
        }
    }
    filled
}

/// A field that looks as if it were filled by itself, but is not: a slip of whoever wrote the text.
pub fn unknown_source(text: &str) -> Option<String> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Field { written, key } if key.contains('.') && Source::of_key(&key).is_none() => {
            Some(written.to_owned())
        }
        _ => None,
    })
}

/// Two spellings of one field are one key: case, ё and spaces do not count.
pub fn key(name: &str) -> String {
    name.to_lowercase().replace('ё', "е").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn label(written: &str, source: Option<Source>) -> String {
    source.map_or_else(|| written.to_owned(), |source| source.label().to_owned())
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut rest) = (0, 0);
    while let Some(open) = text[rest..].find('{').map(|at| rest + at) {
        rest = open + 1;
        let Some(close) = text[rest..].find(['{', '}', '\n']).map(|at| rest + at) else { break };
        let name = text[rest..close].trim();
        if !text[close..].starts_with('}') || name.is_empty() || name.chars().count() > LONGEST_NAME {
            continue;
        }
        if start < open {
            pieces.push(Piece::Words(&text[start..open]));
        }
        pieces.push(Piece::Field { written: name, key: key(name) });
        rest = close + 1;
        start = rest;
    }
    if start < text.len() {
        pieces.push(Piece::Words(&text[start..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anna() -> Sources {
        Sources {
            client_name: Some("Анна".into()),
            manager_name: Some("Пётр Иванов".into()),
            ..Sources::default()
        }
    }

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_text_is_filled_from_the_client_and_by_hand() {
        let text = "Здравствуйте, {клиент.имя}! Срок — {срок}. Ваш менеджер {менеджер.имя}.";
        let filled = fill(text, &values(&[("срок", "5 июня")]), &anna());
        assert_eq!(filled.text, "Здравствуйте, Анна! Срок — 5 июня. Ваш менеджер Пётр Иванов.");
        assert!(filled.missing.is_empty());
    }

    #[test]
    fn what_is_missing_is_named_once_and_stays_in_braces() {
        let filled = fill("{Срок}, {клиент.компания}, {срок}", &values(&[("СРОК", " ")]), &anna());
        assert_eq!(filled.text, "{Срок}, {клиент.компания}, {срок}");
        let labels: Vec<_> = filled.missing.iter().map(|missing| missing.label.as_str()).collect();
        assert_eq!(labels, ["Срок", "компания клиента"]);
    }

    #[test]
    fn the_short_names_of_the_client_are_filled_too_and_a_given_value_wins() {
        assert_eq!(fill("{имя}", &Values::new(), &anna()).text, "Анна");
        assert_eq!(fill("{имя}", &values(&[("имя", "Анна Петровна")]), &anna()).text, "Анна Петровна");
        assert_eq!(fill("{ Номер  заказа }", &values(&[("номер заказа", "17")]), &anna()).text, "17");
        assert_eq!(fill("{счёт}", &values(&[("Счет", "4")]), &anna()).text, "4");
    }

    #[test]
    fn braces_that_hold_no_name_are_words() {
        for text in ["{}", "{ }", "a { b", "a } b", "{a\nb}", "{{", "}}{"] {
            assert_eq!(fill(text, &Values::new(), &anna()), Filled { text: text.into(), missing: vec![] });
        }
        assert_eq!(fill("{{имя}}", &Values::new(), &anna()).text, "{Анна}");
    }

    #[test]
    fn a_value_is_not_read_for_fields_again() {
        let filled = fill("{срок}", &values(&[("срок", "{имя}")]), &anna());
        assert_eq!((filled.text.as_str(), filled.missing.len()), ("{имя}", 0));
    }

    #[test]
    fn fields_stand_in_order_with_what_is_known() {
        let found = fields("{срок} {клиент.имя} {Срок}", &anna());
        let told: Vec<_> = found.iter().map(|field| (field.key.as_str(), field.value.as_deref())).collect();
        assert_eq!(told, [("срок", None), ("клиент.имя", Some("Анна"))]);
    }

    #[test]
    fn a_slip_in_the_name_of_a_source_is_found() {
        assert_eq!(unknown_source("{клиент.имя} {клиент.возраст}").as_deref(), Some("клиент.возраст"));
        assert_eq!(unknown_source("{клиент.имя} {срок}"), None);
    }
}
