//! The term of recordings: the sound goes, the row of the call stays (I.10).

mod store;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::file::changed;
use crate::{
    MediaId,
    access::audit::{self, Actor, Subject},
};

/// Takes the sound from recordings of calls before a moment, but for clients under a legal hold. Each is noted in the
/// audit log. Returns which; their bytes go later, if nothing else has them. Wants a transaction.
pub async fn expire_unscoped(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<MediaId>> {
    let gone = store::expire(conn, before, limit).await?;
    for id in &gone {
        let subject = Subject::new("media", id);
        let rule = Actor::System("Срок хранения записей");
        audit::record(conn, &rule, "recording.expire", subject, None, None, now).await?;
        changed(conn, *id, now).await?;
    }
    Ok(gone)
}
