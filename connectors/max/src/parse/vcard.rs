//! Visiting cards: the text of a vCard, and the proof that it is the sender's own.

use connector_api::{ContactCard, PhoneNumber, Region};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Reads name, company, numbers and e-mails: <https://www.rfc-editor.org/rfc/rfc6350>.
pub(super) fn read(text: &str, region: Region) -> ContactCard {
    let mut card = ContactCard::default();
    // A line that begins with a blank continues the one before.
    let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    for line in unfolded.lines() {
        let Some((property, value)) = line.split_once(':') else { continue };
        let property = property.split(';').next().unwrap_or_default();
        let property = property.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
        let value = unescaped(value);
        if value.is_empty() {
            continue;
        }
        match property.as_str() {
            "FN" => card.name = Some(value),
            "ORG" => card.organization = Some(value.trim_end_matches(';').replace(';', ", ")),
            "TEL" => {
                let number = value.strip_prefix("tel:").unwrap_or(&value).to_owned();
                card.phones.extend(PhoneNumber::parse(&number, region));
                card.phone_texts.push(number);
            }
            "EMAIL" => card.emails.push(value),
            _ => {}
        }
    }
    card
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.trim().chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

/// Whether the provider vouches that the card belongs to the account which sent it.
pub(super) fn is_own(text: &str, hash: Option<&str>, token: &SecretString) -> bool {
    let Some(hash) = hash.and_then(|hash| hex::decode(hash).ok()) else { return false };
    let mut mac = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.verify_slice(&hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79000000001\r\nFN:Олег\r\nEND:VCARD\r\n";
    const HASH: &str = "530ba0a54cb763c72c6c69fa202d60f1dc6c1f2f8948427ab51c6e9f992234ad";

    /// The vector of the protocol's description.
    #[test]
    fn only_the_right_hash_over_the_exact_text_proves_a_card() {
        let token: SecretString = "example-token-1".into();
        assert!(is_own(CARD, Some(HASH), &token));
        assert!(is_own(CARD, Some(&HASH.to_uppercase()), &token));
        assert!(!is_own(&CARD.replace("\r\n", "\n"), Some(HASH), &token));
        assert!(!is_own(CARD, Some(HASH), &"example-token-2".into()));
        for wrong in [None, Some(""), Some("530b"), Some("not hex"), Some(&HASH.replace('5', "6"))] {
            assert!(!is_own(CARD, wrong, &token), "{wrong:?}");
        }
    }

    #[test]
    fn a_card_is_read_with_groups_folds_and_escapes() {
        let text = "BEGIN:VCARD\nitem1.TEL;type=CELL:+7 900 000-00-01\nTEL:tel:+79000000002\nTEL:доб. 5\n\
                    FN:Ирина\\, снаб\n жение\nORG:ООО «Пример»;Склад\nEMAIL;TYPE=work:sklad@example.ru\nNOTE\n";
        let card = read(text, Region::Russia);
        assert_eq!(card.name.as_deref(), Some("Ирина, снабжение"));
        assert_eq!(card.organization.as_deref(), Some("ООО «Пример», Склад"));
        let phones: Vec<&str> = card.phones.iter().map(PhoneNumber::e164).collect();
        assert_eq!(phones, ["+79000000001", "+79000000002"]);
        assert_eq!(card.phone_texts, ["+7 900 000-00-01", "+79000000002", "доб. 5"]);
        assert_eq!(card.emails, ["sklad@example.ru"]);
    }
}
