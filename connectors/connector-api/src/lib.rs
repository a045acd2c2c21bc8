#![doc = include_str!("../README.md")]

mod ability;
mod address;
mod aside;
mod bridge;
mod call;
mod calling;
mod connector;
mod content;
mod event;
mod json;
mod outbound;
mod outbound_message;
mod phone;
mod raw;
mod setting;
mod source;
mod template;

pub use ability::{Abilities, ConversationFacts, FileAbility, Permission, SendLimits, TextMeasure};
pub use address::{Address, EmailAddress, ExternalId, OpaqueId, Party};
pub use aside::{Aside, Facts, ignored, unknown};
pub use bridge::{BridgeAct, BridgeChat, BridgeEvent, BridgeSender, MenuCommand, ThreadObstacle, Threads};
pub use call::{CallOutcome, CallPhase, CallUpdate, Extension, LegSide};
pub use calling::{CallRequest, CallRouting, CallStarter, RoutingAnswer, RoutingQuestion, RoutingTarget};
pub use connector::{
    BoxError, Connector, FetchError, ParseError, Polled, Poller, VerifyError, secret_matches,
};
pub use content::{ContactCard, Content, MediaKind, MediaRef, OrderItem, Quote, Referral};
pub use event::{
    AccountNotice, Author, Channel, ConversationState, ConversationUpdate, Deletion, DeliveryState,
    DeliveryUpdate, Direction, Edit, Event, EventKind, Forward, IdentityUpdate, Invitation, LinkReason,
    Message, NoticeLevel, Origin, Reaction, Reason,
};
pub use json::{lenient, of_json, read_json};
pub use outbound::{
    Accepted, ByteStream, FileSource, LookUp, Outbound, RateScope, Remedy, SendAttempt, SendError,
};
pub use outbound_message::{Button, OutboundAction, OutboundContent, OutboundFile, OutboundMessage};
pub use phone::{PhoneNumber, Region};
pub use raw::{Acknowledgement, Parsed, Part, RawEvent, Verified, WebhookRequest, form_fields};
pub use setting::{ConfigError, Setting};
pub use source::{
    ConversationHistory, Finding, History, MediaError, MediaSource, MediaStream, Probe, StateSource,
};
pub use template::{
    FilledTemplate, ProviderTemplate, TemplateButton, TemplateComponent, TemplateHeader, TemplateNews,
    TemplateValue, Templates,
};
