//! What a message is for, and whether the person takes such messages.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::rules;
use crate::{
    ContactId,
    clients::{ClientError, error::Result},
    consent::{self, ConsentKind, ConsentState},
};

pub(super) use store::root_of_conversation;

/// `deliveries.purpose`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Purpose {
    /// An answer in a live dialogue: needs no consent and knows no quiet hours.
    #[default]
    Reply,
    /// About an order, a hold, a document.
    Service,
    /// An offer.
    Advertising,
}

/// What the sender says that a message is for. A mailing says it; a person who writes by hand need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatedPurpose {
    /// About an order, a hold, a document.
    Service,
    /// An offer.
    Advertising,
}

impl Purpose {
    /// The consent that it needs.
    pub fn consent(self) -> Option<ConsentKind> {
        match self {
            Self::Reply => None,
            Self::Service => Some(ConsentKind::Service),
            Self::Advertising => Some(ConsentKind::Advertising),
        }
    }
}

/// What a message to a person is for at that moment: an answer, where it was written by hand and the person wrote not
/// long ago, by whatever channel.
pub(super) async fn decide(
    conn: &mut PgConnection,
    root: ContactId,
    stated: Option<StatedPurpose>,
    at: DateTime<Utc>,
) -> Result<Purpose> {
    match stated {
        Some(StatedPurpose::Service) => Ok(Purpose::Service),
        Some(StatedPurpose::Advertising) => Ok(Purpose::Advertising),
        None => {
            let rules = rules::load(conn).await?;
            let heard = store::last_inbound(conn, root).await?;
            let live = TimeDelta::hours(i64::from(rules.dialogue_hours));
            let answers = heard.is_some_and(|heard| at - heard < live);
            Ok(if answers { Purpose::Reply } else { Purpose::Service })
        }
    }
}

/// Why the person may not get a message of this purpose; `None` when he may.
pub(super) async fn refusal(
    conn: &mut PgConnection,
    root: ContactId,
    purpose: Purpose,
) -> sqlx::Result<Option<&'static str>> {
    let Some(kind) = purpose.consent() else { return Ok(None) };
    let history = consent::store::history(conn, root).await?;
    Ok(match (kind, consent::in_force(kind, &history).state) {
        (kind, ConsentState::Withdrawn) => Some(consent::refused_words(kind)),
        (ConsentKind::Advertising, ConsentState::Unknown) => {
            Some("Нет согласия клиента на рекламные сообщения: сначала получите его.")
        }
        _ => None,
    })
}

/// The same as an error.
pub(super) async fn permitted(conn: &mut PgConnection, root: ContactId, purpose: Purpose) -> Result<()> {
    match refusal(conn, root, purpose).await? {
        Some(reason) => Err(ClientError::NoConsent(reason)),
        None => Ok(()),
    }
}
