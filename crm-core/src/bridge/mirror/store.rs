//! SQL of threads and their outboxes.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, OutboundFile};
use sqlx::PgConnection;
use uuid::Uuid;

use super::CHANNEL;
use crate::{AccountId, RoomId, RoomMessageId, delivery::DeliveryStep, media::kind_of};

/// A thread, locked, and how it should be.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub id: Uuid,
    pub room_id: RoomId,
    pub account_id: AccountId,
    pub enabled: bool,
    pub place: Option<String>,
    pub name: Option<String>,
    pub wanted_name: String,
    pub closed: bool,
}

/// The oldest row of an outbox that is not through.
pub(super) struct Head {
    pub id: Uuid,
    pub message_id: RoomMessageId,
    pub act: String,
    pub delivery_id: Option<Uuid>,
}

/// What became of a delivery.
pub(super) struct Delivery {
    pub step: DeliveryStep,
    pub external_ids: Vec<String>,
    pub code: Option<String>,
    pub reason: Option<String>,
}

/// A message of a room as it stands now.
pub(super) struct Said {
    pub author_name: String,
    pub position: i64,
    pub body: Option<String>,
    pub created_at: DateTime<Utc>,
    pub deleted: bool,
    /// The messenger's id of the message answered, where it is there.
    pub quote: Option<String>,
    pub files: Vec<OutboundFile>,
}

/// The advisory lock of whoever keeps the threads.
const LEADER: i64 = 0x757a_656c_0110;

pub(super) async fn lead(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "leads!""#, LEADER).fetch_one(conn).await
}

pub(super) async fn leave(
    conn: &mut PgConnection,
    room: RoomId,
    id: Uuid,
    message: RoomMessageId,
    act: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let left = sqlx::query!(
        "with thread as (
             update bridge_threads set next_position = next_position + 1
             where room_id = $1 and enabled
             returning id, next_position - 1 as position)
         insert into bridge_outbox (id, thread_id, position, message_id, act, created_at)
         select $2, id, position, $3, $4, $5 from thread",
        room.0,
        id,
        message.0,
        act,
        now
    )
    .execute(&mut *conn)
    .await?;
    if left.rows_affected() > 0 {
        sqlx::query!("select pg_notify($1, '')", CHANNEL).execute(conn).await?;
    }
    Ok(())
}

/// Threads with something in their outbox, or not as they should be.
pub(super) async fn due(conn: &mut PgConnection) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from bridge_threads b join rooms r on r.id = b.room_id
         where exists (select from bridge_outbox o where o.thread_id = b.id and o.finished_at is null)
            or (b.place is not null and (
                b.closed = (b.enabled and r.archived_at is null)
                or (b.enabled and r.archived_at is null and b.name <> r.name)))
         order by b.id"
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn lock(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Thread>> {
    sqlx::query_as!(
        Thread,
        r#"select b.id, b.room_id as "room_id: RoomId", s.account_id as "account_id: AccountId",
                  b.enabled and r.archived_at is null as "enabled!", b.place, b.name, r.name as wanted_name, b.closed
           from bridge_threads b join rooms r on r.id = b.room_id cross join bridge_setup s
           where b.id = $1 for update of b"#,
        id
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn head(conn: &mut PgConnection, thread: Uuid) -> sqlx::Result<Option<Head>> {
    sqlx::query_as!(
        Head,
        r#"select id, message_id as "message_id: RoomMessageId", act, delivery_id
           from bridge_outbox where thread_id = $1 and finished_at is null order by position limit 1"#,
        thread
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn delivery(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Delivery>> {
    sqlx::query_as!(
        Delivery,
        r#"select state as "step: DeliveryStep", external_ids, code, reason from deliveries where id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn links(
    conn: &mut PgConnection,
    account: AccountId,
    message: RoomMessageId,
) -> sqlx::Result<Vec<ExternalId>> {
    let ids = sqlx::query_scalar!(
        "select external_id from bridge_links where account_id = $1 and message_id = $2 and ours order by place",
        account.0,
        message.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ExternalId::new).collect())
}

pub(super) async fn link(
    conn: &mut PgConnection,
    account: AccountId,
    message: RoomMessageId,
    external_ids: &[String],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bridge_links (account_id, external_id, message_id, ours, place)
         select $1, id, $2, true, place::integer from unnest($3::text[]) with ordinality told(id, place)
         on conflict do nothing",
        account.0,
        message.0,
        external_ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn said(
    conn: &mut PgConnection,
    account: AccountId,
    id: RoomMessageId,
) -> sqlx::Result<Option<Said>> {
    let row = sqlx::query!(
        r#"select t.author_name, t.position, t.body, t.created_at, t.deleted_at is not null as "deleted!",
                  (select l.external_id from bridge_links l
                   where l.account_id = $2 and l.message_id = t.quote_id order by l.place limit 1) as quote
           from room_messages t where t.id = $1"#,
        id.0,
        account.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let files = sqlx::query!(
        r#"select m.id, m.kind, m.file_name, m.sniffed_type, m.stored_bytes, m.sha256 as "sha256!", m.duration_s
           from room_message_files f join media m on m.id = f.media_id
           where f.message_id = $1 and m.state = 'stored' and m.sha256 is not null
           order by f.place"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    let files = files.into_iter().map(|file| OutboundFile {
        id: file.id,
        kind: kind_of(&file.kind),
        file_name: file.file_name.unwrap_or_else(|| "файл".to_owned()),
        mime_type: file.sniffed_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        size_bytes: file.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
        sha256: file.sha256,
        duration_s: file.duration_s.and_then(|seconds| u32::try_from(seconds).ok()),
    });
    Ok(Some(Said {
        author_name: row.author_name,
        position: row.position,
        body: row.body,
        created_at: row.created_at,
        deleted: row.deleted,
        quote: row.quote,
        files: files.collect(),
    }))
}

/// `false` when somebody has handed it over before.
pub(super) async fn hand_over(conn: &mut PgConnection, row: Uuid, delivery: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bridge_outbox set delivery_id = $2 where id = $1 and delivery_id is null and finished_at is null",
        row,
        delivery
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The row waits again, for another delivery.
pub(super) async fn take_back(conn: &mut PgConnection, row: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update bridge_outbox set delivery_id = null where id = $1", row).execute(conn).await?;
    Ok(())
}

pub(super) async fn finish(
    conn: &mut PgConnection,
    row: Uuid,
    outcome: &str,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bridge_outbox set outcome = $2, reason = $3, finished_at = $4 where id = $1",
        row,
        outcome,
        reason,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn opened(
    conn: &mut PgConnection,
    thread: Uuid,
    place: &str,
    name: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bridge_threads set place = $2, name = $3, closed = false, trouble = null where id = $1",
        thread,
        place,
        name
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn renamed(conn: &mut PgConnection, thread: Uuid, name: &str) -> sqlx::Result<()> {
    sqlx::query!("update bridge_threads set name = $2 where id = $1", thread, name).execute(conn).await?;
    Ok(())
}

pub(super) async fn set_closed(conn: &mut PgConnection, thread: Uuid, closed: bool) -> sqlx::Result<()> {
    sqlx::query!("update bridge_threads set closed = $2 where id = $1", thread, closed).execute(conn).await?;
    Ok(())
}

pub(super) async fn lost(conn: &mut PgConnection, thread: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update bridge_threads set place = null, name = null, closed = false where id = $1", thread)
        .execute(conn)
        .await?;
    Ok(())
}

/// `true` when it changed.
pub(super) async fn set_trouble(
    conn: &mut PgConnection,
    thread: Uuid,
    reason: Option<&str>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bridge_threads set trouble = $2 where id = $1 and trouble is distinct from $2",
        thread,
        reason
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
