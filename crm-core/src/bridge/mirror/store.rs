//! SQL of threads and their outboxes.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, OutboundAction, OutboundMessage};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::CHANNEL;
use crate::{AccountId, RoomId, RoomMessageId, delivery::DeliveryStep};

/// What was sent for a message after the message itself has its place behind this one: it is no part of what an edit
/// changes.
const ADDED: i32 = 1000;

/// A thread, locked, and how it should be.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub id: Uuid,
    /// The room that it shows, or else a conversation.
    pub room_id: Option<RoomId>,
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
    /// A message of the room, or a row of the timeline.
    pub message_id: Uuid,
    pub act: String,
    pub delivery_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

/// What became of a delivery.
pub(super) struct Delivery {
    pub step: DeliveryStep,
    pub message: Json<OutboundMessage>,
    pub external_ids: Vec<String>,
    pub code: Option<String>,
    pub reason: Option<String>,
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
    if left.rows_affected() > 0 { wake(conn).await } else { Ok(()) }
}

/// Wakes whoever keeps the threads when the caller's transaction commits.
pub(in crate::bridge) async fn wake(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, '')", CHANNEL).execute(conn).await?;
    Ok(())
}

/// Threads with something in their outbox, or not as they should be.
pub(super) async fn due(conn: &mut PgConnection) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from bridge_threads b join bridge_wishes w on w.thread_id = b.id
         where (exists (select from bridge_outbox o where o.thread_id = b.id and o.finished_at is null)
             or (b.place is not null and (b.closed = w.enabled or (w.enabled and b.name <> w.name))))
           and not exists (
             select from bridge_setup s join bridge_groups g on g.account_id = s.account_id and g.chat = s.chat
             where not g.present)
         order by b.id"
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn lock(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Thread>> {
    sqlx::query_as!(
        Thread,
        r#"select b.id, b.room_id as "room_id: RoomId",
                  s.account_id as "account_id: AccountId", w.enabled as "enabled!", b.place, b.name,
                  w.name as "wanted_name!", b.closed
           from bridge_threads b join bridge_wishes w on w.thread_id = b.id cross join bridge_setup s
           where b.id = $1 for update of b"#,
        id
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn head(conn: &mut PgConnection, thread: Uuid) -> sqlx::Result<Option<Head>> {
    sqlx::query_as!(
        Head,
        "select id, message_id, act, delivery_id, created_at
         from bridge_outbox where thread_id = $1 and finished_at is null order by position limit 1",
        thread
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn delivery(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Delivery>> {
    sqlx::query_as!(
        Delivery,
        r#"select state as "step: DeliveryStep", message as "message: Json<OutboundMessage>", external_ids, code, reason
           from deliveries where id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await
}

/// The messages there by which a row of the outbox is done: our copies of the message; for a state, what the person
/// himself wrote there.
pub(super) async fn copies(
    conn: &mut PgConnection,
    thread: &Thread,
    head: &Head,
) -> sqlx::Result<Vec<ExternalId>> {
    let ids = sqlx::query_scalar!(
        "select external_id from bridge_links
         where account_id = $1 and message_id = $2 and ours = $3 and place < $4 and thread_id = $5
         order by place, external_id",
        thread.account_id.0,
        head.message_id,
        head.act != "state",
        ADDED,
        thread.id,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ExternalId::new).collect())
}

/// What was sent for a message so far, in order.
pub(super) async fn done(
    conn: &mut PgConnection,
    thread: Uuid,
    message: Uuid,
) -> sqlx::Result<Vec<OutboundAction>> {
    let sent = sqlx::query_scalar!(
        r#"select d.message as "message: Json<OutboundMessage>"
           from bridge_outbox o join deliveries d on d.id = o.delivery_id
           where o.message_id = $1 and o.thread_id = $2 and o.outcome = 'done' order by o.position"#,
        message,
        thread
    )
    .fetch_all(conn)
    .await?;
    Ok(sent.into_iter().map(|message| message.0.action).collect())
}

/// What was sent for a message so far stands there; a correction stands for all that was there before.
pub(super) async fn link(
    conn: &mut PgConnection,
    thread: &Thread,
    head: &Head,
    external_ids: &[String],
) -> sqlx::Result<()> {
    let behind = if matches!(head.act.as_str(), "message" | "correction") { 0 } else { ADDED };
    if head.act == "correction" {
        sqlx::query!(
            "update bridge_links set place = place + $4
             where account_id = $1 and message_id = $2 and thread_id = $3 and ours and place < $4",
            thread.account_id.0,
            head.message_id,
            thread.id,
            ADDED,
        )
        .execute(&mut *conn)
        .await?;
    }
    sqlx::query!(
        "insert into bridge_links (account_id, external_id, message_id, thread_id, ours, place)
         select $1, id, $2, $3, true, $5 + place::integer from unnest($4::text[]) with ordinality told(id, place)
         on conflict do nothing",
        thread.account_id.0,
        head.message_id,
        thread.id,
        external_ids,
        behind,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An edit has changed the messages `was` into these: what is not among them is gone, and what is new follows.
pub(super) async fn relink(
    conn: &mut PgConnection,
    thread: &Thread,
    head: &Head,
    was: &[ExternalId],
    external_ids: &[String],
) -> sqlx::Result<()> {
    if external_ids.is_empty() {
        return Ok(());
    }
    let was: Vec<&str> = was.iter().map(ExternalId::as_str).collect();
    sqlx::query!(
        "with gone as (
             delete from bridge_links
             where account_id = $1 and message_id = $2 and thread_id = $3 and ours and external_id = any($4::text[])
               and external_id <> all($5::text[])),
         last as (
             select coalesce(max(place), 0) as place from bridge_links
             where message_id = $2 and thread_id = $3 and ours and place < $6)
         insert into bridge_links (account_id, external_id, message_id, thread_id, ours, place)
         select $1, told.id, $2, $3, true, last.place + told.place::integer
         from last, unnest($5::text[]) with ordinality told(id, place)
         on conflict do nothing",
        thread.account_id.0,
        head.message_id,
        thread.id,
        &was as _,
        external_ids,
        ADDED,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The change cannot be made in its place: the row waits again, to be said anew.
pub(super) async fn correct(conn: &mut PgConnection, row: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update bridge_outbox set act = 'correction', delivery_id = null where id = $1", row)
        .execute(conn)
        .await?;
    Ok(())
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
