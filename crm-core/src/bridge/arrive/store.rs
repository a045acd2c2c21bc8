//! SQL of what comes in.

use connector_api::ExternalId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{AccountId, RoomId, RoomMessageId};

/// A thread and what it shows: a room, or else a conversation.
pub(in crate::bridge) struct Thread {
    pub id: Uuid,
    pub room_id: Option<RoomId>,
}

/// The thread at a place, while what it shows is bridged.
pub(in crate::bridge) async fn thread_at(
    conn: &mut PgConnection,
    account: AccountId,
    chat: &ExternalId,
    place: &ExternalId,
) -> sqlx::Result<Option<Thread>> {
    sqlx::query_as!(
        Thread,
        r#"select b.id, b.room_id as "room_id: RoomId"
           from bridge_threads b join bridge_setup s on s.account_id = $1 and s.chat = $2
           -- A chat without threads is the place of all of them.
           where b.place = $3 and b.enabled and b.place <> s.chat"#,
        account.0,
        chat.as_str(),
        place.as_str()
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn is_known(conn: &mut PgConnection, id: RoomMessageId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from room_messages where id = $1) as "known!""#, id.0)
        .fetch_one(conn)
        .await
}

/// What this message there stands for: a message of a room or a row of a conversation. Of one that has only just got there,
/// its delivery knows before its outbox does.
pub(in crate::bridge) async fn linked(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &ExternalId,
) -> sqlx::Result<Option<(Thread, Uuid)>> {
    let found = sqlx::query!(
        r#"select b.id, b.room_id as "room_id: RoomId", known.message_id as "message_id!"
           from (select thread_id, message_id from bridge_links where account_id = $1 and external_id = $2
                 union all
                 select o.thread_id, o.message_id
                 from bridge_outbox o join deliveries d on d.id = o.delivery_id
                 where o.finished_at is null and d.account_id = $1 and $2 = any(d.external_ids)) known
           join bridge_threads b on b.id = known.thread_id and b.enabled
           limit 1"#,
        account.0,
        external_id.as_str()
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| (Thread { id: row.id, room_id: row.room_id }, row.message_id)))
}

/// `place` orders the messages of one album.
pub(in crate::bridge) async fn link(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &ExternalId,
    thread: Uuid,
    message: Uuid,
    place: i32,
) -> sqlx::Result<()> {
    link_first(conn, account, external_id, thread, message, place).await.map(drop)
}

/// The same; `false` when it was known before.
pub(super) async fn link_first(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &ExternalId,
    thread: Uuid,
    message: Uuid,
    place: i32,
) -> sqlx::Result<bool> {
    let fresh = sqlx::query!(
        "insert into bridge_links (account_id, external_id, thread_id, message_id, ours, place)
         values ($1, $2, $3, $4, false, $5) on conflict do nothing",
        account.0,
        external_id.as_str(),
        thread,
        message,
        place
    )
    .execute(conn)
    .await?;
    Ok(fresh.rows_affected() == 1)
}
