//! SQL of reminders.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{
    ClientId, TaskId, UserId,
    timeline::feed::{TaskChange, TaskNews},
};

/// What is due by now and was not told; at most 500, so that one entry of the feed stays small.
pub(super) async fn take_due(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<TaskChange>> {
    let rows = sqlx::query!(
        r#"update tasks set notice_at = null
           where id in (select id from tasks where notice_at <= $1 and closed_at is null
                        order by notice_at limit 500 for update skip locked)
           returning id as "id: TaskId", author_id as "author: UserId", responsible_id as "responsible: UserId",
                     client_id as "client: ClientId""#,
        now
    )
    .fetch_all(conn)
    .await?;
    let change = |(task, author, responsible, client)| TaskChange {
        task,
        author,
        responsible,
        former: None,
        client,
        news: TaskNews::Due,
    };
    Ok(rows.into_iter().map(|row| change((row.id, row.author, row.responsible, row.client))).collect())
}

/// When the next one is due.
pub(super) async fn next(conn: &mut PgConnection) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select min(notice_at) from tasks where notice_at is not null and closed_at is null")
        .fetch_one(conn)
        .await
}
