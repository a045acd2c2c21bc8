//! SQL of unread and waiting conversations.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::Attention;
use crate::{
    ConversationId, UserId,
    clients::{list::Wanted, reach::Reach},
    timeline::conversation::{
        Standing, rest,
        store::{LED_HEADS, WAITS, push_led, push_reach, push_responsible},
    },
};

const UNREAD: &str = "(cr.marked_unread or h.last_inbound_at > coalesce(cr.read_until, me.created_at))";

pub(super) async fn count(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    responsible: Option<Wanted<UserId>>,
) -> sqlx::Result<Attention> {
    if let Some(Wanted::Is(user)) = responsible {
        return count_led(conn, reach, user).await;
    }
    let whose = responsible.as_ref();
    Ok(Attention {
        waiting: count_where(conn, reach, whose, WAITS, Standing::Open).await?,
        unread: count_where(conn, reach, whose, UNREAD, Standing::Open).await?,
        deferred: count_where(conn, reach, whose, "true", Standing::Deferred).await?,
        closed: count_where(conn, reach, whose, "true", Standing::Closed).await?,
    })
}

/// Of the clients that a user answers for, all counts at once: the walk along all conversations is long where he has few.
async fn count_led(conn: &mut PgConnection, reach: Reach<'_>, user: UserId) -> sqlx::Result<Attention> {
    let mut query = QueryBuilder::<Postgres>::new("");
    push_led(&mut query, user);
    for (number, (name, condition, standing)) in [
        ("waiting", WAITS, Standing::Open),
        ("unread", UNREAD, Standing::Open),
        ("deferred", "true", Standing::Deferred),
        ("closed", "true", Standing::Closed),
    ]
    .into_iter()
    .enumerate()
    {
        query.push(if number == 0 { "select " } else { ", " });
        query.push("least(count(*) filter (where ").push(condition);
        rest::store::push_standing(&mut query, standing);
        query.push("), 100) as ").push(name);
    }
    query.push(LED_HEADS).push(" join users me on me.id = ").push_bind(reach.user);
    query.push(" left join conversation_reads cr on cr.conversation_id = v.id and cr.user_id = me.id");
    query.push(rest::store::JOIN).push(" where true");
    push_reach(&mut query, reach);
    let (waiting, unread, deferred, closed) = query.build_query_as().fetch_one(conn).await?;
    Ok(Attention { waiting, unread, deferred, closed })
}

async fn count_where(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    responsible: Option<&Wanted<UserId>>,
    condition: &str,
    standing: Standing,
) -> sqlx::Result<i64> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select count(*) from (
             select 1
             from conversation_heads h
             join conversations v on v.id = h.conversation_id
             join contacts k on k.id = v.contact_id
             join users me on me.id = ",
    );
    query.push_bind(reach.user);
    query.push(" left join conversation_reads cr on cr.conversation_id = v.id and cr.user_id = me.id");
    query.push(rest::store::JOIN).push(" where ").push(condition);
    rest::store::push_standing(&mut query, standing);
    push_responsible(&mut query, responsible);
    push_reach(&mut query, reach);
    query.push(" limit 100) found");
    query.build_query_scalar().fetch_one(conn).await
}

pub(super) async fn read_until(
    conn: &mut PgConnection,
    user: UserId,
    id: ConversationId,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into conversation_reads (user_id, conversation_id, read_until) values ($1, $2, $3)
         on conflict (user_id, conversation_id) do update
         set read_until = greatest(conversation_reads.read_until, excluded.read_until), marked_unread = false",
        user.0,
        id.0,
        until
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn mark_unread(
    conn: &mut PgConnection,
    user: UserId,
    id: ConversationId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into conversation_reads (user_id, conversation_id, read_until, marked_unread)
         select u.id, $2, u.created_at, true from users u where u.id = $1
         on conflict (user_id, conversation_id) do update set marked_unread = true",
        user.0,
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
