//! The words of connectors as the document of the API names them.

use std::borrow::Cow;

use connector_api::Channel;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Seen from the company.
#[derive(ToSchema)]
#[schema(as = Direction, rename_all = "snake_case")]
pub enum DirectionWord {
    /// From the client to us.
    Inbound,
    /// From us to the client.
    Outbound,
}

/// A kind of network: a list that grows with the connectors and not here.
pub struct ChannelWord;

impl PartialSchema for ChannelWord {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Channel::ALL.map(Channel::as_str)))
            .description(Some("A kind of network."))
            .into()
    }
}

impl ToSchema for ChannelWord {
    fn name() -> Cow<'static, str> {
        "Channel".into()
    }
}

/// How far a message of ours got.
#[derive(ToSchema)]
#[schema(as = DeliveryState, rename_all = "snake_case")]
pub enum DeliveryWord {
    /// The provider has it.
    Queued,
    /// It left the provider.
    Sent,
    /// The provider gave up.
    Failed,
    /// It is on the client's device.
    Delivered,
    /// The client saw it.
    Read,
    /// A voice message was listened to.
    Played,
}

/// A side of a conversation.
#[derive(ToSchema)]
#[schema(as = Speaker, rename_all = "snake_case")]
pub enum SideWord {
    /// The client.
    Client,
    /// The company.
    Company,
}

/// How a file is shown.
#[derive(ToSchema)]
#[schema(as = MediaKind, rename_all = "snake_case")]
pub enum MediaWord {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound file.
    Audio,
    /// Recorded in the chat.
    Voice,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
    /// The recording of a call.
    Recording,
}
