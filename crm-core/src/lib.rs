#![doc = include_str!("../README.md")]

pub mod access;
pub mod accounts;
pub mod bridge;
pub mod clients;
pub mod delivery;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
mod id;
pub mod media;
pub mod rates;
pub mod rooms;
pub mod schedule;
pub mod schema;
pub mod telephony;
pub mod timeline;

pub use id::{
    AccountId, ApiKeyId, CallRequestId, ClientId, ContactId, ConversationId, DeliveryId, DoubtId, IdentityId,
    InteractionId, JoinId, MediaId, ProposalId, RawEventId, RoomId, RoomMessageId, SessionId, UserId,
};

/// All migrations, in order. They only go forward.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
