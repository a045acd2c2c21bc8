//! SQL of the copies of questions.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{AccountId, UserId, access::Right};

/// A bound person who may decide an open question, and was not asked.
pub(super) struct Missing {
    pub decision_id: Uuid,
    pub user_id: UserId,
    pub account_id: AccountId,
    pub place: String,
}

pub(super) async fn missing(conn: &mut PgConnection) -> sqlx::Result<Vec<Missing>> {
    sqlx::query_as!(
        Missing,
        r#"select d.id as decision_id, b.user_id as "user_id: UserId", b.account_id as "account_id: AccountId",
                  b.chat as place
           from decisions d cross join bridge_bindings b
           where d.chosen is null and d.withdrawn_at is null
             and not exists (select from decision_copies c where c.decision_id = d.id and c.user_id = b.user_id)
             and exists (select from users u where u.id = b.user_id and u.disabled_at is null)
             and exists (select from user_roles x join role_rights r on r.role_code = x.role_code
                         where x.user_id = b.user_id and r.right_name = d.right_name and r.scope = 'all')
             and exists (select from user_roles x join role_rights r on r.role_code = x.role_code
                         where x.user_id = b.user_id and r.right_name = $1)
           order by d.id, b.bound_at limit 200"#,
        Right::BridgeUse.as_str()
    )
    .fetch_all(conn)
    .await
}

/// A copy that shows something else than the question by now, and has arrived.
pub(super) struct Outdated {
    pub decision_id: Uuid,
    pub user_id: UserId,
    pub account_id: AccountId,
    pub place: String,
    pub external_ids: Vec<String>,
    pub sent_at: DateTime<Utc>,
}

pub(super) async fn outdated(conn: &mut PgConnection) -> sqlx::Result<Vec<Outdated>> {
    sqlx::query_as!(
        Outdated,
        r#"select c.decision_id, c.user_id as "user_id: UserId", c.account_id as "account_id: AccountId", c.place,
                  v.external_ids, coalesce(v.finished_at, v.created_at) as "sent_at!"
           from decision_copies c
           join decisions d on d.id = c.decision_id
           join deliveries v on v.id = c.delivery_id
           where not c.ended and v.finished_at is not null
             and (c.shown <> d.revision or d.chosen is not null or d.withdrawn_at is not null)
           order by c.decision_id, c.user_id limit 200"#
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    to: &Missing,
    delivery: Uuid,
    revision: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into decision_copies (decision_id, user_id, account_id, place, delivery_id, shown)
         values ($1, $2, $3, $4, $5, $6)",
        to.decision_id,
        to.user_id.0,
        to.account_id.0,
        to.place,
        delivery,
        revision
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn shown(
    conn: &mut PgConnection,
    decision: Uuid,
    user: UserId,
    revision: i32,
    ended: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update decision_copies set shown = $3, ended = $4 where decision_id = $1 and user_id = $2",
        decision,
        user.0,
        revision,
        ended
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn await_reason(
    conn: &mut PgConnection,
    decision: Uuid,
    user: UserId,
    word: Option<&str>,
) -> sqlx::Result<()> {
    // One reason at a time: words without a quote belong to the button that was pressed last.
    sqlx::query!(
        "update decision_copies set awaits = case when decision_id = $1 then $3::text end
         where user_id = $2 and (decision_id = $1 or ($3::text is not null and awaits is not null))",
        decision,
        user.0,
        word
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The question for whose answer a person is to give a reason: the one quoted, or the one pressed last.
pub(super) async fn awaiting(
    conn: &mut PgConnection,
    user: UserId,
    quote: Option<&str>,
) -> sqlx::Result<Option<(Uuid, i32, String)>> {
    let row = sqlx::query!(
        r#"select c.decision_id, d.revision, c.awaits as "awaits!"
           from decision_copies c
           join decisions d on d.id = c.decision_id
           left join deliveries v on v.id = c.delivery_id
           where c.user_id = $1 and c.awaits is not null
             and ($2::text is null or $2 = any(v.external_ids))"#,
        user.0,
        quote
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.decision_id, row.revision, row.awaits)))
}
