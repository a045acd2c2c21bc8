//! Keeps our copy of a provider's templates: whole lists that were asked for, and single notices in between.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{ProviderTemplate, TemplateNews};
use serde::Serialize;
use sqlx::PgConnection;

use crate::{
    AccountId,
    access::{Right, Viewer},
    schedule,
    timeline::feed::{self, Changes},
};

use super::TemplateError;

/// The task of the schedule that asks for the lists.
pub const TASK: &str = "templates.sync";

/// A notice makes the lists due so much later: many notices make one question, and a provider allows only so many in an
/// hour.
const AFTER_NOTICE: TimeDelta = TimeDelta::minutes(1);

/// What a list was against what we had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// On the list.
    pub listed: u64,
    /// New, or with another state or words.
    pub changed: u64,
    /// No longer on the list.
    pub gone: u64,
}

/// When an account's list was last asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TemplateSync {
    /// The last time.
    pub asked_at: DateTime<Utc>,
    /// The last time with success.
    #[schema(required = true)]
    pub done_at: Option<DateTime<Utc>>,
    /// Why the last time failed, in Russian.
    #[schema(required = true)]
    pub error: Option<String>,
}

/// Takes a whole list that was asked for at `asked_at`. What was told later than that, by a notice or by another copy of the
/// program, stays. A template that is not on it is marked as gone; one that is back is not. Wants a transaction.
pub async fn take(
    conn: &mut PgConnection,
    account: AccountId,
    list: &[ProviderTemplate],
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<Tally> {
    let mut tally = Tally { listed: list.len() as u64, ..Tally::default() };
    for template in list {
        if store::put(conn, account, template, asked_at).await? {
            tally.changed += 1;
        }
    }
    tally.gone = store::mark_gone(conn, account, asked_at).await?;
    store::note(conn, account, asked_at, None).await?;
    if tally.changed > 0 || tally.gone > 0 {
        tell(conn, now).await?;
    }
    Ok(tally)
}

/// The list could not be had; `error` is Russian.
pub async fn failed(
    conn: &mut PgConnection,
    account: AccountId,
    error: &str,
    asked_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::note(conn, account, asked_at, Some(error)).await
}

/// When the list was last asked for; `None` when it never was.
pub async fn state(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
) -> Result<Option<TemplateSync>, TemplateError> {
    viewer.require(Right::AccountsManage)?;
    Ok(store::state(conn, account).await?)
}

/// What notices said of templates, by whom and when. Each counts at once where nothing later is known, and makes the lists
/// due soon: they tell what a notice does not.
pub(crate) async fn heard(
    conn: &mut PgConnection,
    notices: &[(AccountId, DateTime<Utc>, &TemplateNews)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    for (account, at, news) in notices {
        store::hear(conn, *account, *at, news).await?;
    }
    schedule::bring_forward(conn, TASK, now + AFTER_NOTICE).await
}

async fn tell(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    feed::tell(conn, &Changes { notices: true, ..Changes::default() }, now).await
}
