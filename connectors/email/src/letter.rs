//! A letter, and how it is written for the wire.

use chrono::{DateTime, Utc};
use connector_api::SendError;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment as Attached, Body, Mailbox, Message, MultiPart, SinglePart};

/// One letter to one address.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Ours, of `0-9a-f-`; the same at every attempt.
    pub id: String,
    /// Whom it is for.
    pub to: String,
    /// In any letters; a line break counts as a space.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// When it was written, not when it goes out.
    pub written_at: DateTime<Utc>,
    /// Files.
    pub attachments: Vec<Attachment>,
}

/// A file beside the text.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// In any letters.
    pub file_name: String,
    /// `application/pdf`; bytes of no known kind where it is none.
    pub mime_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Whether a letter can be sent there. Addresses with letters beyond ASCII are none: few servers take them.
pub fn is_address(text: &str) -> bool {
    text.is_ascii() && text.parse::<Address>().is_ok()
}

/// What goes over the wire. Pure: the same letter is the same bytes but for the borders between its parts.
pub(crate) fn compose(from: &Mailbox, letter: &Letter) -> Result<Message, SendError> {
    if !is_address(&letter.to) {
        return Err(SendError::rejected("address", "Это не адрес электронной почты: исправьте его."));
    }
    let to: Address = letter.to.parse().map_err(unwritable)?;
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(letter.written_at.into())
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())));
    let text = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::Base64)
        .body(letter.text.clone());
    if letter.attachments.is_empty() {
        return message.singlepart(text).map_err(unwritable);
    }
    let mut parts = MultiPart::mixed().singlepart(text);
    for file in &letter.attachments {
        parts = parts.singlepart(attached(file));
    }
    message.multipart(parts).map_err(unwritable)
}

fn attached(file: &Attachment) -> SinglePart {
    let unknown = || ContentType::parse("application/octet-stream").expect("a known type");
    let kind = ContentType::parse(&file.mime_type).unwrap_or_else(|_| unknown());
    // Always base64: other encodings would change the line ends of a file that is text.
    let body = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64)
        .expect("base64 takes any bytes");
    Attached::new(one_line(&file.file_name)).body(body, kind)
}

/// Line breaks would begin another header.
fn one_line(text: &str) -> String {
    text.split(|sign: char| sign.is_control()).collect::<Vec<_>>().join(" ")
}

fn unwritable(error: impl std::fmt::Display) -> SendError {
    SendError::rejected("letter", format!("Письмо не удалось составить: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "01939f7e-0000-7000-8000-000000000001".into(),
            to: "admin@example.ru".into(),
            subject: "Канал «Телфин» не работает".into(),
            text: "Провайдер не отвечает.\n.\nТочка выше не конец письма.".into(),
            written_at: "2026-11-22T09:00:00Z".parse().unwrap(),
            attachments: Vec::new(),
        }
    }

    fn wire(letter: &Letter) -> String {
        let from = "Узел <uzel@example.ru>".parse().unwrap();
        String::from_utf8(compose(&from, letter).unwrap().formatted()).unwrap()
    }

    #[test]
    fn every_attempt_is_the_same_letter_under_an_id_of_ours() {
        let wire = wire(&letter());
        assert!(wire.contains("Message-ID: <01939f7e-0000-7000-8000-000000000001@example.ru>\r\n"), "{wire}");
        assert!(wire.contains("Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n"), "{wire}");
        assert_eq!(wire, super::tests::wire(&letter()));
    }

    #[test]
    fn russian_goes_over_the_wire_in_ascii_and_comes_out_whole() {
        let wire = wire(&letter());
        assert!(wire.is_ascii() && wire.contains("Subject: =?utf-8?b?"), "{wire}");
        assert!(wire.contains("Content-Type: text/plain; charset=utf-8"), "{wire}");
    }

    #[test]
    fn a_line_break_begins_no_other_header() {
        let wire = wire(&Letter { subject: "a\r\nBcc: thief@example.org".into(), ..letter() });
        assert!(!wire.contains("\r\nBcc:"), "{wire}");
    }

    #[test]
    fn files_go_beside_the_text() {
        let file = |name: &str, kind: &str| Attachment {
            file_name: name.into(),
            mime_type: kind.into(),
            bytes: b"%PDF".to_vec(),
        };
        let attachments = vec![file("Счёт 15.pdf", "application/pdf"), file("a\nb.bin", "nonsense")];
        let wire = wire(&Letter { attachments, ..letter() });
        assert!(wire.contains("Content-Type: multipart/mixed;") && wire.is_ascii(), "{wire}");
        assert!(wire.contains("Content-Type: application/pdf"), "{wire}");
        assert!(wire.contains("Content-Type: application/octet-stream"), "{wire}");
        assert_eq!(wire.matches("JVBERg==").count(), 2, "{wire}");
    }

    #[test]
    fn what_is_no_address_gets_no_letter() {
        let from = "uzel@example.ru".parse().unwrap();
        for to in ["", "admin", "почта@пример.рф", "a@example.ru, b@example.ru", "a@b\r\nRCPT TO:<c@d>"]
        {
            let refused = compose(&from, &Letter { to: to.into(), ..letter() });
            assert!(matches!(refused, Err(SendError::Rejected { code, .. }) if code == "address"), "{to}");
            assert!(!is_address(to), "{to}");
        }
    }
}
