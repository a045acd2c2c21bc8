//! SQL of files.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{File, FileState};
use crate::{
    AccountId, InteractionId, MediaId, RoomId, RoomMessageId, UserId,
    access::{Right, Viewer},
    clients::reach::Reach,
    media::kind_of,
    rooms::reach::store::{Sight, push_reach},
    timeline::{call_list::store::push_row_reach, feed::RoomChange},
};

/// At most so many rows are told of a change: a sticker may stand in thousands, and their screens are not open.
const TOLD_ROWS: i64 = 50;

#[derive(FromRow)]
struct Row {
    id: MediaId,
    kind: String,
    state: String,
    cause: Option<String>,
    mime_type: Option<String>,
    file_name: Option<String>,
    size_bytes: Option<i64>,
    duration_s: Option<i32>,
    sha256: Option<String>,
    account_id: Option<AccountId>,
    owner_id: Option<UserId>,
    source: String,
    wanted_at: DateTime<Utc>,
}

impl From<Row> for File {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: kind_of(&row.kind),
            state: FileState::of(&row.state),
            cause: row.cause,
            mime_type: row.mime_type,
            file_name: row.file_name,
            size_bytes: row.size_bytes,
            duration_s: row.duration_s,
            sha256: row.sha256,
            account_id: row.account_id,
            owner_id: row.owner_id,
            can_be_fetched: row.source == "provider",
            wanted_at: row.wanted_at,
        }
    }
}

pub(crate) async fn readable(
    conn: &mut PgConnection,
    viewer: &Viewer,
    reach: Option<Reach<'_>>,
    id: MediaId,
) -> sqlx::Result<Option<File>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select m.id, m.kind, m.state, m.cause, coalesce(m.sniffed_type, m.mime_type) as mime_type, m.file_name,
                coalesce(m.stored_bytes, m.size_bytes) as size_bytes, m.duration_s, m.sha256, m.account_id, m.owner_id,
                m.source, m.wanted_at
         from media m where m.id = ",
    );
    query.push_bind(id).push(" and (m.owner_id = ").push_bind(viewer.user_id);
    if let Some(reach) = reach {
        query.push(
            " or exists (
                 select from media_uses u join interactions i on i.id = u.interaction_id
                 where u.media_id = m.id",
        );
        push_row_reach(&mut query, reach);
        query.push(")");
    }
    if viewer.scope(Right::RoomsUse).is_some() {
        query.push(
            " or exists (
                 select from room_message_files f
                 join room_messages t on t.id = f.message_id and t.deleted_at is null
                 join rooms r on r.id = t.room_id
                 where f.media_id = m.id",
        );
        push_reach(&mut query, viewer, Sight::Reads);
        query.push(")");
    }
    query.push(")");
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    Ok(row.map(File::from))
}

pub(super) async fn want_again(
    conn: &mut PgConnection,
    id: MediaId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update media
         set state = 'wanted', cause = null, tries = 0, due_at = $2, wanted_at = $2, lease = null
         where id = $1 and state in ('lost', 'wanted') and source = 'provider'",
        id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn bytes_missing(
    conn: &mut PgConnection,
    id: MediaId,
    sha256: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update media
         set state = case when source = 'provider' then 'wanted' else 'lost' end,
             cause = case when source = 'provider' then 'копия в хранилище повреждена, загружается снова'
                          else 'файл пропал из хранилища' end,
             sha256 = null, tries = 0, due_at = $3, wanted_at = $3, lease = null
         where id = $1 and state = 'stored' and sha256 = $2",
        id.0,
        sha256,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn listened_since(
    conn: &mut PgConnection,
    user: UserId,
    id: MediaId,
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from audit_log
               where subject_kind = 'media' and subject_id = $1 and action = 'recording.listen' and user_id = $2
                 and at >= $3) as "known!""#,
        id.to_string(),
        user.0,
        since,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn rows_of(conn: &mut PgConnection, id: MediaId) -> sqlx::Result<Vec<InteractionId>> {
    sqlx::query_scalar!(
        r#"select interaction_id as "id: InteractionId" from media_uses where media_id = $1 limit $2"#,
        id.0,
        TOLD_ROWS,
    )
    .fetch_all(conn)
    .await
}

/// The messages of rooms in which it shows.
pub(super) async fn messages_of(conn: &mut PgConnection, id: MediaId) -> sqlx::Result<Vec<RoomChange>> {
    let rows = sqlx::query!(
        r#"select t.room_id as "room: RoomId", t.id as "message: RoomMessageId"
           from room_message_files f join room_messages t on t.id = f.message_id
           where f.media_id = $1 limit $2"#,
        id.0,
        TOLD_ROWS,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RoomChange { message: Some(row.message), ..RoomChange::of_room(row.room) })
        .collect())
}
