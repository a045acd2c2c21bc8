//! SQL of questions.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Choice, Decision, DecisionOption, End, NewDecision, Via};
use crate::{UserId, access::Right, bridge::mirror};

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    new: &NewDecision<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into decisions (id, subject_kind, subject_id, right_name, text, options, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        new.subject_kind,
        new.subject_id,
        new.right.as_str(),
        new.text,
        Json(new.options) as _,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whoever keeps the copies looks at once.
pub(super) async fn wake(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, '')", mirror::CHANNEL).execute(conn).await?;
    Ok(())
}

pub(super) async fn withdraw(
    conn: &mut PgConnection,
    subject_kind: &str,
    subject_id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update decisions set withdrawn_at = $3
         where subject_kind = $1 and subject_id = $2 and chosen is null and withdrawn_at is null",
        subject_kind,
        subject_id,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn of_subject(
    conn: &mut PgConnection,
    subject_kind: &str,
    subject_id: Uuid,
) -> sqlx::Result<Option<(Uuid, i32)>> {
    let row = sqlx::query!(
        "select id, revision from decisions where subject_kind = $1 and subject_id = $2",
        subject_kind,
        subject_id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.revision)))
}

/// The question, locked until the transaction ends: of two answers one waits for the other.
pub(super) async fn lock(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Decision>> {
    sqlx::query!("select id from decisions where id = $1 for update", id).fetch_optional(&mut *conn).await?;
    one(conn, id).await
}

pub(super) async fn lock_subject(
    conn: &mut PgConnection,
    subject_kind: &str,
    subject_id: Uuid,
) -> sqlx::Result<()> {
    sqlx::query!(
        "select id from decisions where subject_kind = $1 and subject_id = $2 for update",
        subject_kind,
        subject_id
    )
    .fetch_optional(conn)
    .await?;
    Ok(())
}

/// `None` also for a question under a right of a newer version.
pub(super) async fn one(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Decision>> {
    let row = sqlx::query!(
        r#"select d.id, d.subject_kind, d.subject_id, d.right_name, d.text, d.revision, d.chosen, d.comment,
                  d.options as "options: Json<Vec<DecisionOption>>", d.decided_in as "via: Via",
                  d.withdrawn_at is not null as "withdrawn!", u.name as "by?"
           from decisions d left join users u on u.id = d.decided_by
           where d.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(right) = Right::from_word(&row.right_name) else { return Ok(None) };
    let chosen = row.chosen.zip(row.by);
    let end = match chosen {
        Some((word, by)) => {
            let via = row.via.unwrap_or(Via::Product);
            Some(End::Chosen { word, by, via, comment: row.comment })
        }
        None => row.withdrawn.then_some(End::Withdrawn),
    };
    Ok(Some(Decision {
        id: row.id,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
        right,
        text: row.text,
        options: row.options.0,
        revision: row.revision,
        end,
    }))
}

pub(super) async fn reword(conn: &mut PgConnection, id: Uuid, text: &str) -> sqlx::Result<()> {
    sqlx::query!("update decisions set text = $2, revision = revision + 1 where id = $1", id, text)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn choose(
    conn: &mut PgConnection,
    id: Uuid,
    by: UserId,
    choice: Choice<'_>,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update decisions set chosen = $2, decided_by = $3, decided_at = $4, decided_in = $5, comment = $6 where id = $1",
        id,
        choice.word,
        by.0,
        now,
        choice.via as Via,
        comment
    )
    .execute(conn)
    .await?;
    Ok(())
}
