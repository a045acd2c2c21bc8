#![doc = include_str!("../README.md")]

mod address;
mod call;
mod connector;
mod content;
mod event;
mod phone;
mod raw;
mod setting;

pub use address::{Address, EmailAddress, ExternalId, OpaqueId, Party};
pub use call::{CallOutcome, CallPhase, CallUpdate, Extension, LegSide};
pub use connector::{
    BoxError, Connector, FetchError, ParseError, Polled, Poller, VerifyError, secret_matches,
};
pub use content::{ContactCard, Content, MediaKind, MediaRef, OrderItem, Quote, Referral};
pub use event::{
    AccountNotice, Author, Channel, ConversationState, ConversationUpdate, Deletion, DeliveryState,
    DeliveryUpdate, Direction, Edit, Event, EventKind, Forward, IdentityUpdate, Invitation, LinkReason,
    Message, NoticeLevel, Origin, Reaction, Reason,
};
pub use phone::{PhoneNumber, Region};
pub use raw::{Acknowledgement, Parsed, Part, RawEvent, Verified, WebhookRequest, form_fields};
pub use setting::{ConfigError, Setting};
