//! The documents that Meta posts, with their keys in the order of Meta's examples.

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::Config;
use super::action::{Action, Card, Content, Echo, File, Message, NumberChange, Reached, Sender, Status};

/// An object with its keys in a chosen order: JSON does not care, but a signature vector does.
struct Object(Vec<(&'static str, Part)>);

enum Part {
    Value(Value),
    Object(Object),
    List(Vec<Object>),
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, part) in &self.0 {
            map.serialize_entry(key, part)?;
        }
        map.end()
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

impl Object {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((key, Part::Value(value.into())));
        self
    }

    fn with_some(self, key: &'static str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.with(key, value.clone()),
            None => self,
        }
    }

    fn with_object(mut self, key: &'static str, object: Self) -> Self {
        self.0.push((key, Part::Object(object)));
        self
    }

    fn with_list(mut self, key: &'static str, list: Vec<Self>) -> Self {
        self.0.push((key, Part::List(list)));
        self
    }
}

/// The whole body before escaping. Neighbours of one kind share one `value`.
pub(super) fn notification(config: &Config, actions: &[Action]) -> String {
    let changes =
        actions.chunk_by(|one, next| kind(one) == kind(next)).map(|run| change(config, run)).collect();
    let entry = Object::new().with("id", config.waba_id.clone()).with_list("changes", changes);
    let document = Object::new().with("object", "whatsapp_business_account").with_list("entry", vec![entry]);
    serde_json::to_string(&document).expect("strings and numbers always become JSON")
}

/// What may share a `value`: system messages stand alone because they have no `contacts`.
fn kind(action: &Action) -> u8 {
    match action {
        Action::Message(_) => 0,
        Action::Status(_) => 1,
        Action::Echo(_) => 2,
        Action::NumberChange(_) => 3,
    }
}

fn change(config: &Config, run: &[Action]) -> Object {
    let metadata = Object::new()
        .with("display_phone_number", config.display_phone.clone())
        .with("phone_number_id", config.phone_number_id.clone());
    let mut value = Object::new().with("messaging_product", "whatsapp").with_object("metadata", metadata);
    let contacts = contacts(run);
    if !contacts.is_empty() {
        value = value.with_list("contacts", contacts);
    }
    let (field, key) = match run.first() {
        Some(Action::Status(_)) => ("messages", "statuses"),
        Some(Action::Echo(_)) => ("smb_message_echoes", "message_echoes"),
        _ => ("messages", "messages"),
    };
    let facts = run.iter().map(|action| fact(config, action)).collect();
    Object::new().with("field", field).with_object("value", value.with_list(key, facts))
}

fn fact(config: &Config, action: &Action) -> Object {
    match action {
        Action::Message(fact) => message(fact),
        Action::Status(fact) => status(fact),
        Action::Echo(fact) => echo(config, fact),
        Action::NumberChange(fact) => number_change(fact),
    }
}

/// Everybody once. Profiles stand with messages, and with statuses that say `delivered` or `read`.
fn contacts(run: &[Action]) -> Vec<Object> {
    let mut seen: Vec<&Sender> = Vec::new();
    let mut list = Vec::new();
    for action in run {
        let (person, profile) = match action {
            Action::Message(fact) => (&fact.from, profile(&fact.from, true)),
            Action::Status(fact) if matches!(fact.reached, Reached::Failed(_)) => continue,
            Action::Status(fact) => {
                (&fact.to, profile(&fact.to, true).filter(|_| fact.reached != Reached::Sent))
            }
            Action::Echo(fact) => (&fact.to, profile(&fact.to, false)),
            Action::NumberChange(_) => continue,
        };
        if seen.contains(&person) {
            continue;
        }
        seen.push(person);
        let mut contact = Object::new();
        if let Some(profile) = profile {
            contact = contact.with_object("profile", profile);
        }
        list.push(
            contact.with_some("wa_id", person.phone.as_ref()).with_some("user_id", person.user_id.as_ref()),
        );
    }
    list
}

/// Echoes confirm the user name only.
fn profile(person: &Sender, with_name: bool) -> Option<Object> {
    let name = person.name.as_ref().filter(|_| with_name);
    if name.is_none() && person.username.is_none() {
        return None;
    }
    Some(Object::new().with_some("name", name).with_some("username", person.username.as_ref()))
}

fn seconds(at: DateTime<Utc>) -> String {
    at.timestamp().to_string()
}

fn message(fact: &Message) -> Object {
    let mut object = Object::new().with_some("from", fact.from.phone.as_ref());
    // In the provider's samples `edit` and `revoke` lack the user id: it is in `contacts` only.
    if !matches!(fact.content, Content::Edit { .. } | Content::Revoke { .. }) {
        object = object.with_some("from_user_id", fact.from.user_id.as_ref());
    }
    object =
        with_content(object.with("id", fact.id.clone()).with("timestamp", seconds(fact.at)), &fact.content);
    let mut context = Object::new();
    if let Some(quote) = &fact.quote {
        context = context.with("from", quote.author_phone.clone()).with("id", quote.id.clone());
    }
    if fact.forwarded {
        context = context.with("forwarded", true);
    }
    if context.0.is_empty() { object } else { object.with_object("context", context) }
}

fn echo(config: &Config, fact: &Echo) -> Object {
    let object = Object::new()
        .with("from", config.display_phone.clone())
        .with_some("to", fact.to.phone.as_ref())
        .with_some("to_user_id", fact.to.user_id.as_ref())
        .with("id", fact.id.clone())
        .with("timestamp", seconds(fact.at));
    with_content(object, &fact.content)
}

fn status(fact: &Status) -> Object {
    let failed = matches!(fact.reached, Reached::Failed(_));
    let mut object = Object::new()
        .with("id", fact.id.clone())
        .with("status", fact.reached.word())
        .with("timestamp", seconds(fact.at))
        .with_some("recipient_id", fact.to.phone.as_ref());
    // A failure of a message that went to a phone does not name the user.
    if !(failed && fact.to.phone.is_some()) {
        object = object.with_some("recipient_user_id", fact.to.user_id.as_ref());
    }
    object = object.with_some("biz_opaque_callback_data", fact.callback_data.as_ref());
    match fact.reached {
        Reached::Failed(code) => object.with("errors", json!([error(code)])),
        Reached::Sent | Reached::Read => object.with(
            "pricing",
            json!({ "billable": false, "pricing_model": "PMP", "type": "free_customer_service", "category": "service" }),
        ),
        Reached::Delivered | Reached::Played => object,
    }
}

fn number_change(fact: &NumberChange) -> Object {
    let (old, new) = (fact.before.phone.as_ref(), fact.after.phone.as_ref());
    let word = |phone: Option<&String>| phone.cloned().unwrap_or_default();
    let kind = if new.is_some() { "user_changed_number" } else { "user_changed_user_id" };
    let system = Object::new()
        .with("type", kind)
        .with("body", format!("User {} changed from {} to {}", fact.name, word(old), word(new)))
        .with_some("wa_id", new)
        .with_some("user_id", fact.after.user_id.as_ref())
        .with_some("previous_user_id", fact.before.user_id.as_ref());
    Object::new()
        .with_some("from", old)
        .with("id", fact.id.clone())
        .with("timestamp", seconds(fact.at))
        .with("type", "system")
        .with_object("system", system)
}

fn with_content(object: Object, content: &Content) -> Object {
    let (kind, value) = described(content);
    match content {
        Content::Unsupported { code, kind: what } => {
            let object = object.with("type", "unsupported").with("errors", json!([error(*code)]));
            match what {
                Some(what) => object.with("unsupported", json!({ "type": what })),
                None => object,
            }
        }
        Content::Unknown(kind) => object.with("type", kind.clone()),
        _ => object.with("type", kind).with(kind, value),
    }
}

/// The `type` and the value of the key of the same name.
fn described(content: &Content) -> (&'static str, Value) {
    match content {
        Content::Text(body) => ("text", json!({ "body": body })),
        Content::Image(file) => ("image", file_value(file)),
        Content::Video(file) => ("video", file_value(file)),
        Content::Audio(file, voice) => ("audio", with_key(file_value(file), "voice", (*voice).into())),
        Content::Document(file) => ("document", file_value(file)),
        Content::Sticker(file) => ("sticker", with_key(file_value(file), "animated", false.into())),
        Content::Location { latitude, longitude, name, address } => {
            let mut value = json!({ "latitude": latitude, "longitude": longitude });
            for (key, text) in [("name", name), ("address", address)] {
                if let Some(text) = text {
                    value = with_key(value, key, text.clone().into());
                }
            }
            ("location", value)
        }
        Content::Contacts(cards) => ("contacts", cards.iter().map(card).collect()),
        Content::Reaction { to, emoji } => {
            let value = json!({ "message_id": to });
            let value = match emoji {
                Some(emoji) => with_key(value, "emoji", emoji.clone().into()),
                None => value,
            };
            ("reaction", value)
        }
        Content::Edit { original, content } => {
            let (kind, value) = described(content);
            let message = with_key(json!({ "type": kind }), kind, value);
            ("edit", json!({ "original_message_id": original, "message": message }))
        }
        Content::Revoke { original } => ("revoke", json!({ "original_message_id": original })),
        Content::ButtonReply { id, title } => {
            ("interactive", json!({ "type": "button_reply", "button_reply": { "id": id, "title": title } }))
        }
        Content::TemplateButton { text, payload } => ("button", json!({ "text": text, "payload": payload })),
        Content::Unsupported { .. } => ("unsupported", Value::Null),
        Content::Unknown(_) => ("unknown", Value::Null),
    }
}

fn file_value(file: &File) -> Value {
    let mut value = json!({ "id": file.id, "mime_type": file.mime_type, "sha256": file.sha256 });
    for (key, text) in [("caption", &file.caption), ("filename", &file.file_name)] {
        if let Some(text) = text {
            value = with_key(value, key, text.clone().into());
        }
    }
    value
}

fn card(card: &Card) -> Value {
    let phones: Vec<Value> =
        card.phones.iter().map(|phone| json!({ "phone": phone, "type": "CELL" })).collect();
    let value = json!({ "name": { "formatted_name": card.name }, "phones": phones });
    if card.requested { with_key(value, "origin", "contact_request".into()) } else { value }
}

fn with_key(value: Value, key: &str, added: Value) -> Value {
    let mut map = match value {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    map.insert(key.to_owned(), added);
    Value::Object(map)
}

fn error(code: u32) -> Value {
    let title = match code {
        131_026 => "Message undeliverable",
        131_047 => "Re-engagement message",
        131_051 => "Message type unknown",
        131_052 => "Media download error",
        _ => "Something went wrong",
    };
    json!({
        "code": code, "title": title, "message": title,
        "error_data": { "details": "Invented details." },
        "href": "/documentation/business-messaging/whatsapp/support/error-codes/"
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Config, FakeWhatsApp};
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("in range")
    }

    fn fake() -> FakeWhatsApp {
        let mut config = Config::example("http://127.0.0.1:1/hooks/whatsapp");
        config.display_phone = "79000000001".to_owned();
        FakeWhatsApp::new(config)
    }

    fn irina() -> Sender {
        Sender::phone("79000000002").with_user_id("RU.9000000000000000002").named("Ирина К.")
    }

    fn values(actions: &[Action]) -> Vec<Value> {
        let body: Value = serde_json::from_slice(&fake().batch(actions).body).expect("JSON");
        body["entry"][0]["changes"].as_array().cloned().unwrap_or_default()
    }

    fn message_of(id: &str, seconds: i64, content: Content) -> Value {
        let message = Message::new(id, at(seconds), Sender::phone("79000000002"), content);
        values(&[Action::Message(message)])[0]["value"]["messages"][0].clone()
    }

    #[test]
    fn reactions_edits_and_deletions_have_the_shapes_of_the_sheet() {
        let reaction = |emoji: Option<&str>| Content::Reaction {
            to: "wamid.OUT1".to_owned(),
            emoji: emoji.map(str::to_owned),
        };
        assert_eq!(
            message_of("wamid.AAB2", 1_793_520_110, reaction(Some("👍🏻"))),
            json!({ "from": "79000000002", "id": "wamid.AAB2", "timestamp": "1793520110", "type": "reaction",
                "reaction": { "message_id": "wamid.OUT1", "emoji": "👍🏻" } })
        );
        assert_eq!(
            message_of("wamid.AAB3", 1_793_520_111, reaction(None))["reaction"],
            json!({ "message_id": "wamid.OUT1" })
        );
        let edit = Content::Edit {
            original: "wamid.AAA1".to_owned(),
            content: Box::new(Content::photo(2, "Вот шильдик, номер 12")),
        };
        let edited = message_of("wamid.AAB4", 1_793_520_112, edit);
        assert_eq!(edited["edit"]["original_message_id"], "wamid.AAA1");
        assert_eq!(edited["edit"]["message"]["type"], "image");
        assert_eq!(edited["edit"]["message"]["image"]["caption"], "Вот шильдик, номер 12");
        assert_eq!(
            message_of("wamid.AAB5", 1_793_520_113, Content::Revoke { original: "wamid.AAA2".to_owned() }),
            json!({ "from": "79000000002", "id": "wamid.AAB5", "timestamp": "1793520113", "type": "revoke",
                "revoke": { "original_message_id": "wamid.AAA2" } })
        );
    }

    #[test]
    fn a_hidden_number_leaves_the_user_id_alone() {
        let oleg = Sender {
            username: Some("@oleg_sklad".to_owned()),
            ..Sender::user("RU.9000000000000000003").named("Олег")
        };
        let value =
            &values(&[Action::Message(Message::new("wamid.1", at(1), oleg, Content::voice(1)))])[0]["value"];
        assert_eq!(
            value["contacts"],
            json!([{ "profile": { "name": "Олег", "username": "@oleg_sklad" }, "user_id": "RU.9000000000000000003" }])
        );
        let message = &value["messages"][0];
        assert_eq!(message["from_user_id"], "RU.9000000000000000003");
        assert!(message.get("from").is_none());
        assert_eq!(message["audio"]["mime_type"], "audio/ogg; codecs=opus");
        assert_eq!(message["audio"]["voice"], true);
    }

    #[test]
    fn a_changed_number_names_both_and_has_no_contacts() {
        let change = NumberChange {
            id: "wamid.AAB7".to_owned(),
            at: at(1_793_520_130),
            name: "Ирина".to_owned(),
            before: Sender::phone("79000000002").with_user_id("RU.9000000000000000002"),
            after: Sender::phone("79000000005").with_user_id("RU.9000000000000000005"),
        };
        let value = &values(&[Action::NumberChange(change)])[0]["value"];
        assert!(value.get("contacts").is_none());
        assert_eq!(
            value["messages"][0],
            json!({ "from": "79000000002", "id": "wamid.AAB7", "timestamp": "1793520130", "type": "system",
                "system": { "type": "user_changed_number", "body": "User Ирина changed from 79000000002 to 79000000005",
                    "wa_id": "79000000005", "user_id": "RU.9000000000000000005", "previous_user_id": "RU.9000000000000000002" } })
        );
    }

    #[test]
    fn an_echo_from_the_phone_has_the_shape_of_the_sheet() {
        let to = Sender::phone("79000000002").with_user_id("RU.9000000000000000002");
        let content = Content::text("Добрый день! Есть, отгрузим завтра.");
        let echo = Echo { id: "wamid.1".to_owned(), at: at(1_793_520_400), to, content };
        let change = &values(&[Action::Echo(echo)])[0];
        assert_eq!(change["field"], "smb_message_echoes");
        assert_eq!(
            change["value"]["contacts"],
            json!([{ "wa_id": "79000000002", "user_id": "RU.9000000000000000002" }])
        );
        assert_eq!(
            change["value"]["message_echoes"][0],
            json!({ "from": "79000000001", "to": "79000000002", "to_user_id": "RU.9000000000000000002", "id": "wamid.1",
                "timestamp": "1793520400", "type": "text", "text": { "body": "Добрый день! Есть, отгрузим завтра." } })
        );
    }

    #[test]
    fn a_failed_status_has_its_error_and_no_contacts() {
        let status = |reached| {
            let callback_data = Some("msg-0003".to_owned());
            Action::Status(Status {
                id: "wamid.OUT3".to_owned(),
                at: at(1),
                to: irina(),
                reached,
                callback_data,
            })
        };
        let failed = &values(&[status(Reached::Failed(131_047))])[0]["value"];
        assert!(failed.get("contacts").is_none());
        assert_eq!(failed["statuses"][0]["errors"][0]["code"], 131_047);
        assert!(failed["statuses"][0].get("recipient_user_id").is_none());
        let read = &values(&[status(Reached::Read)])[0]["value"];
        assert_eq!(read["contacts"][0]["profile"]["name"], "Ирина К.");
        assert_eq!(read["statuses"][0]["biz_opaque_callback_data"], "msg-0003");
    }

    #[test]
    fn a_batch_keeps_the_order_and_joins_neighbours_of_one_kind() {
        let said = |id: &str| Action::Message(Message::new(id, at(1), irina(), Content::text("да")));
        let echo = Action::Echo(Echo {
            id: "wamid.3".to_owned(),
            at: at(2),
            to: irina(),
            content: Content::text("нет"),
        });
        let actions = [said("wamid.1"), said("wamid.2"), echo, said("wamid.4")];
        let changes = values(&actions);
        assert_eq!(changes.len(), 3);
        assert_eq!(changes[0]["value"]["messages"].as_array().map(Vec::len), Some(2));
        assert_eq!(changes[0]["value"]["contacts"].as_array().map(Vec::len), Some(1));
        assert_eq!(fake().batch(&actions).facts, ["wamid.1", "wamid.2", "wamid.3", "wamid.4"]);
    }
}
