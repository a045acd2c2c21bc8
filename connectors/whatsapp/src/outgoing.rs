//! The provider's format of what goes out.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use serde::{Serialize, Serializer};

pub(crate) const PRODUCT: &str = "whatsapp";

/// The body of `POST /{phone_number_id}/messages`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Outgoing<'a> {
    pub messaging_product: &'static str,
    pub recipient_type: &'static str,
    #[serde(flatten)]
    pub recipient: To,
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(flatten)]
    pub body: Body<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context<'a>>,
    pub biz_opaque_callback_data: String,
}

/// A phone number with `+`, or a user id.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum To {
    To(String),
    Recipient(String),
}

/// The content stands under a key of the type's name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body<'a> {
    Text(Text<'a>),
    Image(Media<'a>),
    Video(Media<'a>),
    Audio(Media<'a>),
    Document(Media<'a>),
    Sticker(Media<'a>),
    Location(Location<'a>),
    Contacts(Vec<Card<'a>>),
    Reaction(Reaction<'a>),
    Template(Template<'a>),
}

impl Body<'_> {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "image",
            Self::Video(_) => "video",
            Self::Audio(_) => "audio",
            Self::Document(_) => "document",
            Self::Sticker(_) => "sticker",
            Self::Location(_) => "location",
            Self::Contacts(_) => "contacts",
            Self::Reaction(_) => "reaction",
            Self::Template(_) => "template",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Context<'a> {
    pub message_id: &'a str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Text<'a> {
    pub body: &'a str,
    /// Always off: a preview would be made by Meta asking the linked site.
    pub preview_url: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Media<'a> {
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub voice: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Location<'a> {
    pub latitude: String,
    pub longitude: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Card<'a> {
    pub name: CardName<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<CardPhone>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<CardEmail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<CardOrg<'a>>,
}

/// The provider wants one more name beside the formatted one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct CardName<'a> {
    pub formatted_name: &'a str,
    pub first_name: &'a str,
}

/// With `wa_id` the client can write to the number at a press.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct CardPhone {
    pub phone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct CardEmail<'a> {
    pub email: &'a str,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct CardOrg<'a> {
    pub company: &'a str,
}

/// An empty emoji removes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Reaction<'a> {
    pub message_id: &'a str,
    pub emoji: &'a str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Template<'a> {
    pub name: &'a str,
    pub language: Language<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component<'a>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Language<'a> {
    pub code: &'a str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Component<'a> {
    Header {
        parameters: Vec<Parameter<'a>>,
    },
    Body {
        parameters: Vec<Parameter<'a>>,
    },
    Button {
        sub_type: &'a str,
        #[serde(serialize_with = "as_text")]
        index: u8,
        parameters: Vec<Parameter<'a>>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Parameter<'a> {
    Text {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<&'a str>,
        text: &'a str,
    },
    Payload {
        payload: &'a str,
    },
    CouponCode {
        coupon_code: &'a str,
    },
    Image {
        image: Media<'a>,
    },
    Video {
        video: Media<'a>,
    },
    Document {
        document: Media<'a>,
    },
}

/// Indexes stand in quotes in all samples.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn as_text<S: Serializer>(index: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(index)
}

/// Marks a message of the client's, and everything before it, as read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Read<'a> {
    pub messaging_product: &'static str,
    pub status: &'static str,
    pub message_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typing_indicator: Option<Typing>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Typing {
    #[serde(rename = "type")]
    pub kind: &'static str,
}
