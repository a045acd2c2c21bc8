//! A place in the feed.

use std::fmt;
use std::str::FromStr;

/// A place in the order of the feed: behind the entry `id` of transaction `tx`, or behind the first `part` changes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction that wrote the entry.
    pub tx: u64,
    /// The entry.
    pub id: i64,
    /// How many of its changes lie before this place.
    pub part: u32,
}

impl Position {
    /// Before everything.
    pub const START: Self = Self { tx: 0, id: 0, part: 0 };

    /// Behind the whole entry.
    pub fn behind(tx: u64, id: i64) -> Self {
        Self { tx, id, part: u32::MAX }
    }

    /// Behind the first changes of the same entry.
    #[must_use]
    pub fn at_part(self, part: u32) -> Self {
        Self { part, ..self }
    }

    /// Whether all of the entry lies before this place.
    pub fn is_whole(self) -> bool {
        self.part == u32::MAX
    }
}

/// `tx-id`, or `tx-id-part` inside of an entry.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.tx, self.id)?;
        if self.is_whole() { Ok(()) } else { write!(f, "-{}", self.part) }
    }
}

/// The text is not a place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the feed")]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let mut numbers = text.split('-');
        let mut next = || numbers.next().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let tx = next().and_then(|text| text.parse().ok()).ok_or(NotAPosition)?;
        let id = next().and_then(|text| text.parse().ok()).ok_or(NotAPosition)?;
        let part = match numbers.next() {
            None => u32::MAX,
            Some(part) => part.parse().map_err(|_| NotAPosition)?,
        };
        if numbers.next().is_some() { Err(NotAPosition) } else { Ok(Self { tx, id, part }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_as_it_went() {
        for position in [Position::behind(7, 12), Position::behind(7, 12).at_part(3)] {
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        assert_eq!(Position::behind(7, 12).to_string(), "7-12");
        for text in ["", "7", "7-", "-7-1", "7-12-3-4", "a-b", "7-12-x"] {
            assert_eq!(text.parse::<Position>(), Err(NotAPosition), "{text}");
        }
    }

    #[test]
    fn a_part_lies_before_the_whole() {
        let whole = Position::behind(7, 12);
        assert!(whole.at_part(3) < whole && whole.at_part(2) < whole.at_part(3));
        assert!(whole < Position::behind(7, 13).at_part(0) && whole < Position::behind(8, 1));
    }
}
