//! SQL of changes of tasks.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;

use crate::{
    ClientId, InteractionId, TaskId, UserId,
    tasks::task::{Due, TaskKind},
};

/// What a change has to know of a task.
pub(super) struct Locked {
    pub author_id: UserId,
    pub responsible_id: UserId,
    pub client_id: Option<ClientId>,
    pub notice_at: Option<DateTime<Utc>>,
}

/// A task as it was asked for; so the audit log keeps it.
#[derive(PartialEq, Serialize, Deserialize)]
pub(super) struct Order {
    pub responsible_id: UserId,
    pub kind: TaskKind,
    pub title: String,
    pub text: Option<String>,
    pub due: Due,
    pub client_id: Option<ClientId>,
    pub interaction_id: Option<InteractionId>,
}

/// What of a task changes.
pub(super) struct Values {
    pub responsible_id: UserId,
    pub kind: TaskKind,
    pub title: String,
    pub text: Option<String>,
    pub due: Due,
    pub notice_at: Option<DateTime<Utc>>,
}

/// Until the transaction ends nobody else changes it.
pub(super) async fn lock(conn: &mut PgConnection, id: TaskId) -> sqlx::Result<Option<Locked>> {
    sqlx::query_as!(
        Locked,
        r#"select author_id as "author_id: UserId", responsible_id as "responsible_id: UserId",
                  client_id as "client_id: ClientId", notice_at
           from tasks where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// Who set the task of this id and what the audit log says of it; nothing where there is none.
pub(super) async fn first_press(
    conn: &mut PgConnection,
    id: TaskId,
) -> sqlx::Result<Option<(UserId, Option<Value>)>> {
    let row = sqlx::query!(
        r#"select t.author_id as "author_id: UserId",
                  (select l.after from audit_log l
                   where l.subject_kind = 'task' and l.subject_id = t.id::text and l.action = 'task.create'
                   order by l.id limit 1) as after
           from tasks t where t.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.author_id, row.after)))
}

/// Until the transaction ends nobody transfers the client or joins it.
pub(super) async fn hold_client(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<()> {
    sqlx::query!("select id from clients where id = $1 for share", root.0).fetch_optional(conn).await?;
    Ok(())
}

/// Whether the timeline of a client shows the row.
pub(super) async fn shows(conn: &mut PgConnection, root: ClientId, row: InteractionId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from interactions i
               join clients c on c.root_id = $2
                   and (c.id = coalesce(i.client_id, i.pinned_client_id)
                        or coalesce(i.client_id, i.pinned_client_id) is null and exists (
                            select from contacts k
                            join contacts f on f.root_id = k.root_id
                            join contact_clients cc on cc.contact_id = f.id
                            where k.id = i.contact_id and cc.client_id = c.id))
               where i.id = $1) as "shows!""#,
        row.0,
        root.0
    )
    .fetch_one(conn)
    .await
}

/// Who answered for a client before it came to the common base.
pub(super) async fn former_responsible(
    conn: &mut PgConnection,
    client: ClientId,
) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select former_responsible_id as "id: UserId" from clients where id = $1"#,
        client.0
    )
    .fetch_one(conn)
    .await
}

/// `false` when a task of this id is there by now.
pub(super) async fn insert(
    conn: &mut PgConnection,
    (id, author): (TaskId, UserId),
    new: &Order,
    zone: Tz,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into tasks (id, author_id, responsible_id, kind, title, text, due_at, due_day, client_id, interaction_id,
                            created_at, notice_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (id) do nothing",
        id.0,
        author.0,
        new.responsible_id.0,
        new.kind as TaskKind,
        new.title,
        new.text,
        new.due.ends_at(zone),
        new.due.day(),
        new.client_id.map(|client| client.0),
        new.interaction_id.map(|row| row.0),
        now,
        new.due.notice_at(zone, now),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(conn: &mut PgConnection, id: TaskId, next: &Values, zone: Tz) -> sqlx::Result<()> {
    sqlx::query!(
        "update tasks set responsible_id = $2, kind = $3, title = $4, text = $5, due_at = $6, due_day = $7, notice_at = $8
         where id = $1",
        id.0,
        next.responsible_id.0,
        next.kind as TaskKind,
        next.title,
        next.text,
        next.due.ends_at(zone),
        next.due.day(),
        next.notice_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn close(
    conn: &mut PgConnection,
    id: TaskId,
    by: UserId,
    result: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update tasks set closed_at = $2, closed_by = $3 where id = $1", id.0, now, by.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "insert into task_closings (task_id, number, closed_by, closed_at, result)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4 from task_closings where task_id = $1",
        id.0,
        by.0,
        now,
        result,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn reopen(
    conn: &mut PgConnection,
    id: TaskId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update tasks set closed_at = null, closed_by = null where id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "update task_closings set reopened_by = $2, reopened_at = $3 where task_id = $1 and reopened_at is null",
        id.0,
        by.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tasks that went from one user to another, with their authors.
pub(super) async fn hand_over(
    conn: &mut PgConnection,
    family: &[ClientId],
    from: UserId,
    to: UserId,
) -> sqlx::Result<Vec<(TaskId, UserId)>> {
    let rows = sqlx::query!(
        r#"update tasks set responsible_id = $3
           where client_id = any($1) and responsible_id = $2 and closed_at is null
           returning id as "id: TaskId", author_id as "author_id: UserId""#,
        family as &[ClientId],
        from.0,
        to.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.author_id)).collect())
}

pub(super) async fn name(conn: &mut PgConnection, user: UserId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select name from users where id = $1", user.0).fetch_one(conn).await
}

pub(super) async fn is_active(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where id = $1 and disabled_at is null) as "active!""#,
        user.0
    )
    .fetch_one(conn)
    .await
}
