//! SQL of copies by mail.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::{MailCopy, Waiting};
use crate::{
    InteractionId,
    clients::reach::Reach,
    timeline::{
        conversation::store::push_reach,
        read::{
            Pins,
            store::{COLUMNS, JOINS, fetch_rows, push_pins},
        },
        view::StoredRow,
    },
};

/// More than this stands in the next letter.
const MOST: i64 = 300;

pub(super) async fn get(conn: &mut PgConnection) -> sqlx::Result<MailCopy> {
    sqlx::query_as!(MailCopy, "select enabled, after_minutes from bridge_mail_copy").fetch_one(conn).await
}

/// One caller at a time.
pub(super) async fn lock(conn: &mut PgConnection) -> sqlx::Result<MailCopy> {
    sqlx::query_as!(MailCopy, "select enabled, after_minutes from bridge_mail_copy for update")
        .fetch_one(conn)
        .await
}

pub(super) async fn set(conn: &mut PgConnection, wanted: MailCopy) -> sqlx::Result<()> {
    sqlx::query!(
        "update bridge_mail_copy set enabled = $1, after_minutes = $2",
        wanted.enabled,
        wanted.after_minutes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether something waits since before this moment and stood in no letter, and the last letter is as old.
pub(super) async fn is_due(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from bridge_outbox o join bridge_threads b on b.id = o.thread_id
                          where o.finished_at is null and o.mailed_at is null and o.created_at <= $1 and b.enabled
                            and o.act <> 'state')
              and exists (select from bridge_mail_copy where written_at is null or written_at <= $1) as "due!""#,
        before
    )
    .fetch_one(conn)
    .await
}

/// What waits, chat by chat in its order; from now on it stands in a letter.
pub(super) async fn take(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query!("update bridge_mail_copy set written_at = $1", now).execute(&mut *conn).await?;
    sqlx::query_as!(
        Waiting,
        r#"with taken as (
               update bridge_outbox set mailed_at = $1
               where id in (
                   select o.id from bridge_outbox o join bridge_threads b on b.id = o.thread_id
                   where o.finished_at is null and o.mailed_at is null and b.enabled and o.act <> 'state'
                   order by o.created_at, o.position limit $2)
               returning thread_id, position, message_id, act, created_at)
           select w.name as "chat!", b.room_id is not null as "in_room!", t.message_id, t.created_at as at, t.act
           from taken t
           join bridge_threads b on b.id = t.thread_id
           join bridge_wishes w on w.thread_id = b.id
           order by w.name, t.thread_id, t.position"#,
        now,
        MOST
    )
    .fetch_all(conn)
    .await
}

/// Those of some rows of timelines that lie within reach.
pub(super) async fn rows(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    ids: &[InteractionId],
) -> sqlx::Result<Vec<StoredRow>> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from interactions i join contacts k on k.id = i.contact_id ").push(JOINS);
    query.push(" where i.id = any(").push_bind(ids.to_vec()).push(")");
    push_reach(&mut query, reach);
    push_pins(&mut query, &Pins::Within(reach));
    fetch_rows(conn, query).await
}
