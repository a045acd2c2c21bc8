//! SQL of what changed in bridged conversations.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::InteractionId;

/// The threads in which these rows show: messages in that of their conversation, ended calls in those of their person.
pub(super) async fn shown(
    conn: &mut PgConnection,
    rows: &[InteractionId],
) -> sqlx::Result<Vec<(Uuid, InteractionId)>> {
    // The first condition looks at no row: while it is false, nothing else is looked at.
    let found = sqlx::query!(
        r#"select b.id as "thread!", i.id as "row!: InteractionId"
           from unnest($1::uuid[]) told(id)
           left join message_aliases a on a.interaction_id = told.id
           join interactions i on i.id = coalesce(a.shown_in, told.id) and i.kind = 'message'
           join bridge_threads b on b.conversation_id = i.conversation_id and b.enabled
           where exists (select from bridge_threads where enabled and conversation_id is not null)
           union
           select b.id, i.id
           from unnest($1::uuid[]) told(id)
           join interactions i on i.id = told.id and i.kind = 'call'
           join contacts k on k.id = i.contact_id
           join contacts f on f.root_id = k.root_id
           join conversations v on v.contact_id = f.id
           join bridge_threads b on b.conversation_id = v.id and b.enabled
           where exists (select from bridge_threads where enabled and conversation_id is not null)
             and i.content #>> '{call,outcome}' not in ('ringing', 'talking')
           order by 1, 2"#,
        rows as &[InteractionId],
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.thread, row.row)).collect())
}

pub(super) async fn lock(conn: &mut PgConnection, threads: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("select id from bridge_threads where id = any($1) order by id for update", threads)
        .fetch_all(conn)
        .await?;
    Ok(())
}

/// Whether anything was left. Behind the lock of the threads.
pub(super) async fn leave(
    conn: &mut PgConnection,
    shown: &[(Uuid, InteractionId)],
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (threads, rows): (Vec<Uuid>, Vec<Uuid>) = shown.iter().map(|(thread, row)| (*thread, row.0)).unzip();
    // A change that waits behind the head of the outbox is taken up when its turn comes; the head may be on its way.
    let left = sqlx::query!(
        "with told as (
             select b.id as thread_id, b.since, i.*,
                    case when i.origin = 'bridge' then 'state'
                         when exists (select from bridge_outbox o
                                      where o.message_id = i.id and o.thread_id = b.id and o.act = 'message')
                         then 'edit' else 'message' end as act
             from unnest($1::uuid[], $2::uuid[]) named(thread_id, row_id)
             join interactions i on i.id = named.row_id
             join bridge_threads b on b.id = named.thread_id and b.enabled),
         fresh as (
             select t.thread_id, t.id, t.act,
                    row_number() over (partition by t.thread_id order by t.occurred_at, t.id) - 1 as ahead,
                    row_number() over (order by t.thread_id, t.occurred_at, t.id) as number
             from told t
             where case when t.act = 'message'
                 then t.received_at >= t.since and t.origin <> 'history'
                      and not exists (select from deliveries d where d.interaction_id = t.id and d.action = 'message'
                                      and d.state in ('planned', 'cancelled'))
                      -- The echo of what a delivery is about to name as its own.
                      and not (t.direction = 'outbound' and t.origin = 'live'
                               and not exists (select from deliveries d where d.interaction_id = t.id))
                 else not exists (
                     select from bridge_outbox o
                     where o.message_id = t.id and o.thread_id = t.thread_id and o.finished_at is null
                       and o.position > (select min(h.position) from bridge_outbox h
                                         where h.thread_id = t.thread_id and h.finished_at is null))
                 end),
         moved as (
             update bridge_threads b set next_position = b.next_position + n.rows
             from (select thread_id, count(*) as rows from fresh group by thread_id) n
             where b.id = n.thread_id
             returning b.id, b.next_position - n.rows as first)
         insert into bridge_outbox (id, thread_id, position, message_id, act, created_at)
         select ($3::uuid[])[f.number], f.thread_id, m.first + f.ahead, f.id, f.act, $4
         from fresh f join moved m on m.id = f.thread_id",
        &threads,
        &rows,
        ids,
        now,
    )
    .execute(conn)
    .await?;
    Ok(left.rows_affected() > 0)
}
