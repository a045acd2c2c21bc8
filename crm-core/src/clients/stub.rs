//! What a viewer may know of a foreign client (S0.8).

use serde::Serialize;

/// A foreign client: exactly these three fields, and not even its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct ClientStub {
    /// Name; «Без имени» where the client is called by a phone number.
    pub name: String,
    /// ИНН, where it is known.
    pub inn: Option<String>,
    /// Name of the responsible user.
    pub responsible: Option<String>,
}

impl ClientStub {
    /// The one way to make a stub: a number that stands for a name is contact data, and does not get into it.
    pub(crate) fn new(name: String, inn: Option<String>, responsible: Option<String>) -> Self {
        let name = if is_number(&name) { "Без имени".to_owned() } else { name };
        Self { name, inn, responsible }
    }
}

/// Whether a name is a phone number, as that of a caller whom nobody named: digits without a letter among them.
pub(super) fn is_number(name: &str) -> bool {
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    !name.chars().any(char::is_alphabetic)
        && (digits >= 7 || digits > 0 && name.trim_start().starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_from_a_name() {
        for name in ["+7 916 456-98-12", "+375290000001", "8 (916) 456-98-12", " +123"] {
            assert!(is_number(name), "{name}");
        }
        for name in ["ООО «Ромашка»", "Трейд 7707083893", "+Плюс 1", "1000", "Без имени", "🙂", ""]
        {
            assert!(!is_number(name), "{name}");
        }
    }
}
