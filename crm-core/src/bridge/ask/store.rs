//! SQL of questions.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::Told;
use crate::{
    RoomId, UserId,
    access::Viewer,
    bridge::arrive::{Bridged, store::Thread},
    clients::reach::Reach,
    rooms::reach::store::{Sight, push_reach},
    timeline::conversation,
};

/// More of them nobody looks through by buttons.
const MOST_CHATS: i64 = 200;

/// A question, locked.
pub(super) struct Question {
    pub id: Uuid,
    pub user_id: UserId,
    pub events: Json<Vec<Told>>,
    pub thread_id: Option<Uuid>,
}

/// A chat to choose.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Chat {
    pub thread_id: Uuid,
    pub name: String,
}

/// Its number; `None` when it was asked before.
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    event: &Bridged,
    viewer: &Viewer,
    events: &[Told],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into bridge_questions (id, account_id, user_id, events, asked_at) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing returning number",
        id,
        event.account_id.0,
        viewer.user_id.0,
        Json(events) as _,
        now
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Question>> {
    sqlx::query_as!(
        Question,
        r#"select id, user_id as "user_id: UserId", events as "events: Json<Vec<Told>>", thread_id
           from bridge_questions where id = $1 for update"#,
        id
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock_number(conn: &mut PgConnection, number: i64) -> sqlx::Result<Option<Question>> {
    sqlx::query_as!(
        Question,
        r#"select id, user_id as "user_id: UserId", events as "events: Json<Vec<Told>>", thread_id
           from bridge_questions where number = $1 for update"#,
        number
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn set_events(conn: &mut PgConnection, id: Uuid, events: &[Told]) -> sqlx::Result<()> {
    sqlx::query!("update bridge_questions set events = $2 where id = $1", id, Json(events) as _)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn answer(conn: &mut PgConnection, id: Uuid, thread: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update bridge_questions set thread_id = $2 where id = $1", id, thread)
        .execute(conn)
        .await?;
    Ok(())
}

/// While what it shows is bridged.
pub(super) async fn thread(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Thread>> {
    sqlx::query_as!(
        Thread,
        r#"select id, room_id as "room_id: RoomId" from bridge_threads where id = $1 and enabled"#,
        id
    )
    .fetch_optional(conn)
    .await
}

/// Bridged chats that the viewer reads, the one in which something was shown last first.
pub(super) async fn chats(conn: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<Chat>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select b.id as thread_id, w.name
         from bridge_threads b join bridge_wishes w on w.thread_id = b.id and w.enabled
         where (b.room_id is not null and exists (select from rooms r where r.id = b.room_id",
    );
    push_reach(&mut query, viewer, Sight::Reads);
    query.push("))");
    if let Ok(reach) = Reach::reading(viewer) {
        query.push(
            " or (b.conversation_id is not null and exists (
                  select from conversations v join contacts k on k.id = v.contact_id where v.id = b.conversation_id",
        );
        conversation::store::push_reach(&mut query, reach);
        query.push("))");
    }
    query.push(
        " order by (select o.created_at from bridge_outbox o where o.thread_id = b.id order by o.position desc limit 1)
              desc nulls last, w.name, b.id
          limit ",
    );
    query.push_bind(MOST_CHATS).build_query_as().fetch_all(conn).await
}

/// Returns how many went.
pub(in crate::bridge) async fn forget_before(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let gone = sqlx::query!("delete from bridge_questions where asked_at < $1", before).execute(conn).await?;
    Ok(gone.rows_affected())
}
