#![doc = include_str!("../README.md")]

pub mod access;
pub mod accounts;
pub mod bridge;
pub mod clients;
pub mod consent;
pub mod decisions;
pub mod delivery;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
mod id;
pub mod mail;
pub mod media;
pub mod phrases;
pub mod rates;
pub mod rooms;
pub mod schedule;
pub mod schema;
pub mod tasks;
pub mod telephony;
pub mod templates;
pub mod timeline;

pub use id::{
    AccessRequestId, AccountId, ApiKeyId, CallRequestId, ChangeRequestId, ClientId, ContactId, ContractId,
    ConversationId, DeliveryId, DoubtId, HandoverId, IdentityId, InteractionId, JoinId, LoanId, MailId,
    MediaId, PhraseId, ProposalId, RawEventId, RoomId, RoomMessageId, SessionId, TaskId, TemplateId, UserId,
};

/// All migrations, in order. They only go forward.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
