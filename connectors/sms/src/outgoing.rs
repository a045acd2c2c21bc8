//! What both providers share of sending: whom to, what, and what is refused before any request.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Abilities, Address, ExternalId, OutboundAction, OutboundContent, OutboundMessage, PhoneNumber, RawEvent,
    Region, Remedy, SendError, SendLimits,
};

use crate::measure::measure;

/// More parts than this are refused by operators or by SMS.ru.
pub(crate) const MOST_PARTS: u32 = 8;

/// A text to a mobile number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outgoing<'a> {
    /// Digits without plus, as both providers take them.
    pub phone: String,
    pub text: &'a str,
}

/// The text and the number of a message, if it can be sent at all.
pub(crate) fn outgoing(message: &OutboundMessage) -> Result<Outgoing<'_>, SendError> {
    let OutboundAction::Send { content: OutboundContent::Text { text }, .. } = &message.action else {
        return Err(SendError::rejected("content", "По SMS можно отправить только текст."));
    };
    if text.trim().is_empty() {
        return Err(SendError::rejected("empty", "Напишите текст."));
    }
    let parts = measure(text).parts;
    if parts > MOST_PARTS {
        let reason =
            format!("Текст занимает {parts} частей SMS, а проходит не больше восьми: сократите его.");
        return Err(SendError::rejected("too_long", reason));
    }
    let phone = message.to.iter().find_map(|address| match address {
        Address::Phone(phone) => Some(phone),
        Address::Email(_) | Address::Opaque(_) => None,
    });
    let Some(phone) = phone else {
        return Err(another("no_phone", "У этого человека нет номера телефона."));
    };
    if !takes_sms(phone) {
        return Err(another("not_mobile", "Это городской номер: SMS на него не приходят."));
    }
    Ok(Outgoing { phone: phone.digits().to_owned(), text })
}

/// Of Russian numbers only mobile ones take messages; others are the provider's to judge.
pub(crate) fn takes_sms(phone: &PhoneNumber) -> bool {
    let digits = phone.digits();
    !(digits.starts_with('7') && matches!(digits.as_bytes()[1], b'3' | b'4' | b'8'))
}

fn another(code: &str, reason: &str) -> SendError {
    SendError::Rejected { code: code.into(), reason: reason.into(), remedy: Some(Remedy::AnotherChannel) }
}

/// The conversation of our sender with a number, as inbound messages name it: `<ours>:<theirs>`.
pub(crate) fn conversation(sender: &str, region: Region, address: &Address) -> Option<ExternalId> {
    let Address::Phone(phone) = address else { return None };
    takes_sms(phone)
        .then(|| ExternalId::new(format!("{}:{}", crate::number_key(sender, region), phone.digits())))
}

pub(crate) fn abilities() -> Abilities {
    Abilities { text_limit: Some(MOST_PARTS * 153), writes_first: true, ..Abilities::default() }
}

/// Both providers judge by parallel requests and by equal texts; a trading company needs no more than this.
pub(crate) const LIMITS: SendLimits = SendLimits {
    account_per_second: 20,
    conversation_pause: Duration::from_millis(500),
    conversation_burst: 3,
    concurrent: 4,
    attempts: 12,
};

/// When a message without a final state is asked after: in 2, 10 and 60 minutes, then every six hours up to two days. The
/// sheet gives these times for SMSC.ru; SMS.ru names none and gets the same.
pub(crate) const ASK_AFTER: [TimeDelta; 11] = [
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::hours(1),
    TimeDelta::hours(7),
    TimeDelta::hours(13),
    TimeDelta::hours(19),
    TimeDelta::hours(25),
    TimeDelta::hours(31),
    TimeDelta::hours(37),
    TimeDelta::hours(43),
    TimeDelta::hours(48),
];

/// An answer of the provider as it is kept: `query` says what was asked, without what proves that it is us.
pub(crate) fn told(query: String, body: Bytes, now: DateTime<Utc>) -> RawEvent {
    let (source, content_type) = (TOLD.to_owned(), Some("application/json".to_owned()));
    RawEvent { source, received_at: now, content_type, query, body }
}

/// After so long a provider that saw too many questions is asked again.
pub(crate) const A_MINUTE: Duration = Duration::from_secs(60);

/// The source of what was asked for.
pub(crate) const TOLD: &str = "history";

/// A number from 1 to 2147483647 that stands for a text, the same at every attempt.
pub(crate) fn number_of(reference: &str) -> u32 {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(reference.as_bytes());
    let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) & 0x7fff_ffff;
    number.max(1)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn message(to: &str, text: &str) -> OutboundMessage {
        OutboundMessage {
            id: "0190a000-0000-7000-8000-000000000001".parse().expect("a UUID"),
            conversation: ExternalId::new(":79000000001"),
            to: PhoneNumber::parse(to, Region::default()).into_iter().map(Address::Phone).collect(),
            action: OutboundAction::Send {
                content: OutboundContent::Text { text: text.into() },
                quote: None,
            },
        }
    }

    fn code(message: &OutboundMessage) -> String {
        match outgoing(message) {
            Err(SendError::Rejected { code, .. }) => code,
            other => panic!("it is refused, not {other:?}"),
        }
    }

    #[test]
    fn a_landline_is_refused_before_any_request() {
        for phone in ["+74950000101", "+78120000001", "+78005553535", "+73430000001"] {
            assert_eq!(code(&message(phone, "Готово")), "not_mobile", "{phone}");
        }
        for phone in ["+79000000001", "+77010000001", "+375290000001"] {
            assert!(outgoing(&message(phone, "Готово")).is_ok(), "{phone}");
        }
        assert_eq!(code(&message("", "Готово")), "no_phone");
    }

    #[test]
    fn only_a_text_of_eight_parts_goes_out() {
        assert!(outgoing(&message("+79000000001", &"Ж".repeat(67 * 8))).is_ok());
        assert_eq!(code(&message("+79000000001", &"Ж".repeat(67 * 8 + 1))), "too_long");
        assert_eq!(code(&message("+79000000001", " \n")), "empty");
        let mut location = message("+79000000001", "x");
        location.action = OutboundAction::React { message: ExternalId::new("1"), emoji: None };
        assert_eq!(code(&location), "content");
    }

    #[test]
    fn the_conversation_is_the_one_that_an_answer_comes_in() {
        let phone = Address::Phone(PhoneNumber::parse("+79000000001", Region::default()).expect("a number"));
        let key = conversation("8 900 000-09-00", Region::default(), &phone).expect("a mobile number");
        assert_eq!(key.as_str(), "79000000900:79000000001");
        assert_eq!(
            conversation("Romashka", Region::default(), &phone).unwrap().as_str(),
            "Romashka:79000000001"
        );
    }

    #[test]
    fn a_number_stands_for_one_reference() {
        assert_eq!(number_of("a"), number_of("a"));
        assert_ne!(number_of("a"), number_of("b"));
    }
}
