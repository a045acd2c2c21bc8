//! SQL of what comes in.

use connector_api::ExternalId;
use sqlx::PgConnection;

use crate::{AccountId, RoomId, RoomMessageId};

/// The bridged room whose thread this is.
pub(super) async fn room_at(
    conn: &mut PgConnection,
    account: AccountId,
    chat: &ExternalId,
    place: &ExternalId,
) -> sqlx::Result<Option<RoomId>> {
    sqlx::query_scalar!(
        r#"select b.room_id as "id: RoomId"
           from bridge_threads b join bridge_setup s on s.account_id = $1 and s.chat = $2
           where b.place = $3 and b.enabled"#,
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

/// The message of a room that this is. Of one that has only just got there, its delivery knows before its outbox does.
pub(super) async fn linked(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &ExternalId,
) -> sqlx::Result<Option<RoomMessageId>> {
    sqlx::query_scalar!(
        r#"select message_id as "id!: RoomMessageId" from bridge_links where account_id = $1 and external_id = $2
           union all
           select o.message_id
           from bridge_outbox o join deliveries d on d.id = o.delivery_id
           where o.finished_at is null and o.act = 'message' and d.account_id = $1 and $2 = any(d.external_ids)
           limit 1"#,
        account.0,
        external_id.as_str()
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn link(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &ExternalId,
    message: RoomMessageId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bridge_links (account_id, external_id, message_id, ours) values ($1, $2, $3, false)
         on conflict do nothing",
        account.0,
        external_id.as_str(),
        message.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
