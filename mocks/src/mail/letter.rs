//! A letter as its receiver reads it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A letter in a mailbox. Another with the same `Message-ID` is the same letter, and is only counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// In angle brackets.
    pub message_id: String,
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: String,
    /// Read.
    pub subject: String,
    /// Read; of a letter in parts the first one.
    pub text: String,
    /// How often it came.
    pub copies: u32,
    /// When it came first.
    pub received_at: DateTime<Utc>,
}

/// Why the server does not take what came behind `DATA`.
pub(super) type Refusal = &'static str;

/// Reads what came behind `DATA`, dots undone.
pub(super) fn read(from: &str, to: &str, data: &[u8], now: DateTime<Utc>) -> Result<Mail, Refusal> {
    let text = std::str::from_utf8(data).ok().filter(|text| text.is_ascii());
    let text = text.ok_or("554 5.6.1 8BITMIME was not offered")?;
    if text.replace("\r\n", "").contains(['\r', '\n']) {
        return Err("554 5.6.0 bare line feed");
    }
    if text.split("\r\n").any(|line| line.len() > 998) {
        return Err("500 5.5.2 line too long");
    }
    let (head, body) = text.split_once("\r\n\r\n").ok_or("554 5.6.0 no headers")?;
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let message_id = header(&head, "Message-ID").ok_or("554 5.7.1 Message-ID is missing")?.to_owned();
    if header(&head, "Date").and_then(|date| DateTime::parse_from_rfc2822(date).ok()).is_none() {
        return Err("554 5.7.1 Date is missing");
    }
    let sender = header(&head, "From").ok_or("554 5.7.1 From is missing")?;
    if !sender.trim_end_matches('>').ends_with(from) {
        return Err("553 5.7.1 sender address rejected: not owned by the author of the letter");
    }
    let subject =
        words(header(&head, "Subject").unwrap_or_default()).ok_or("554 5.6.0 unreadable subject")?;
    let text = text_of(&head, body).ok_or("554 5.6.0 unreadable text")?;
    let (from, to) = (from.to_owned(), to.to_owned());
    Ok(Mail { message_id, from, to, subject, text, copies: 1, received_at: now })
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Encoded words beside plain ones; the space between two encoded ones belongs to neither.
fn words(text: &str) -> Option<String> {
    let mut read = String::new();
    let mut was_encoded = false;
    for word in text.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        let is_encoded = encoded.is_some();
        let is_continued = was_encoded && is_encoded;
        if !(read.is_empty() || is_continued) {
            read.push(' ');
        }
        match encoded {
            Some(encoded) => read += &String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?,
            None => read += word,
        }
        was_encoded = is_encoded;
    }
    Some(read)
}

fn text_of(head: &str, body: &str) -> Option<String> {
    let kind = header(head, "Content-Type").unwrap_or("text/plain");
    if let Some(boundary) = kind.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()) {
        let part = body.split(&format!("--{boundary}\r\n")).nth(1)?;
        let (head, body) = part.split_once("\r\n\r\n")?;
        return text_of(&head.replace("\r\n ", " "), body.split(&format!("\r\n--{boundary}")).next()?);
    }
    match header(head, "Content-Transfer-Encoding").unwrap_or("7bit") {
        "base64" => {
            let bytes = STANDARD.decode(body.replace("\r\n", "")).ok()?;
            Some(String::from_utf8(bytes).ok()?.replace("\r\n", "\n"))
        }
        "7bit" => Some(body.replace("\r\n", "\n")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: =?utf-8?b?0KPQt9C10Ls=?= <uzel@example.ru>\r\nMessage-ID: <1@example.ru>\r\n\
                        Date: Sun, 22 Nov 2026 09:00:00 +0000\r\nSubject: =?utf-8?b?0JrQsNC90LDQ?=\r\n \
                        =?utf-8?b?uw==?= 7";

    fn taken(data: &str) -> Result<Mail, Refusal> {
        read("uzel@example.ru", "a@example.ru", data.as_bytes(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_letter_in_parts_is_read_by_its_first() {
        let data = format!(
            "{}\r\nContent-Type: multipart/mixed;\r\n boundary=\"x\"\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             0LTQsA==\r\n--x\r\n\r\nfile\r\n--x--\r\n",
            HEAD.replace("=?utf-8?b?0JrQsNC90LDQ?=\r\n =?utf-8?b?uw==?= 7", "plain words")
        );
        let mail = taken(&data).unwrap();
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("plain words", "да"));
    }

    #[test]
    fn a_letter_that_real_servers_refuse_is_refused() {
        let plain = HEAD.split("\r\nSubject").next().unwrap();
        assert_eq!(taken(&format!("{plain}\r\n\r\nhello\r\n")).unwrap().text, "hello\n");
        for (data, code) in [
            (format!("{plain}\r\n\r\nпривет"), "554 5.6.1"),
            (format!("{plain}\r\n\r\na\nb"), "554 5.6.0"),
            (format!("{plain}\r\n\r\n{}", "a".repeat(999)), "500"),
            (plain.replace("Message-ID", "X-Id") + "\r\n\r\n", "554 5.7.1 Message-ID"),
            (plain.replace("Date", "X-Date") + "\r\n\r\n", "554 5.7.1 Date"),
            (plain.replace("uzel@", "other@") + "\r\n\r\n", "553"),
        ] {
            assert!(taken(&data).unwrap_err().starts_with(code), "{data}");
        }
    }
}
