//! A part of a file, as browsers ask for it (RFC 9110, 14).

use std::ops::Range;

/// What a request wants of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// This part, which lies inside.
    Part(Range<u64>),
    /// A part that lies outside.
    Outside,
}

/// Reads a `Range` header. Several parts at once, another unit and what cannot be read give the whole file, as the
/// standard allows.
pub fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some(part) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else { return Wanted::Whole };
    let Some((first, last)) = part.split_once('-') else { return Wanted::Whole };
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first.trim()), number(last.trim())) {
        (Some(first), Some(last)) if first > last => Wanted::Whole,
        (Some(first), _) if first >= size && is_number_or_empty(last) => Wanted::Outside,
        (Some(first), Some(last)) => Wanted::Part(first..last.saturating_add(1).min(size)),
        (Some(first), None) if last.trim().is_empty() => Wanted::Part(first..size),
        (None, Some(0)) if first.trim().is_empty() => Wanted::Outside,
        (None, Some(count)) if first.trim().is_empty() && size > 0 => {
            Wanted::Part(size.saturating_sub(count)..size)
        }
        (None, Some(_)) if first.trim().is_empty() => Wanted::Outside,
        _ => Wanted::Whole,
    }
}

fn is_number_or_empty(text: &str) -> bool {
    text.trim().bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_to_the_file() {
        let cases = [
            ("bytes=0-9", Wanted::Part(0..10)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=-500", Wanted::Part(0..100)),
            ("bytes=99-500", Wanted::Part(99..100)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0..100)),
            ("bytes=100-", Wanted::Outside),
            ("bytes=100-200", Wanted::Outside),
            ("bytes=-0", Wanted::Outside),
        ];
        for (header, expected) in cases {
            assert_eq!(wanted(Some(header), 100), expected, "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_gives_the_whole_file() {
        for header in
            ["bytes=5-1", "bytes=a-b", "bytes=1-2,5-6", "bytes=", "bytes=-", "bytes=1-x", "lines=1-2", ""]
        {
            assert_eq!(wanted(Some(header), 100), Wanted::Whole, "{header}");
        }
        assert_eq!(wanted(None, 100), Wanted::Whole);
    }

    #[test]
    fn an_empty_file_has_no_parts() {
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Outside);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Outside);
    }
}
