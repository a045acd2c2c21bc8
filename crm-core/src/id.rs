//! Our ids: newtypes over UUID that cannot be swapped.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id of the given moment; ids of later moments sort behind it.
            pub fn at(now: DateTime<Utc>) -> Self {
                Self(uuid_at(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// «Запросить доступ»
    AccessRequestId
    /// One of our own ends: a number, a bot, an extension.
    AccountId
    /// A key by which a program acts for a user.
    ApiKeyId
    /// A call started from here.
    CallRequestId
    /// «Запрос на изменение»
    ChangeRequestId
    /// A company, or a person without one.
    ClientId
    /// A person.
    ContactId
    /// A contract with a client.
    ContractId
    /// One account and one counterpart.
    ConversationId
    /// A rate that a person should look at.
    DoubtId
    /// One press on its way out, made by whoever pressed.
    DeliveryId
    /// A client in other hands for a time.
    HandoverId
    /// An address by which events find the client.
    IdentityId
    /// One entry of a timeline.
    InteractionId
    /// One join in the ledger.
    JoinId
    /// A letter of the hub to one of its people.
    MailId
    /// A client of others that is open to somebody.
    LoanId
    /// A file.
    MediaId
    /// A text written beforehand.
    PhraseId
    /// «похожие»: two cards that may be one.
    ProposalId
    /// What a provider posted, as it came.
    RawEventId
    /// An internal chat.
    RoomId
    /// A message of an internal chat, made by whoever wrote it.
    RoomMessageId
    /// One log-in of one user on one device.
    SessionId
    /// Something that somebody is to do, made by whoever set it.
    TaskId
    /// A template that a provider approves.
    TemplateId
    /// An employee who signs in.
    UserId
}

impl InteractionId {
    /// The id that the fact (account, kind, external id) has, whenever and however often it comes.
    pub fn derived(account: AccountId, kind: &str, external_id: &str) -> Self {
        Self(derived("interaction", account, kind, external_id))
    }

    /// The row that a provider's message is.
    pub fn of_message(account: AccountId, external_id: &str) -> Self {
        Self::derived(account, "message", external_id)
    }
}

impl ConversationId {
    /// The id that the conversation of this key has.
    pub fn derived(account: AccountId, external_id: &str) -> Self {
        Self(derived("conversation", account, "", external_id))
    }
}

impl DeliveryId {
    /// The id of the delivery that goes by another channel in the stead of a failed one.
    pub fn in_stead_of(failed: Self) -> Self {
        Self(derived("delivery", AccountId(failed.0), "in stead", ""))
    }

    /// The id of the press that this word of an employee's messenger is.
    pub fn heard(account: AccountId, external_id: &str) -> Self {
        Self(derived("delivery", account, "heard", external_id))
    }
}

impl RoomMessageId {
    /// The id that this message of an employee's messenger has in its room.
    pub fn derived(account: AccountId, external_id: &str) -> Self {
        Self(derived("room message", account, "", external_id))
    }
}

impl MediaId {
    /// The id that this file of the account has.
    pub fn derived(account: AccountId, external_id: &str) -> Self {
        Self(derived("media", account, "", external_id))
    }
}

/// A UUID v7 of the given moment.
pub fn uuid_at(now: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

fn derived(what: &str, account: AccountId, kind: &str, external_id: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(what.as_bytes());
    hash.update([0]);
    hash.update(account.0.as_bytes());
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(external_id.as_bytes());
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
