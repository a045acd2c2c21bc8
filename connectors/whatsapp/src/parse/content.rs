//! What a message says: one content for each type of the provider.

use connector_api::{ContactCard, Content, MediaKind, MediaRef, OrderItem, PhoneNumber, Region};
use serde_json::Value;

use super::{json, short};
use crate::codes;
use crate::media::sha256;
use crate::wire::{self, CardPhone, Failure, Loose, Many};

/// What was made of a content.
pub(super) enum Reading {
    /// Understood.
    Known(Content),
    /// The provider says that it does not carry the content: known, a placeholder.
    Placeholder(Content),
    /// Not understood: a placeholder, and the part goes to quarantine.
    Unknown { placeholder: Content, reason: String },
}

/// The types whose content stands under a key of the same name; tried when a message has no type.
const TYPES: [&str; 11] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "order",
];

/// The type of a message, or what its content shows where the type is missing.
pub(super) fn kind(holder: &Value) -> Option<String> {
    let named = Loose::of(holder.get("type")).owned();
    named.or_else(|| TYPES.iter().find(|kind| holder.get(**kind).is_some()).map(|kind| (*kind).to_owned()))
}

/// Reads the content that `holder` (a message, or the message inside an edit) keeps under the key named by `kind`.
pub(super) fn read(region: Region, kind: &str, holder: &Value, errors: &[Failure]) -> Reading {
    let body = holder.get(kind).unwrap_or(&Value::Null);
    let content = match kind {
        "unsupported" | "unknown" => return not_carried(holder, errors),
        "media_placeholder" => return Reading::Placeholder(unsupported(kind, None)),
        "interactive" if !body.is_object() => {
            return Reading::Placeholder(unsupported(kind, explained(errors)));
        }
        "text" => text(body),
        "image" => media(body, MediaKind::Image),
        "video" => media(body, MediaKind::Video),
        "audio" => media(body, MediaKind::Audio),
        "document" => media(body, MediaKind::Document),
        "sticker" => media(body, MediaKind::Sticker),
        "location" => location(body),
        "contacts" => contacts(body, region),
        "interactive" => interactive(body),
        "button" => button(body),
        "order" => order(body),
        _ => {
            let reason = format!("unknown message type {:?}", short(kind));
            return Reading::Unknown { placeholder: unsupported(&short(kind), None), reason };
        }
    };
    match content {
        Some(content) => Reading::Known(content),
        None if !errors.is_empty() => Reading::Placeholder(unsupported(kind, explained(errors))),
        None => {
            let sort = Loose::of(body.get("type")).owned().map(|sort| short(&sort));
            let kind = sort.map_or_else(|| kind.to_owned(), |sort| format!("{kind}.{sort}"));
            let reason = format!("the content of {kind:?} cannot be read");
            Reading::Unknown { placeholder: unsupported(&kind, None), reason }
        }
    }
}

/// `unsupported`, and its older shape `unknown`; the object that names the kind may be missing.
fn not_carried(holder: &Value, errors: &[Failure]) -> Reading {
    let named: Option<wire::Unsupported> = holder.get("unsupported").and_then(wire::read);
    let kind = named.and_then(|named| named.kind.owned()).map(|kind| short(&kind));
    let kind = kind.unwrap_or_else(|| match errors.first().and_then(|error| error.code.text()) {
        Some("131060") => "unavailable".into(),
        Some("131052") => "media_unavailable".into(),
        _ => "unknown".into(),
    });
    let text = match kind.as_str() {
        "edit" => Some("Клиент изменил сообщение, новый текст недоступен".into()),
        _ => explained(errors),
    };
    Reading::Placeholder(unsupported(&kind, text))
}

fn unsupported(kind: &str, text: Option<String>) -> Content {
    Content::Unsupported { kind: kind.to_owned(), text }
}

fn explained(errors: &[Failure]) -> Option<String> {
    errors.first().map(codes::explanation)
}

fn text(body: &Value) -> Option<Content> {
    let text: wire::Text = wire::read(body)?;
    Some(Content::Text { text: text.body.exact()?.to_owned() })
}

fn media(body: &Value, kind: MediaKind) -> Option<Content> {
    let file: wire::Media = wire::read(body)?;
    let kind = if kind == MediaKind::Audio && file.voice.is_true() { MediaKind::Voice } else { kind };
    let media = MediaRef {
        mime_type: file.mime_type.owned(),
        file_name: file.filename.owned(),
        size_bytes: file.file_size.integer(),
        sha256: file.sha256.text().and_then(sha256),
        url: file.url.owned(),
        ..MediaRef::new(file.id.text()?, kind)
    };
    Some(Content::Media { media, caption: file.caption.owned() })
}

fn location(body: &Value) -> Option<Content> {
    let place: wire::Location = wire::read(body)?;
    Some(Content::Location {
        latitude: place.latitude.decimal()?,
        longitude: place.longitude.decimal()?,
        name: place.name.owned(),
        address: place.address.owned(),
    })
}

fn contacts(body: &Value, region: Region) -> Option<Content> {
    let cards: Vec<ContactCard> =
        Many::<wire::Card>::of(Some(body)).0.into_iter().map(|card| card_of(card, region)).collect();
    (!cards.is_empty()).then_some(Content::Contacts { cards })
}

fn card_of(card: wire::Card, region: Region) -> ContactCard {
    let mut phones: Vec<PhoneNumber> = Vec::new();
    for number in card.phones.0.iter().filter_map(|phone| card_phone(phone, region)) {
        if !phones.contains(&number) {
            phones.push(number);
        }
    }
    let written = |phone: &CardPhone| {
        phone.phone.owned().or_else(|| phone.wa_id.digits().map(|digits| format!("+{digits}")))
    };
    ContactCard {
        name: card.name.0.and_then(|name| full_name(&name)),
        organization: card.org.0.and_then(|org| org.company.owned()),
        phones,
        phone_texts: card.phones.0.iter().filter_map(written).collect(),
        emails: card.emails.0.iter().filter_map(|email| email.email.owned()).collect(),
    }
}

fn full_name(name: &wire::CardName) -> Option<String> {
    let parts = [&name.first_name, &name.middle_name, &name.last_name].into_iter().filter_map(Loose::text);
    let joined = parts.collect::<Vec<_>>().join(" ");
    name.formatted_name.owned().or_else(|| (!joined.is_empty()).then_some(joined))
}

/// The number of a card: WhatsApp's own digits are surer than what a person typed.
pub(super) fn card_phone(phone: &CardPhone, region: Region) -> Option<PhoneNumber> {
    let digits = phone.wa_id.digits().and_then(|digits| PhoneNumber::parse(&format!("+{digits}"), region));
    digits.or_else(|| PhoneNumber::parse(phone.phone.text()?, region))
}

fn interactive(body: &Value) -> Option<Content> {
    let sort = Loose::of(body.get("type"));
    let reply = body.get(sort.text()?)?;
    match sort.text()? {
        "button_reply" | "list_reply" => {
            let choice: wire::Choice = wire::read(reply)?;
            let (id, title) = either(&choice.id, &choice.title)?;
            Some(Content::Choice { id, title, description: choice.description.owned() })
        }
        "nfm_reply" => {
            let form: wire::FlowReply = wire::read(reply)?;
            let name = form.name.owned().unwrap_or_else(|| "flow".into());
            Some(Content::Form { name, fields: form_fields(form.response_json), text: form.body.owned() })
        }
        "call_permission_reply" => {
            let text = match Loose::of(reply.get("response")).text() {
                Some("accept") => Some("Клиент разрешил звонить ему".into()),
                Some("reject") => Some("Клиент не разрешил звонить ему".into()),
                _ => None,
            };
            Some(Content::Form { name: "call_permission_reply".into(), fields: reply.clone(), text })
        }
        _ => None,
    }
}

/// The form is a string that holds JSON; what is no JSON is kept as it came.
fn form_fields(response: Option<Value>) -> Value {
    let Some(Value::String(text)) = response else { return response.unwrap_or_default() };
    let mut fields = serde_json::from_str(&text).unwrap_or(Value::String(text));
    json::replace_nul(&mut fields);
    fields
}

fn button(body: &Value) -> Option<Content> {
    let button: wire::Button = wire::read(body)?;
    let (id, title) = either(&button.payload, &button.text)?;
    Some(Content::Choice { id, title, description: None })
}

/// An id and a title, where one may stand for the other.
fn either(id: &Loose, title: &Loose) -> Option<(String, String)> {
    let first = id.text().or(title.text())?;
    Some((first.to_owned(), title.text().unwrap_or(first).to_owned()))
}

/// A basket is read as a whole or not at all: a lost position would falsify the total.
fn order(body: &Value) -> Option<Content> {
    let order: wire::Order = wire::read(body)?;
    let items: Option<Vec<OrderItem>> = order.product_items?.iter().map(order_item).collect();
    Some(Content::Order {
        catalog: order.catalog_id.owned().unwrap_or_default(),
        text: order.text.owned(),
        items: items?,
    })
}

fn order_item(item: &wire::OrderItem) -> Option<OrderItem> {
    Some(OrderItem {
        sku: item.product_retailer_id.owned()?,
        quantity: item.quantity.decimal()?,
        price: item.item_price.decimal()?,
        currency: item.currency.owned()?,
    })
}
