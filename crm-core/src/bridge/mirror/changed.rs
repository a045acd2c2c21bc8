//! Rows of timelines that changed, and the threads of bridged conversations in which that shows.

mod store;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::store::wake;
use crate::{InteractionId, id::uuid_at};

/// Leaves a row in the outbox for each of these that shows in a bridged conversation: the first time the message, later
/// its change; of what came from the bridge itself, how far it got. In the transaction of the change, when all of it is
/// written. Costs one look at an empty index while no conversation is bridged. Repeats safely: what stands there already
/// is not sent again.
pub(crate) async fn rows_changed(
    conn: &mut PgConnection,
    rows: &[InteractionId],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let shown = store::shown(conn, rows).await?;
    if shown.is_empty() {
        return Ok(());
    }
    // From here on nobody else leaves anything there, and what others have left is seen.
    let threads: Vec<_> = shown.iter().map(|(thread, _)| *thread).collect();
    store::lock(conn, &threads).await?;
    let ids: Vec<_> = shown.iter().map(|_| uuid_at(now)).collect();
    if store::leave(conn, &shown, &ids, now).await? { wake(conn).await } else { Ok(()) }
}
