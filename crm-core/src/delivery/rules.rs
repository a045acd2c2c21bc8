//! What the company has decided about writing to clients.

mod store;

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

pub use store::load;

use crate::{
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
};

/// The rules in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MessagingRules {
    /// How long after a client's word a message of ours counts as an answer.
    pub dialogue_hours: i32,
    /// No mailings from this time of the client's clock …
    #[schema(value_type = String, example = "21:00:00")]
    pub quiet_from: NaiveTime,
    /// … until that one; equal: never quiet.
    #[schema(value_type = String, example = "09:00:00")]
    pub quiet_until: NaiveTime,
    /// Kinds of channels that the rule tries, the dearest to it first; those of one place are equal.
    pub channel_order: Vec<Vec<String>>,
    /// For the next change.
    pub version: i32,
}

/// New rules; whatever is not named stays.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesEdit {
    /// As they were read.
    pub version: i32,
    /// 1 to 720.
    pub dialogue_hours: Option<i32>,
    /// Times of the client's clock.
    #[schema(value_type = Option<String>, example = "21:00:00")]
    pub quiet_from: Option<NaiveTime>,
    /// See `quiet_from`.
    #[schema(value_type = Option<String>, example = "09:00:00")]
    pub quiet_until: Option<NaiveTime>,
    /// Each kind of channel once.
    pub channel_order: Option<Vec<Vec<String>>>,
}

/// Changes the rules. Messages that wait are measured by the new ones when their turn comes. Wants a transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    edit: RulesEdit,
) -> Result<MessagingRules> {
    viewer.require(Right::MessagesRules)?;
    store::lock(conn).await?;
    let before = load(conn).await?;
    if before.version != edit.version {
        return Err(ClientError::Stale { current: before.version });
    }
    let after = MessagingRules {
        dialogue_hours: edit.dialogue_hours.unwrap_or(before.dialogue_hours),
        quiet_from: edit.quiet_from.unwrap_or(before.quiet_from),
        quiet_until: edit.quiet_until.unwrap_or(before.quiet_until),
        channel_order: edit.channel_order.unwrap_or_else(|| before.channel_order.clone()),
        version: before.version + 1,
    };
    if !(1..=720).contains(&after.dialogue_hours) {
        return Err(ClientError::Invalid {
            field: "dialogue_hours",
            reason: "Длительность диалога: от 1 до 720 часов.",
        });
    }
    let mut words: Vec<&String> = after.channel_order.iter().flatten().collect();
    let count = words.len();
    words.sort();
    words.dedup();
    if count == 0 || count > words.len() || words.iter().any(|word| word.is_empty() || word.len() > 40) {
        return Err(ClientError::Invalid {
            field: "channel_order",
            reason: "Порядок каналов: назовите каждый канал один раз.",
        });
    }
    store::write(conn, &after).await?;
    let subject = Subject::new("messaging_rules", "rules");
    let (before, now_in_force) = (json!(before), json!(after));
    let actor = Actor::User(viewer);
    audit::record(conn, &actor, "messaging_rules.edit", subject, Some(before), Some(now_in_force), now)
        .await?;
    Ok(after)
}
