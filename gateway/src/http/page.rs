//! Lists are paged by key: the cursor says behind which row to go on.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{self, DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// How many rows a page has: 1 to 200, 50 when nothing is said. Use with `#[serde(default)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    const MAX: u16 = 200;

    /// For a query: one row more than the page, to know whether there is a next one.
    pub fn rows(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// How many rows the page has.
    pub fn size(self) -> usize {
        usize::from(self.0)
    }

    /// The page, cut from what the query gave for `rows`, and the cursor of the next one.
    pub fn cut<T, K: Serialize>(self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> (Vec<T>, Option<String>) {
        let size = self.size();
        let more = rows.len() > size;
        rows.truncate(size);
        let next = more.then(|| rows.last().map(|row| Cursor(key(row)).encode())).flatten();
        (rows, next)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InWords;
        impl Visitor<'_> for InWords {
            type Value = Limit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("число от 1 до 200")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Limit, E> {
                u16::try_from(number)
                    .ok()
                    .filter(|limit| (1..=Limit::MAX).contains(limit))
                    .map(Limit)
                    .ok_or_else(|| E::custom("нужно число от 1 до 200"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Limit, E> {
                self.visit_u64(text.parse().map_err(|_| E::custom("нужно число от 1 до 200"))?)
            }
        }
        deserializer.deserialize_any(InWords)
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(Self::MAX))
            .default(Some(50.into()));
        RefOr::T(Schema::Object(schema.build()))
    }
}

impl ToSchema for Limit {}

/// An opaque place in a list: JSON of the key in base64url. Programs hand it back as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor<K>(pub K);

impl<K: Serialize> Cursor<K> {
    /// The text for `next_cursor`.
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(&self.0).expect("keys of lists are plain values");
        URL_SAFE_NO_PAD.encode(json)
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads what a program handed back; `None` when we did not make it.
    pub fn decode(text: &str) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&json).ok().map(Self)
    }
}

impl<K: Serialize> Serialize for Cursor<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de, K: DeserializeOwned> Deserialize<'de> for Cursor<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode(&text)
            .ok_or_else(|| de::Error::custom("передайте next_cursor прошлой страницы без изменений"))
    }
}

impl<K> PartialSchema for Cursor<K> {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).build()))
    }
}

impl<K> ToSchema for Cursor<K> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let text = Cursor(("Иванов".to_owned(), 7)).encode();
        assert_eq!(Cursor::decode(&text), Some(Cursor(("Иванов".to_owned(), 7))));
        assert_eq!(Cursor::<(String, i32)>::decode("не курсор"), None);
    }

    #[test]
    fn the_row_beyond_the_page_is_cut_and_makes_a_cursor() {
        let limit = Limit(2);
        let (page, next) = limit.cut(vec![1, 2, 3], |row| *row);
        assert_eq!((page, next), (vec![1, 2], Some(Cursor(2).encode())));
        assert_eq!(limit.cut(vec![1, 2], |row| *row), (vec![1, 2], None));
    }

    #[test]
    fn a_limit_is_between_1_and_200() {
        let read = |text: &str| serde_json::from_str::<Limit>(text);
        assert_eq!(read("200").unwrap(), Limit(200));
        assert_eq!(read("\"7\"").unwrap(), Limit(7));
        assert!(read("0").is_err());
        assert!(read("201").is_err());
    }
}
