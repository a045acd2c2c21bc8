//! Phone numbers in one international form (requirement I.2).

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use serde::{Deserialize, Serialize};

/// The country whose way of writing numbers is assumed where no country code is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Region {
    /// Russia.
    #[default]
    #[serde(rename = "RU")]
    Russia,
    /// Kyrgyzstan.
    #[serde(rename = "KG")]
    Kyrgyzstan,
    /// Kazakhstan, which shares +7 with Russia.
    #[serde(rename = "KZ")]
    Kazakhstan,
    /// Belarus.
    #[serde(rename = "BY")]
    Belarus,
}

impl Region {
    /// ISO 3166 alpha-2.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Russia => "RU",
            Self::Kyrgyzstan => "KG",
            Self::Kazakhstan => "KZ",
            Self::Belarus => "BY",
        }
    }

    /// By ISO 3166 alpha-2.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Russia, Self::Kyrgyzstan, Self::Kazakhstan, Self::Belarus]
            .into_iter()
            .find(|region| region.as_str().eq_ignore_ascii_case(code))
    }

    fn uses_plus_seven(self) -> bool {
        matches!(self, Self::Russia | Self::Kazakhstan)
    }
}

/// A number that can be dialled from abroad, in E.164: `+` and 8 to 15 digits. Two numbers are equal when their digits
/// are; an extension is kept by [`PhoneNumber::parse_with_extension`] apart from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads what people and providers write. `None` for short and service numbers, withheld numbers, inner
    /// extensions, and for whatever could only be guessed; keep the entered text for display.
    pub fn parse(text: &str, region: Region) -> Option<Self> {
        Self::parse_with_extension(text, region).map(|(number, _)| number)
    }

    /// The same with the extension («доб. 12»), which is no part of the number.
    pub fn parse_with_extension(text: &str, region: Region) -> Option<(Self, Option<String>)> {
        let (number, extension) = split_extension(text);
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let allowed =
            |c: char| c.is_ascii_digit() || "+()-./\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}".contains(c);
        let foreign = |c: char| !allowed(c) && !c.is_whitespace() && !is_invisible(c);
        if number.contains(foreign) || digits.len() < 5 {
            return None;
        }
        let international = international_form(&number, &digits, region)?;
        let e164 = checked(&international)?;
        Some((Self(e164), extension))
    }

    /// `+` and digits.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The country of the number, as ISO 3166 alpha-2; `None` where the number does not tell.
    pub fn country(&self) -> Option<String> {
        let parsed = PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?;
        parsed.get_region_code().map(|region| region.to_string())
    }

    /// Digits without `+`.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Marks behind which an extension stands, the longer ones first.
const EXTENSION_MARKS: [&str; 9] = [";ext=", "добавочный", "доб", "вн.", "вн ", "ext", "#", ",", "x"];

fn split_extension(text: &str) -> (String, Option<String>) {
    let lower: String = text.to_lowercase();
    let first = EXTENSION_MARKS.iter().filter_map(|mark| lower.find(mark)).min();
    let Some(at) = first else { return (lower, None) };
    let extension: String = lower[at..].chars().filter(char::is_ascii_digit).collect();
    (lower[..at].to_owned(), (!extension.is_empty()).then_some(extension))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The number with `+` in front, or `None` where the country could only be guessed.
fn international_form(number: &str, digits: &str, region: Region) -> Option<String> {
    if number.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c) || c == '(').starts_with('+')
    {
        return Some(format!("+{digits}"));
    }
    if region.uses_plus_seven() {
        return match (digits.len(), digits.as_bytes()[0]) {
            (12.., _) if digits.starts_with("810") => Some(format!("+{}", &digits[3..])),
            (11.., _) if digits.starts_with("00") => Some(format!("+{}", &digits[2..])),
            (11, b'7' | b'8') => Some(format!("+7{}", &digits[1..])),
            (10, b'3' | b'4' | b'8' | b'9') => Some(format!("+7{digits}")),
            _ => foreign_without_plus(digits),
        };
    }
    let parsed = PHONE_NUMBER_UTIL.parse(number, Some(region.as_str().parse().ok()?)).ok()?;
    if parsed.is_valid() {
        return Some(parsed.format_as(PhoneNumberFormat::E164).into_owned());
    }
    match (digits.len(), digits.as_bytes()[0]) {
        (11, b'7') => Some(format!("+{digits}")),
        _ => foreign_without_plus(digits),
    }
}

/// Messengers give foreign numbers as digits with the country code and no plus: taken only when the whole is a
/// valid number and longer than any number of ours.
fn foreign_without_plus(digits: &str) -> Option<String> {
    let international = format!("+{digits}");
    let parsed = PHONE_NUMBER_UTIL.parse(&international, None).ok()?;
    (digits.len() >= 11 && parsed.is_valid()).then_some(international)
}

/// Checks a number with `+` and gives it in E.164.
fn checked(international: &str) -> Option<String> {
    let digits = international.strip_prefix('+')?;
    if !(8..=15).contains(&digits.len()) {
        return None;
    }
    if let Some(national) = digits.strip_prefix('7') {
        // +7 is Russia (3, 4, 8, 9) or Kazakhstan (6, 7); the length is always ten.
        let plausible = national.len() == 10 && matches!(national.as_bytes()[0], b'3' | b'4' | b'6'..=b'9');
        return plausible.then(|| international.to_owned());
    }
    let parsed = PHONE_NUMBER_UTIL.parse(international, None).ok()?;
    parsed.is_possible_with_reason().is_ok().then(|| parsed.format_as(PhoneNumberFormat::E164).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn russian(text: &str) -> Option<String> {
        PhoneNumber::parse(text, Region::Russia).map(|number| number.e164().to_owned())
    }

    #[test]
    fn every_way_of_writing_a_russian_number_gives_one_number() {
        for text in [
            "8 (916) 456-98-12",
            "+7 916 4569812",
            "9164569812",
            "79164569812",
            "8.916.456.98.12",
            "8/916/4569812",
            "\u{202a}+7\u{a0}916\u{a0}456\u{2011}98\u{2011}12\u{202c}",
            "007 916 456 98 12",
        ] {
            assert_eq!(russian(text).as_deref(), Some("+79164569812"), "{text}");
        }
    }

    #[test]
    fn the_shapes_of_the_sheets_are_read() {
        for (text, expected) in [
            ("+79000000001", Some("+79000000001")),
            ("74950000101", Some("+74950000101")),
            ("89000000001", Some("+79000000001")),
            ("84950000101", Some("+74950000101")),
            ("8124000000", Some("+78124000000")),
            ("8-495-000-01-01 доб. 12", Some("+74950000101")),
            ("8 10 375 29 0000001", Some("+375290000001")),
            ("+375290000001", Some("+375290000001")),
            ("80290000001", None),
            ("+77010000001", Some("+77010000001")),
            ("8-800-555-35-35", Some("+78005553535")),
            ("8 (843) 000-00-01", Some("+78430000001")),
            ("8 (862) 000-00-01", Some("+78620000001")),
            ("996555123456", Some("+996555123456")),
            ("101", None),
            ("112", None),
            ("88005553", None),
            ("2345678", None),
            ("", None),
            ("доб. 5", None),
            ("10129*101", None),
            ("anonymous", None),
            ("+", None),
        ] {
            assert_eq!(russian(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_extension_is_no_part_of_the_number() {
        for text in
            ["8 (495) 123-45-67 доб. 12", "+74951234567;ext=12", "84951234567#12", "8(495)1234567 x12"]
        {
            let (number, extension) =
                PhoneNumber::parse_with_extension(text, Region::Russia).expect("the number is readable");
            assert_eq!((number.e164(), extension.as_deref()), ("+74951234567", Some("12")), "{text}");
        }
    }

    #[test]
    fn a_number_of_bishkek_is_read_in_its_own_way() {
        let local = PhoneNumber::parse("0555 12 34 56", Region::Kyrgyzstan);
        assert_eq!(local.as_ref().map(PhoneNumber::e164), Some("+996555123456"));
        let russian = PhoneNumber::parse("+7 916 456-98-12", Region::Kyrgyzstan);
        assert_eq!(russian.as_ref().map(PhoneNumber::e164), Some("+79164569812"));
    }
}
