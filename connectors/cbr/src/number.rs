//! Numbers as the bank writes them: `13,5940` and `7,21103E-05`.

use rust_decimal::Decimal;

/// Reads a number with a decimal comma, or a point; an exponent and spaces between digits are allowed.
pub(crate) fn read(text: &str) -> Option<Decimal> {
    let plain: String = text
        .chars()
        .filter(|char| !char.is_whitespace())
        .map(|char| if char == ',' { '.' } else { char })
        .collect();
    if plain.contains(['e', 'E']) {
        Decimal::from_scientific(&plain).ok()
    } else {
        Decimal::from_str_exact(&plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_exponents_and_spaces_are_read_exactly() {
        let read = |text| read(text).map(|number| number.to_string());
        assert_eq!(read("13,5940").as_deref(), Some("13.5940"));
        assert_eq!(read("7,21103E-05").as_deref(), Some("0.0000721103"));
        assert_eq!(read(" 1\u{a0}234,5 ").as_deref(), Some("1234.5"));
        assert_eq!(read("-1,5").as_deref(), Some("-1.5"));
        assert_eq!(read("97.8335").as_deref(), Some("97.8335"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "1,2,3", "NaN", "abc", "1E", "E5", "9,9E999", &"9".repeat(40)] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
