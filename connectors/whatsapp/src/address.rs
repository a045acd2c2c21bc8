//! How people and conversations are named, the same for what comes in and what goes out.

use connector_api::{Address, ExternalId, OutboundMessage, PhoneNumber};

use crate::Config;

/// An address from digits. A WhatsApp id that cannot be a phone number stays an id.
pub(crate) fn phone(config: &Config, digits: &str) -> Address {
    match PhoneNumber::parse(&format!("+{digits}"), config.region) {
        Some(number) => Address::Phone(number),
        None => user_id(config, digits),
    }
}

/// An address inside our portfolio.
pub(crate) fn user_id(config: &Config, id: &str) -> Address {
    Address::opaque(scope(config), id)
}

fn scope(config: &Config) -> String {
    format!("whatsapp:{}", config.portfolio.replace('/', "_"))
}

/// The key of a conversation: our number and the other side.
pub(crate) fn conversation(number: &str, other_side: &str) -> ExternalId {
    ExternalId::new(format!("{number}:{other_side}"))
}

/// The key of the conversation with an address, as `parse` would give it; `None` for an address that is not ours to use.
pub(crate) fn conversation_with(config: &Config, number: &str, address: &Address) -> Option<ExternalId> {
    Recipient::of_address(config, address).map(|other| conversation(number, other.id()))
}

/// Whom a message goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// Digits.
    Phone(String),
    /// BSUID.
    User(String),
    /// A group, to which ordinary accounts cannot write.
    Group(String),
}

impl Recipient {
    /// The address that the conversation runs by, else what its key says. A group is never answered in private.
    pub fn of(config: &Config, message: &OutboundMessage) -> Self {
        let by_key = Self::of_conversation(&message.conversation);
        if matches!(by_key, Self::Group(_)) {
            return by_key;
        }
        message.to.iter().find_map(|address| Self::of_address(config, address)).unwrap_or(by_key)
    }

    /// The other side of a conversation's key.
    pub fn of_conversation(conversation: &ExternalId) -> Self {
        let key = conversation.as_str();
        Self::of_id(key.split_once(':').map_or(key, |(_, other)| other))
    }

    fn of_address(config: &Config, address: &Address) -> Option<Self> {
        match address {
            Address::Phone(phone) => Some(Self::Phone(phone.e164().trim_start_matches('+').to_owned())),
            Address::Opaque(opaque) if opaque.scope == scope(config) => Some(Self::of_id(&opaque.id)),
            _ => None,
        }
    }

    /// A BSUID begins with two letters of a country and a full stop.
    fn of_id(id: &str) -> Self {
        if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Phone(id.to_owned());
        }
        match id.as_bytes() {
            [first, second, b'.', _, ..] if first.is_ascii_uppercase() && second.is_ascii_uppercase() => {
                Self::User(id.to_owned())
            }
            _ => Self::Group(id.to_owned()),
        }
    }

    pub fn id(&self) -> &str {
        match self {
            Self::Phone(id) | Self::User(id) | Self::Group(id) => id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_typed_in_any_way_makes_the_key_that_a_message_from_it_has() {
        let config = Config::default();
        for text in ["8 (900) 000-00-02", "+79000000002", "9000000002"] {
            let number = PhoneNumber::parse(text, config.region).expect("a number");
            let key = conversation_with(&config, "900000000000002", &Address::Phone(number));
            assert_eq!(key, Some(conversation("900000000000002", "79000000002")), "{text}");
        }
    }

    #[test]
    fn only_user_ids_of_our_own_portfolio_can_be_written_to() {
        let config = Config::default();
        let ours = user_id(&config, "RU.9000000000000000003");
        let key = conversation_with(&config, "1", &ours);
        assert_eq!(key, Some(conversation("1", "RU.9000000000000000003")));
        let theirs = Address::opaque("whatsapp:another", "RU.9000000000000000003");
        assert_eq!(conversation_with(&config, "1", &theirs), None);
        assert_eq!(conversation_with(&config, "1", &Address::opaque("telegram", "61")), None);
    }

    #[test]
    fn the_other_side_is_read_back_from_the_key() {
        for (other, recipient) in [
            ("79000000002", Recipient::Phone("79000000002".into())),
            ("RU.9000000000000000003", Recipient::User("RU.9000000000000000003".into())),
            ("RU.ENT.9000000000000000003", Recipient::User("RU.ENT.9000000000000000003".into())),
            ("Y2FwaV9ncm91cA==", Recipient::Group("Y2FwaV9ncm91cA==".into())),
        ] {
            assert_eq!(Recipient::of_conversation(&conversation("900000000000002", other)), recipient);
        }
    }
}
