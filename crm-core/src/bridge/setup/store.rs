//! SQL of what is bridged, and where.

use chrono::{DateTime, Utc};
use connector_api::BridgeChat;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{BridgeGroup, BridgedConversation, BridgedRoom};
use crate::{
    AccountId, ConversationId, RoomId,
    access::Viewer,
    clients::reach::Reach,
    rooms::reach::store::{Sight, push_reach},
    timeline::conversation,
};

pub(super) async fn groups(conn: &mut PgConnection) -> sqlx::Result<Vec<BridgeGroup>> {
    sqlx::query_as!(
        BridgeGroup,
        r#"select account_id as "account_id: AccountId", chat, title, threads, present
           from bridge_groups order by seen_at desc, chat limit 50"#
    )
    .fetch_all(conn)
    .await
}

/// The account and the key of the group in which the threads are.
pub(crate) async fn chosen(conn: &mut PgConnection) -> sqlx::Result<Option<(AccountId, String)>> {
    let row = sqlx::query!(r#"select account_id as "account_id: AccountId", chat from bridge_setup"#)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| (row.account_id, row.chat)))
}

pub(super) async fn choose(conn: &mut PgConnection, account: AccountId, chat: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bridge_setup (account_id, chat) values ($1, $2)
         on conflict (singleton) do update set account_id = excluded.account_id, chat = excluded.chat",
        account.0,
        chat
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The next message of each room opens a thread anew, and quotes nothing of another group.
pub(super) async fn forget_places(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("delete from bridge_links").execute(&mut *conn).await?;
    sqlx::query!("update bridge_threads set place = null, name = null, closed = false, trouble = null")
        .execute(conn)
        .await?;
    Ok(())
}

/// The group has another key now; `true` when that is news of the chosen one. Its former threads are unknown under the new
/// key.
pub(crate) async fn moved(
    conn: &mut PgConnection,
    account: AccountId,
    from: &str,
    to: &str,
) -> sqlx::Result<bool> {
    let chosen = sqlx::query!(
        "update bridge_setup set chat = $3 where account_id = $1 and chat = $2",
        account.0,
        from,
        to
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from bridge_groups where account_id = $1 and chat = $2", account.0, from)
        .execute(&mut *conn)
        .await?;
    let news = chosen.rows_affected() == 1;
    if news {
        forget_places(conn).await?;
    }
    Ok(news)
}

/// A group was heard of. `present` is only known where it was told.
pub(crate) async fn met(
    conn: &mut PgConnection,
    account: AccountId,
    chat: &BridgeChat,
    present: Option<bool>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bridge_groups as known (account_id, chat, title, threads, present, seen_at)
         select $1, $2, $3, $4, coalesce($5, true), $6
         -- Whoever speaks there tells the same each time: that must not make him wait for others who do.
         where not exists (
             select from bridge_groups same
             where same.account_id = $1 and same.chat = $2 and same.title is not distinct from coalesce($3, same.title)
               and same.threads = $4 and same.present = coalesce($5, same.present)
               and same.seen_at > $6::timestamptz - interval '1 minute')
         on conflict (account_id, chat) do update
         set title = coalesce(excluded.title, known.title), threads = excluded.threads,
             present = coalesce($5, known.present), seen_at = excluded.seen_at",
        account.0,
        chat.id.as_str(),
        chat.title,
        chat.threads,
        present,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn rooms(conn: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<BridgedRoom>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select b.room_id, seen.name, b.enabled, b.trouble,
                (select count(*) from bridge_outbox o where o.thread_id = b.id and o.finished_at is null) as waiting
         from bridge_threads b
         left join lateral (select r.name from rooms r where r.id = b.room_id",
    );
    push_reach(&mut query, viewer, Sight::Finds);
    query.push(") seen on true where b.room_id is not null order by seen.name nulls last, b.room_id");
    query.build_query_as().fetch_all(conn).await
}

/// `false` when it stood so already. What waits when a room is bridged no longer does not go out.
pub(super) async fn set_enabled(
    conn: &mut PgConnection,
    id: Uuid,
    room: RoomId,
    enabled: bool,
) -> sqlx::Result<bool> {
    let changed = sqlx::query_scalar!(
        "insert into bridge_threads as known (id, room_id, enabled) values ($1, $2, $3)
         on conflict (room_id) do update set enabled = excluded.enabled where known.enabled <> excluded.enabled
         returning id",
        id,
        room.0,
        enabled
    )
    .fetch_optional(&mut *conn)
    .await?;
    // A room that was never bridged is not bridged now either.
    Ok(changed.is_some_and(|thread| enabled || thread != id))
}

/// Names only within `reach`; without one, none.
pub(crate) async fn conversations(
    conn: &mut PgConnection,
    reach: Option<Reach<'_>>,
) -> sqlx::Result<Vec<BridgedConversation>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select b.conversation_id, seen.name, b.enabled, b.trouble,
                (select count(*) from bridge_outbox o where o.thread_id = b.id and o.finished_at is null) as waiting
         from bridge_threads b
         left join lateral (
             select w.name
             from bridge_wishes w
             join conversations v on v.id = b.conversation_id
             join contacts k on k.id = v.contact_id
             where w.thread_id = b.id",
    );
    match reach {
        Some(reach) => conversation::store::push_reach(&mut query, reach),
        None => _ = query.push(" and false"),
    }
    query.push(
        ") seen on true where b.conversation_id is not null order by seen.name nulls last, b.conversation_id",
    );
    query.build_query_as().fetch_all(conn).await
}

/// `false` when it stood so already. Older rows than the moment from which it is bridged do not go out.
pub(super) async fn set_conversation_enabled(
    conn: &mut PgConnection,
    id: Uuid,
    conversation: ConversationId,
    enabled: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let changed = sqlx::query_scalar!(
        "insert into bridge_threads as known (id, conversation_id, enabled, since)
         select $1, $2, $3, $4 where $3 or exists (select from bridge_threads where conversation_id = $2)
         on conflict (conversation_id) do update set enabled = excluded.enabled, since = excluded.since
         where known.enabled <> excluded.enabled
         returning id",
        id,
        conversation.0,
        enabled,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(changed.is_some())
}

/// The name of the chosen group, when it is news that the bot is not in it.
pub(super) async fn put_out(
    conn: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<Option<Option<String>>> {
    sqlx::query_scalar!(
        "update bridge_groups g set present = false from bridge_setup s
         where s.account_id = g.account_id and s.chat = g.chat and g.account_id = $1 and g.present
         returning g.title",
        account.0
    )
    .fetch_optional(conn)
    .await
}

/// The name of the chosen group, when it is news that the bot is in it again.
pub(super) async fn let_in(
    conn: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<Option<Option<String>>> {
    sqlx::query_scalar!(
        "update bridge_groups g set present = true from bridge_setup s
         where s.account_id = g.account_id and s.chat = g.chat and g.account_id = $1 and not g.present
         returning g.title",
        account.0
    )
    .fetch_optional(conn)
    .await
}
