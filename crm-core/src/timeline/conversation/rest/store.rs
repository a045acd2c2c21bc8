//! SQL of conversations that were laid aside.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::Standing;
use crate::{ContactId, ConversationId, UserId};

/// The rest `cz` of conversation `v` with head `h`.
pub(in crate::timeline) const JOIN: &str =
    " left join conversation_rests cz on cz.conversation_id = v.id and h.rested";

/// Wants [`JOIN`] before the `where`.
pub(in crate::timeline) fn push_standing(query: &mut QueryBuilder<Postgres>, standing: Standing) {
    query.push(match standing {
        Standing::Open => " and not h.rested",
        Standing::Deferred => " and h.rested and cz.until is not null",
        Standing::Closed => " and h.rested and cz.conversation_id is not null and cz.until is null",
    });
}

/// When the person wrote last. Nobody writes to the conversation until the transaction ends.
pub(super) async fn lock_head(
    conn: &mut PgConnection,
    id: ConversationId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let head = sqlx::query_scalar!(
        "select last_inbound_at from conversation_heads where conversation_id = $1 for update",
        id.0
    );
    Ok(head.fetch_optional(conn).await?.flatten())
}

/// Wants the head locked.
pub(super) async fn put(
    conn: &mut PgConnection,
    user: UserId,
    id: ConversationId,
    seen_inbound_at: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with head as (update conversation_heads set rested = true where conversation_id = $1)
         insert into conversation_rests (conversation_id, seen_inbound_at, until, user_id, rested_at)
         values ($1, $2, $3, $4, $5)
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

/// Wants the head locked.
pub(super) async fn delete(conn: &mut PgConnection, id: ConversationId) -> sqlx::Result<bool> {
    let gone = sqlx::query!(
        "with head as (update conversation_heads set rested = false where conversation_id = $1)
         delete from conversation_rests where conversation_id = $1",
        id.0
    );
    Ok(gone.execute(conn).await?.rows_affected() > 0)
}

/// Takes up those of these that were laid aside; their people.
pub(super) async fn open(conn: &mut PgConnection, ids: &[ConversationId]) -> sqlx::Result<Vec<ContactId>> {
    sqlx::query_scalar!(
        r#"with due as (
               select conversation_id from conversation_heads
               where conversation_id = any($1) and rested order by conversation_id for update),
           heads as (
               update conversation_heads h set rested = false from due where h.conversation_id = due.conversation_id),
           gone as (delete from conversation_rests r using due where r.conversation_id = due.conversation_id)
           select v.contact_id as "contact_id: ContactId" from due join conversations v on v.id = due.conversation_id"#,
        ids as &[ConversationId],
    )
    .fetch_all(conn)
    .await
}

/// Takes up what was put off until now, a few hundred at most; their people.
pub(super) async fn take_up_due(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<ContactId>> {
    sqlx::query_scalar!(
        r#"with due as (
               select h.conversation_id
               from conversation_rests r join conversation_heads h on h.conversation_id = r.conversation_id
               where r.until <= $1
               order by r.until limit 500
               -- What the ingest holds comes with the next run, at once.
               for update of h skip locked),
           gone as (
               delete from conversation_rests r using due
               where r.conversation_id = due.conversation_id and r.until <= $1
               returning r.conversation_id),
           heads as (
               update conversation_heads h set rested = false from gone where h.conversation_id = gone.conversation_id)
           select v.contact_id as "contact_id: ContactId" from gone join conversations v on v.id = gone.conversation_id"#,
        now,
    )
    .fetch_all(conn)
    .await
}

/// The next moment until which something was put off.
pub(super) async fn next_due(conn: &mut PgConnection) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select min(until) from conversation_rests where until is not null")
        .fetch_one(conn)
        .await
}
