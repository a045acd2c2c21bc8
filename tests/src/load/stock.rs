//! A stock of signed WhatsApp webhooks: fresh messages of known people, ready to be sent.

use chrono::{DateTime, Utc};
use mocks::whatsapp::{Action, Config, Content, FakeWhatsApp, Message, Sender, escape_non_ascii, signature};

use super::dice::Dice;
use super::drive::Requests;
use super::seed::{APP_SECRET, PHONE_NUMBER_ID, WABA_ID, person_name, phone};
use super::shape::family;
use super::words;

/// What stands where a message of its own will stand. All ASCII, so that escaping leaves them alone.
const MARKS: [(&str, Slot); 5] = [
    ("wamid.MARKOFTHEID", Slot::Id),
    ("1111111111", Slot::Time),
    ("79123456789", Slot::Phone),
    ("MARKOFTHENAME", Slot::Name),
    ("MARKOFTHETEXT", Slot::Text),
];

#[derive(Clone, Copy)]
enum Slot {
    Id,
    Time,
    Phone,
    Name,
    Text,
}

/// Makes messages; their numbers go on, so that none is like another.
pub(super) struct Writer {
    /// A webhook of the fake provider in pieces, and what stands behind each.
    pieces: Vec<(String, Option<Slot>)>,
    texts: Vec<String>,
    seed: u64,
    contacts: usize,
    /// Tells the messages of this run from those of others.
    run: i64,
    path: String,
    number: u64,
}

impl Writer {
    pub fn new(seed: u64, contacts: usize, path: &str, now: DateTime<Utc>) -> Self {
        let texts = (0..1024).map(|number| words::sentence(&mut Dice::of(seed, family::MESSAGE, number)));
        Self {
            pieces: pieces(),
            texts: texts.map(|text| escape_non_ascii(&text)).collect(),
            seed,
            contacts,
            run: now.timestamp_micros(),
            path: path.to_owned(),
            number: 0,
        }
    }

    /// One webhook.
    pub fn next(&mut self, now: DateTime<Utc>) -> Written {
        self.number += 1;
        let mut dice = Dice::of(self.seed, family::MESSAGE, self.number ^ self.run.unsigned_abs());
        let contact = dice.below(self.contacts);
        let id = self.id();
        let mut body = String::with_capacity(1024);
        for (piece, slot) in &self.pieces {
            body.push_str(piece);
            match slot {
                Some(Slot::Id) => body.push_str(&id),
                Some(Slot::Time) => body.push_str(&now.timestamp().to_string()),
                Some(Slot::Phone) => body.push_str(&phone(contact)),
                Some(Slot::Name) => body.push_str(&escape_non_ascii(&person_name(self.seed, contact))),
                Some(Slot::Text) => body.push_str(dice.pick::<String>(&self.texts)),
                None => {}
            }
        }
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: uzel\r\nuser-agent: facebookexternalua\r\ncontent-type: application/json\r\n\
             x-hub-signature-256: {}\r\ncontent-length: {}\r\n\r\n",
            self.path,
            signature(APP_SECRET, body.as_bytes()),
            body.len()
        );
        Written {
            id,
            #[cfg(test)]
            contact,
            request: [head.as_bytes(), body.as_bytes()].concat(),
        }
    }

    fn id(&self) -> String {
        format!("wamid.HBgL{:016X}{:020X}", self.run, self.number)
    }

    /// Several.
    pub fn stock(&mut self, count: usize, now: DateTime<Utc>) -> Requests {
        let mut requests = Requests::default();
        for _ in 0..count {
            requests.push(&self.next(now).request);
        }
        requests
    }
}

/// A webhook, and whose it is.
pub(super) struct Written {
    /// The provider's id of the message.
    pub id: String,
    #[cfg(test)]
    pub contact: usize,
    pub request: Vec<u8>,
}

fn pieces() -> Vec<(String, Option<Slot>)> {
    let mut config = Config::example("http://127.0.0.1:1/");
    APP_SECRET.clone_into(&mut config.app_secret);
    PHONE_NUMBER_ID.clone_into(&mut config.phone_number_id);
    WABA_ID.clone_into(&mut config.waba_id);
    let [id, time, phone, name, text] = MARKS.map(|(mark, _)| mark);
    let at = DateTime::from_timestamp(time.parse().expect("a mark in digits"), 0).expect("a moment");
    let from = Sender::phone(phone).named(name);
    let message = Message::new(id, at, from, Content::text(text));
    let request = FakeWhatsApp::new(config).request(&Action::Message(message));
    let mut rest = std::str::from_utf8(&request.body).expect("JSON is text");
    let mut pieces = Vec::new();
    while let Some((at, mark, slot)) = MARKS
        .iter()
        .filter_map(|(mark, slot)| Some((rest.find(mark)?, *mark, *slot)))
        .min_by_key(|found| found.0)
    {
        pieces.push((rest[..at].to_owned(), Some(slot)));
        rest = &rest[at + mark.len()..];
    }
    pieces.push((rest.to_owned(), None));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_of_its_own_and_known_people_write_them() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a moment");
        let mut writer = Writer::new(1, 100, "/hooks/k", now);
        let (one, other) = (writer.next(now), writer.next(now));
        assert_ne!(one.id, other.id);
        let text = String::from_utf8(one.request).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        let value = &body["entry"][0]["changes"][0]["value"];
        assert_eq!(value["messages"][0]["id"], one.id);
        assert_eq!(value["messages"][0]["from"], phone(one.contact));
        assert_eq!(value["contacts"][0]["profile"]["name"], person_name(1, one.contact));
        assert_eq!(value["messages"][0]["timestamp"], "1795000000");
        assert!(head.contains("x-hub-signature-256: sha256="));
        assert!(!text.contains("MARK"));
    }
}
