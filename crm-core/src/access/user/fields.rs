//! What the fields of a user may hold.

use connector_api::EmailAddress;

use super::{User, UserError};

/// What of a user an administrator enters.
pub(super) struct Fields {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) post: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) email: Option<String>,
}

impl Fields {
    pub(super) fn of(user: &User) -> Self {
        let User { login, name, post, phone, email, .. } = user.clone();
        Self { login, name, post, phone, email }
    }
}

/// A login as it is stored: one person is not two by the case of letters.
pub fn normal_login(login: &str) -> String {
    login.trim().to_lowercase()
}

pub(super) fn login(text: &str) -> Result<String, UserError> {
    let login = normal_login(text);
    let letter = |c: char| c.is_ascii_lowercase() || matches!(c, 'а'..='я' | 'ё') || c.is_ascii_digit();
    let fits = (2..=64).contains(&login.chars().count())
        && login.chars().all(|c| letter(c) || matches!(c, '.' | '_' | '-' | '@' | '+'));
    if fits { Ok(login) } else { Err(UserError::Field { field: "login" }) }
}

pub(super) fn name(text: &str) -> Result<String, UserError> {
    optional("name", Some(text))?.ok_or(UserError::Field { field: "name" })
}

/// An empty text is none.
pub(super) fn optional(field: &'static str, text: Option<&str>) -> Result<Option<String>, UserError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(UserError::Field { field });
    }
    Ok(Some(text.to_owned()))
}

/// In small letters; of ASCII only, because few mail servers take more.
pub(super) fn email(text: Option<&str>) -> Result<Option<String>, UserError> {
    let Some(text) = optional("email", text)? else { return Ok(None) };
    let address = EmailAddress::parse(&text).filter(|address| address.as_str().is_ascii());
    address.map(|address| Some(address.as_str().to_owned())).ok_or(UserError::Field { field: "email" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_one_in_any_letter_case() {
        assert_eq!(login(" Anna.Petrova@firma.ru ").unwrap(), "anna.petrova@firma.ru");
        assert_eq!(login("ИВАНОВ").unwrap(), "иванов");
        for bad in ["", "a", "anna petrova", "anna\0", "İvan"] {
            assert!(login(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_email_is_an_address_in_small_letters() {
        assert_eq!(email(Some(" Anna@Firma.RU ")).unwrap().as_deref(), Some("anna@firma.ru"));
        assert_eq!(email(Some("")).unwrap(), None);
        for bad in ["anna", "anna@firma", "анна@фирма.рф", "a b@firma.ru", "@firma.ru"] {
            assert!(email(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_empty_text_is_none() {
        assert_eq!(optional("post", Some("  ")).unwrap(), None);
        assert!(name(" ").is_err());
        assert!(optional("post", Some("a\nb")).is_err());
    }
}
