//! Tax and registry numbers: their form and check digits (I.1). Pure.

use connector_api::Region;

/// Why a number was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequisiteError {
    /// A character that has no place in such a number.
    #[error("an unexpected character")]
    Character,
    /// Too short or too long.
    #[error("a wrong length")]
    Length,
    /// A digit was mistyped.
    #[error("wrong check digits")]
    CheckDigits,
}

/// ИНН: 10 digits of a company, 12 of a person; 14 in Kyrgyzstan. Spaces from paste are cut, leading zeros stay.
pub fn inn(text: &str, region: Region) -> Result<String, RequisiteError> {
    let (text, digits) = digits_of(text)?;
    let right = match digits.len() {
        10 => weighted(&digits, &[2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[9],
        12 => {
            weighted(&digits, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[10]
                && weighted(&digits, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[11]
        }
        // 0 a company, 1 a woman, 2 a man; the check digit of the registry is not published.
        14 if region == Region::Kyrgyzstan => digits[0] <= 2,
        _ => return Err(RequisiteError::Length),
    };
    if right && digits.iter().any(|digit| *digit != 0) { Ok(text) } else { Err(RequisiteError::CheckDigits) }
}

/// КПП: four digits, two digits or capital Latin letters, three digits.
pub fn kpp(text: &str) -> Result<String, RequisiteError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    if text.chars().count() != 9 {
        return Err(RequisiteError::Length);
    }
    let fits =
        |(at, c): (usize, char)| c.is_ascii_digit() || ((4..6).contains(&at) && c.is_ascii_uppercase());
    if text.chars().enumerate().all(fits) { Ok(text) } else { Err(RequisiteError::Character) }
}

/// ОГРН (13 digits) or ОГРНИП (15).
pub fn ogrn(text: &str) -> Result<String, RequisiteError> {
    let (text, digits) = digits_of(text)?;
    let divisor = match digits.len() {
        13 => 11,
        15 => 13,
        _ => return Err(RequisiteError::Length),
    };
    let (last, body) = digits.split_last().ok_or(RequisiteError::Length)?;
    let rest = body.iter().fold(0_u64, |rest, digit| (rest * 10 + u64::from(*digit)) % divisor);
    let right = rest % 10 == u64::from(*last) && body.iter().any(|digit| *digit != 0);
    if right { Ok(text) } else { Err(RequisiteError::CheckDigits) }
}

fn digits_of(text: &str) -> Result<(String, Vec<u32>), RequisiteError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits: Option<Vec<u32>> =
        text.chars().map(|c| if c.is_ascii() { c.to_digit(10) } else { None }).collect();
    Ok((text, digits.ok_or(RequisiteError::Character)?))
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked_by_their_digits() {
        use RequisiteError::{Character, CheckDigits, Length};
        let russian = |text| inn(text, Region::Russia);
        for (given, expected) in [
            (russian("7707083893"), Ok("7707083893")),
            (russian(" 7707 083 893\u{a0}"), Ok("7707083893")),
            (russian("500100732259"), Ok("500100732259")),
            (russian("7707083894"), Err(CheckDigits)),
            (russian("500100732250"), Err(CheckDigits)),
            (russian("0000000000"), Err(CheckDigits)),
            (russian("77070838931"), Err(Length)),
            (russian("770708389a"), Err(Character)),
            (russian("01234567890123"), Err(Length)),
            (inn("01234567890123", Region::Kyrgyzstan), Ok("01234567890123")),
            (inn("7707083893", Region::Kyrgyzstan), Ok("7707083893")),
            (ogrn("1027700132195"), Ok("1027700132195")),
            (ogrn("1027700132196"), Err(CheckDigits)),
            (ogrn("304500116000157"), Ok("304500116000157")),
            (ogrn("304500116000158"), Err(CheckDigits)),
            (ogrn("10277001321"), Err(Length)),
            (kpp("773601001"), Ok("773601001")),
            (kpp("7736ab001"), Ok("7736AB001")),
            (kpp("77360100"), Err(Length)),
            (kpp("a73601001"), Err(Character)),
        ] {
            assert_eq!(given.as_deref().map_err(|error| *error), expected);
        }
    }
}
