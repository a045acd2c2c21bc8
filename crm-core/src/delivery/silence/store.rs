//! SQL of messages without a final state.

use chrono::{DateTime, Utc};
use connector_api::ExternalId;
use sqlx::PgConnection;

use super::Silent;
use crate::{AccountId, DeliveryId};

pub(super) async fn claim(
    conn: &mut PgConnection,
    account: AccountId,
    ask_after_s: &[f64],
    first_s: f64,
    since: DateTime<Utc>,
    limit: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Silent>> {
    let rows = sqlx::query!(
        r#"with due as (
               select d.id, d.finished_at
               from deliveries d left join state_questions q on q.delivery_id = d.id
               where d.account_id = $1 and d.state = 'accepted' and d.action = 'message' and d.finished_at > $2
                 and d.external_ids <> '{}'
                 and case when q.delivery_id is null then d.finished_at + make_interval(secs => $3)
                          else q.next_at end <= $6
                 and not exists (
                     select from message_facts f
                     where f.kind = 'delivery' and f.value ->> 'state' in ('failed', 'delivered', 'read', 'played')
                       and f.interaction_id in (
                           select p.key::uuid from message_facts p
                           where p.interaction_id = d.interaction_id and p.kind = 'part'))
               order by d.finished_at
               limit $5),
           taken as (
               insert into state_questions as known (delivery_id, next_at)
               select id, (select min(finished_at + make_interval(secs => after)) from unnest($4::float8[]) as after
                           where finished_at + make_interval(secs => after) > $6)
               from due
               on conflict (delivery_id) do update set next_at = excluded.next_at where known.next_at <= $6
               returning delivery_id)
           select d.id as "id: DeliveryId", d.external_ids
           from taken join deliveries d on d.id = taken.delivery_id
           order by d.finished_at, d.id"#,
        account.0,
        since,
        first_s,
        ask_after_s,
        limit,
        now,
    )
    .fetch_all(conn)
    .await?;
    let silent = rows.into_iter().map(|row| Silent {
        delivery: row.id,
        messages: row.external_ids.into_iter().map(ExternalId::new).collect(),
    });
    Ok(silent.collect())
}

pub(super) async fn ask_again(
    conn: &mut PgConnection,
    silent: &[Silent],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<uuid::Uuid> = silent.iter().map(|silent| silent.delivery.0).collect();
    sqlx::query!(
        "update state_questions set next_at = least(coalesce(next_at, $2), $2) where delivery_id = any($1)",
        &ids,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
