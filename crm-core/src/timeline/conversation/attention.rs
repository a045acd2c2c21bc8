//! What of the conversations asks for attention: unread is each person's own, waiting is the company's.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::Result;
use crate::{
    ConversationId,
    access::Viewer,
    clients::{ClientError, list::Wanted, reach::Reach},
};

/// How many conversations ask for attention; 100 stands for any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Attention {
    /// Their person waits for an answer, and they were not laid aside.
    pub waiting: i64,
    /// The viewer has not read them, and they were not laid aside.
    pub unread: i64,
    /// They were put off.
    pub deferred: i64,
    /// They were closed.
    pub closed: i64,
}

/// The same for each tab of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConversationCounts)]
pub struct Counts {
    /// With people of the viewer's own clients.
    pub mine: Attention,
    /// With people of clients of nobody.
    pub unassigned: Attention,
    /// All that the viewer reads.
    pub all: Attention,
}

/// Counts what asks for attention of those conversations that the viewer reads.
pub async fn counts(conn: &mut PgConnection, viewer: &Viewer) -> Result<Counts> {
    let reach = Reach::reading(viewer)?;
    Ok(Counts {
        mine: store::count(conn, reach, Some(Wanted::Is(viewer.user_id))).await?,
        unassigned: store::count(conn, reach, Some(Wanted::None)).await?,
        all: store::count(conn, reach, None).await?,
    })
}

/// The viewer has seen everything up to this moment. Never goes back, and takes «непрочитано» away.
pub async fn read_until(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ConversationId,
    until: DateTime<Utc>,
) -> Result<()> {
    readable(conn, viewer, id).await?;
    Ok(store::read_until(conn, viewer.user_id, id, until).await?)
}

/// The viewer wants the conversation to count as unread until he opens it again.
pub async fn mark_unread(conn: &mut PgConnection, viewer: &Viewer, id: ConversationId) -> Result<()> {
    readable(conn, viewer, id).await?;
    Ok(store::mark_unread(conn, viewer.user_id, id).await?)
}

async fn readable(conn: &mut PgConnection, viewer: &Viewer, id: ConversationId) -> Result<()> {
    let reach = Reach::reading(viewer)?;
    if super::store::is_within(conn, reach, id).await? { Ok(()) } else { Err(ClientError::NotFound) }
}
