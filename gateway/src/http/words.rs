//! Values of the query string that hold several words, or a word for "none".

use std::fmt;

use crm_core::clients::list::Wanted;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer};

/// Words separated by commas: `kinds=call,note`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<T>(pub Vec<T>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let words = text.split(',').filter(|word| !word.is_empty());
        words.map(word).collect::<Result<_, _>>().map(Self)
    }
}

/// A value, or `none` for those without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrNone<T>(pub Wanted<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for OrNone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "none" { Ok(Self(Wanted::None)) } else { word(&text).map(|value| Self(Wanted::Is(value))) }
    }
}

fn word<T: DeserializeOwned, E: de::Error>(word: &str) -> Result<T, E> {
    let word: StrDeserializer<'_, InWords> = word.into_deserializer();
    T::deserialize(word).map_err(E::custom)
}

/// What is wrong with one of the words.
#[derive(Debug)]
struct InWords(String);

impl fmt::Display for InWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InWords {}

impl de::Error for InWords {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crm_core::timeline::entry::EntryKind;

    use super::*;

    #[test]
    fn words_are_read_one_by_one() {
        let read = |text: &str| serde_json::from_value::<Words<EntryKind>>(text.into());
        assert_eq!(read("call,note").unwrap(), Words(vec![EntryKind::Call, EntryKind::Note]));
        assert_eq!(read("").unwrap(), Words(vec![]));
        assert!(read("call,hologram").is_err());
        let none = serde_json::from_value::<OrNone<String>>("none".into()).unwrap();
        assert_eq!(none, OrNone(Wanted::None));
    }
}
