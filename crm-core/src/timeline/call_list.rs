//! Calls over all clients.

pub(crate) mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use connector_api::Direction;
use sqlx::PgConnection;

use super::{entry::TimelineEntry, read::TimelineCursor};
use crate::{AccountId, access::Viewer, clients::ClientError, clients::reach::Reach};

/// Which calls are wanted; empty means all.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// Outcomes, in the words of the call: `answered`, `missed`, `busy` …
    pub outcomes: Vec<String>,
    /// Seen from the company.
    pub direction: Option<Direction>,
    /// Our ends.
    pub accounts: Vec<AccountId>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// At most `rows` calls with people of clients that the viewer reads, the newest first. Callers who withheld their
/// number belong to nobody and are shown to those who see all.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &CallFilter,
    before: Option<TimelineCursor>,
    rows: i64,
) -> Result<Vec<TimelineEntry>, ClientError> {
    let reach = Reach::reading(viewer)?;
    let rows = store::list(conn, reach, filter, before, rows).await?;
    super::read::entries(conn, &rows).await
}
