//! What an account has been doing: counters and notices of its provider.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{AccountError, store};
use crate::AccountId;
use crate::access::{Right, Viewer};

/// Counters of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Activity {
    /// Raw events received since the beginning of the day.
    pub received_today: i64,
    /// When the last raw event came that is still kept.
    #[schema(required = true)]
    pub last_received_at: Option<DateTime<Utc>>,
    /// Requests refused since the beginning of the count, by reason.
    pub refused: BTreeMap<String, i64>,
    /// Notices of the provider.
    pub notices: i64,
}

/// Counters of all accounts; one that did nothing may be absent. `day_start` is the beginning of the day.
pub async fn activity(
    conn: &mut PgConnection,
    viewer: &Viewer,
    day_start: DateTime<Utc>,
) -> Result<BTreeMap<AccountId, Activity>, AccountError> {
    viewer.require(Right::AccountsManage)?;
    let mut activity: BTreeMap<AccountId, Activity> = store::received(conn, day_start).await?;
    for (account, reason, requests) in store::refused(conn).await? {
        activity.entry(account).or_default().refused.insert(reason, requests);
    }
    Ok(activity)
}

/// What a provider said about an account of ours.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Notice {
    /// Which.
    pub id: Uuid,
    /// The provider's time.
    pub at: DateTime<Utc>,
    /// `info`, `warning` or `alarm`.
    pub level: String,
    /// A stable word of ours: `account_restricted`, `template_status`.
    pub code: String,
    /// What it is about: a template's name, a phone number.
    #[schema(required = true)]
    pub subject: Option<String>,
    /// The provider's own details.
    #[schema(value_type = Object)]
    pub detail: Value,
}

/// Notices of an account, newest first, behind the one of this time and id.
pub async fn notices(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
    behind: Option<(DateTime<Utc>, Uuid)>,
    rows: i64,
) -> Result<Vec<Notice>, AccountError> {
    super::get(conn, viewer, account).await?;
    Ok(store::notices(conn, account, behind, rows).await?)
}
