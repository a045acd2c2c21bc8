//! By what events find a client: phones, e-mails, opaque ids.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PhoneNumber, Region};

/// An id given by a provider. Opaque: only the connector that made it may look inside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExternalId(String);

impl ExternalId {
    /// Wraps the provider's id as it came; NUL, which no database takes, becomes U+FFFD.
    pub fn new(id: impl Into<String>) -> Self {
        Self(without_nul(id.into()))
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// An e-mail address in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// `None` when the text is not of the form `name@domain`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, domain) = text.rsplit_once('@')?;
        let plain = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        (plain(name) && plain(domain) && domain.contains('.')).then(|| Self(text.to_lowercase()))
    }

    /// The address, `name@domain`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A provider's id of a person. It compares only inside its scope: one portfolio, one network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpaqueId {
    /// Where the id is unique, e.g. `telegram` or `whatsapp:900000000000001`. Never holds `/`.
    pub scope: String,
    /// The id itself.
    pub id: String,
}

/// Phones and e-mails compare across channels; an opaque user id only within its own scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Address {
    /// A phone number in international form.
    Phone(PhoneNumber),
    /// An e-mail address.
    Email(EmailAddress),
    /// An id that a provider gave to a person.
    Opaque(OpaqueId),
}

impl Address {
    /// An opaque id in its scope.
    pub fn opaque(scope: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Opaque(OpaqueId { scope: scope.into(), id: without_nul(id.into()) })
    }

    /// The one text by which addresses are compared and stored: `phone:+79…`, `email:…`, `telegram/61…`.
    pub fn key(&self) -> String {
        match self {
            Self::Phone(phone) => format!("phone:{}", phone.e164()),
            Self::Email(email) => format!("email:{}", email.as_str()),
            Self::Opaque(opaque) => format!("{}/{}", opaque.scope, opaque.id),
        }
    }

    /// The address of a [`key`](Self::key).
    pub fn from_key(key: &str) -> Option<Self> {
        if let Some(phone) = key.strip_prefix("phone:") {
            return PhoneNumber::parse(phone, Region::default()).map(Self::Phone);
        }
        if let Some(email) = key.strip_prefix("email:") {
            return EmailAddress::parse(email).map(Self::Email);
        }
        let (scope, id) = key.split_once('/')?;
        Some(Self::opaque(scope, id))
    }
}

/// The person on the other side, as one event shows them. All addresses of a party are of one person, on the
/// provider's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// May be empty: a hidden caller. No order is implied.
    pub addresses: Vec<Address>,
    /// The name the person chose at the provider.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The user name at the provider, without `@`. It changes hands, so nobody is matched by it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub username: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_again_by_its_key() {
        let phone = |text| Address::Phone(PhoneNumber::parse(text, Region::default()).unwrap());
        for address in [
            phone("+79164569812"),
            phone("+77010000001"),
            phone("+375290000001"),
            Address::Email(EmailAddress::parse("a@b.example").unwrap()),
            Address::opaque("telegram", "61"),
            Address::opaque("whatsapp:900000000000001", "RU.9/1"),
        ] {
            assert_eq!(Address::from_key(&address.key()), Some(address));
        }
        for key in ["", "phone:", "phone:112", "email:a", "telegram"] {
            assert_eq!(Address::from_key(key), None, "{key}");
        }
    }
}
