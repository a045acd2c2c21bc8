//! SQL of conversations that were laid aside.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::Standing;
use crate::{ConversationId, UserId};

/// The rest `cz` of conversation `v`, as long as its person has written nothing since.
pub(in super::super) const JOIN: &str = " left join conversation_rests cz on cz.conversation_id = v.id
    and coalesce(h.last_inbound_at, '-infinity') <= coalesce(cz.seen_inbound_at, '-infinity')";

/// Wants [`JOIN`] before the `where`.
pub(in super::super) fn push_standing(
    query: &mut QueryBuilder<Postgres>,
    standing: Standing,
    now: DateTime<Utc>,
) {
    match standing {
        Standing::Open => {
            query.push(" and (cz.conversation_id is null or cz.until <= ").push_bind(now).push(")")
        }
        Standing::Deferred => query.push(" and cz.until > ").push_bind(now),
        Standing::Closed => query.push(" and cz.conversation_id is not null and cz.until is null"),
    };
}

pub(super) async fn put(
    conn: &mut PgConnection,
    user: UserId,
    id: ConversationId,
    seen_inbound_at: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into conversation_rests (conversation_id, seen_inbound_at, until, user_id, rested_at)
         values ($1, least($2, (select last_inbound_at from conversation_heads where conversation_id = $1)), $3, $4, $5)
         on conflict (conversation_id) do update
         set seen_inbound_at = excluded.seen_inbound_at, until = excluded.until, user_id = excluded.user_id,
             rested_at = excluded.rested_at",
        id.0,
        seen_inbound_at,
        until,
        user.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn delete(conn: &mut PgConnection, id: ConversationId) -> sqlx::Result<bool> {
    let gone =
        sqlx::query!("delete from conversation_rests where conversation_id = $1", id.0).execute(conn).await?;
    Ok(gone.rows_affected() > 0)
}
