//! The body of one attempt.

use connector_api::{
    ContactCard, FilledTemplate, OutboundAction, PhoneNumber, SendAttempt, SendError, TemplateButton,
    TemplateHeader, TemplateValue,
};

use super::parts::Part;
use super::shape::Shape;
use crate::address::Recipient;
use crate::outgoing::{
    Body, Card, CardEmail, CardName, CardOrg, CardPhone, Component, Context, Language, Location, Media,
    Outgoing, PRODUCT, Parameter, Reaction, Template, Text, To,
};
use crate::{Config, window};

/// Pure. `media` is the provider's id of the part's file.
pub(super) fn request_for<'a>(
    config: &Config,
    attempt: &SendAttempt<'a>,
    part: &Part<'a>,
    media: Option<&'a str>,
) -> Result<Outgoing<'a>, SendError> {
    let recipient = match Recipient::of(config, attempt.message) {
        Recipient::Phone(digits) => To::To(format!("+{digits}")),
        Recipient::User(id) => To::Recipient(id),
        Recipient::Group(_) => return Err(SendError::rejected("group", window::GROUP)),
    };
    let body = body(part, media.unwrap_or_default());
    Ok(Outgoing {
        messaging_product: PRODUCT,
        recipient_type: "individual",
        recipient,
        kind: body.kind(),
        body,
        context: quoted(attempt, part),
        biz_opaque_callback_data: attempt.reference(),
    })
}

/// The first part quotes. Templates show no quote and reactions may not have one.
fn quoted<'a>(attempt: &SendAttempt<'a>, part: &Part<'_>) -> Option<Context<'a>> {
    let OutboundAction::Send { quote: Some(quote), .. } = &attempt.message.action else { return None };
    let quotes = attempt.part == 0 && !matches!(part, Part::Template { .. });
    quotes.then(|| Context { message_id: quote.as_str() })
}

fn body<'a>(part: &Part<'a>, media: &'a str) -> Body<'a> {
    match part {
        Part::Text(text) => Body::Text(Text { body: text, preview_url: false }),
        Part::File { file, shape, caption } => of_file(*shape, media, *caption, &file.file_name),
        Part::Location { latitude, longitude, name, address } => Body::Location(Location {
            latitude: latitude.to_string(),
            longitude: longitude.to_string(),
            name: *name,
            address: *address,
        }),
        Part::Contacts(cards) => Body::Contacts(cards.iter().map(card).collect()),
        Part::Template { template, head } => Body::Template(filled(template, *head, media)),
        Part::Reaction { message, emoji } => {
            Body::Reaction(Reaction { message_id: message.as_str(), emoji: emoji.unwrap_or_default() })
        }
    }
}

fn of_file<'a>(shape: Shape, id: &'a str, caption: Option<&'a str>, file_name: &'a str) -> Body<'a> {
    let media = Media { id, caption, ..Media::default() };
    match shape {
        Shape::Image => Body::Image(media),
        Shape::Video => Body::Video(media),
        Shape::Audio => Body::Audio(media),
        Shape::Voice => Body::Audio(Media { voice: true, ..media }),
        Shape::Document => Body::Document(Media { filename: Some(file_name), ..media }),
        Shape::Sticker => Body::Sticker(media),
    }
}

fn card(card: &ContactCard) -> Card<'_> {
    let name = card.name.as_deref().or(card.organization.as_deref());
    let name = name.or(card.phone_texts.first().map(String::as_str)).unwrap_or("Контакт");
    let phone = |phone: &PhoneNumber| CardPhone {
        phone: phone.e164().to_owned(),
        wa_id: Some(phone.e164().trim_start_matches('+').to_owned()),
        kind: "CELL",
    };
    let mut phones: Vec<CardPhone> = card.phones.iter().map(phone).collect();
    if phones.is_empty() {
        phones = card
            .phone_texts
            .iter()
            .map(|text| CardPhone { phone: text.clone(), wa_id: None, kind: "CELL" })
            .collect();
    }
    Card {
        name: CardName { formatted_name: name, first_name: name },
        phones,
        emails: card.emails.iter().map(|email| CardEmail { email, kind: "WORK" }).collect(),
        org: card.organization.as_deref().map(|company| CardOrg { company }),
    }
}

fn filled<'a>(template: &'a FilledTemplate, head: Option<Shape>, media: &'a str) -> Template<'a> {
    let mut components = Vec::new();
    match (&template.header, head) {
        (Some(TemplateHeader::Text(value)), _) => {
            components.push(Component::Header { parameters: vec![parameter(value)] });
        }
        (Some(TemplateHeader::File(file)), Some(shape)) => {
            components.push(Component::Header { parameters: vec![head_file(shape, media, &file.file_name)] });
        }
        _ => {}
    }
    if !template.body.is_empty() {
        components.push(Component::Body { parameters: template.body.iter().map(parameter).collect() });
    }
    components.extend(template.buttons.iter().map(button));
    Template { name: &template.name, language: Language { code: &template.language }, components }
}

fn parameter(value: &TemplateValue) -> Parameter<'_> {
    Parameter::Text { parameter_name: value.name.as_deref(), text: &value.text }
}

fn head_file<'a>(shape: Shape, id: &'a str, file_name: &'a str) -> Parameter<'a> {
    let media = Media { id, ..Media::default() };
    match shape {
        Shape::Image | Shape::Sticker => Parameter::Image { image: media },
        Shape::Video => Parameter::Video { video: media },
        Shape::Audio | Shape::Voice | Shape::Document => {
            Parameter::Document { document: Media { filename: Some(file_name), ..media } }
        }
    }
}

fn button(button: &TemplateButton) -> Component<'_> {
    let value = button.value.as_str();
    let parameter = match button.kind.as_str() {
        "quick_reply" => Parameter::Payload { payload: value },
        "copy_code" => Parameter::CouponCode { coupon_code: value },
        _ => Parameter::Text { parameter_name: None, text: value },
    };
    Component::Button { sub_type: &button.kind, index: button.index, parameters: vec![parameter] }
}

#[cfg(test)]
mod tests;
