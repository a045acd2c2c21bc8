//! SQL of lanes. The order of locks is everywhere: the cards of people, the lane, its delivery, and the head of the conversation
//! last; several of a kind by their ids.

mod effect;
mod head;
mod outcome;

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use super::CHANNEL;
use crate::{
    AccountId, ConversationId, InteractionId,
    timeline::feed::{self, Changes},
};

pub(super) use effect::{insert_effect, insert_part};
pub(super) use head::{Head, begin, cancel, count, doubt, head, put_aside};
pub(super) use outcome::{
    Attempt, Known, delivery, insert_attempt, is_told_failed, open_among, settle, want_failover,
};
pub(crate) use outcome::{count_answers, open_again};

/// The first number of the advisory locks that senders hold.
const SENDERS: i32 = 0x0075_7a6c;

/// Whoever takes lanes. Its number is an advisory lock held by one connection: when that ends, the sender is dead, and
/// nobody has to wait for a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender(i32);

impl Sender {
    /// A new sender, alive for as long as this connection is.
    pub async fn enlist(conn: &mut PgConnection) -> sqlx::Result<Self> {
        loop {
            let number = rand::random_range(1..i32::MAX);
            let taken =
                sqlx::query_scalar!(r#"select pg_try_advisory_lock($1, $2) as "taken!""#, SENDERS, number)
                    .fetch_one(&mut *conn)
                    .await?;
            if taken {
                return Ok(Self(number));
            }
        }
    }
}

/// Gives back the lanes of senders that are dead. Returns how many.
pub async fn free_dead(conn: &mut PgConnection) -> sqlx::Result<u64> {
    let freed = sqlx::query!(
        "update lanes set sender = null
         where sender is not null and sender not in (
             select objid::bigint::integer from pg_locks
             where locktype = 'advisory' and classid = $1::integer::oid and granted
               and database = (select oid from pg_database where datname = current_database()))",
        SENDERS,
    )
    .execute(conn)
    .await?;
    Ok(freed.rows_affected())
}

/// Takes up to `limit` lanes of an account that are due and that nobody has, the longest waiting first.
pub async fn take(
    conn: &mut PgConnection,
    sender: Sender,
    account: AccountId,
    limit: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<ConversationId>> {
    sqlx::query_scalar!(
        r#"with due as (
               select conversation_id from lanes
               where account_id = $1 and due_at <= $2 and sender is null
               order by due_at limit $3 for update skip locked)
           update lanes l set sender = $4 from due where l.conversation_id = due.conversation_id
           returning l.conversation_id as "id: ConversationId""#,
        account.0,
        now,
        limit,
        sender.0,
    )
    .fetch_all(conn)
    .await
}

/// Gives planned deliveries whose time has come their place in the order. Returns how many were due.
pub async fn release_planned(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<usize> {
    let ready = sqlx::query!(
        r#"select id, conversation_id as "conversation_id: ConversationId", account_id as "account_id: AccountId",
                  interaction_id as "interaction_id: InteractionId"
           from deliveries where state = 'planned' and due_at <= $1
           order by due_at, created_at, id limit 100"#,
        now
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in &ready {
        let mut tx = conn.begin().await?;
        let position = next_position(&mut tx, row.conversation_id, row.account_id, now).await?;
        // Behind the lock of the lane: a person may have put it off, sent it or taken it back meanwhile.
        let released = sqlx::query!(
            "update deliveries set state = 'queued', position = $2, held = null
             where id = $1 and state = 'planned' and due_at <= $3",
            row.id,
            position,
            now,
        )
        .execute(&mut *tx)
        .await?;
        if released.rows_affected() == 1 {
            say(&mut tx, row.conversation_id, row.interaction_id, now).await?;
            let changes = Changes { interactions: vec![row.interaction_id], ..Changes::default() };
            feed::tell(&mut tx, &changes, now).await?;
        }
        wake(&mut tx, row.account_id).await?;
        tx.commit().await?;
    }
    Ok(ready.len())
}

/// A planned message is said now: it stands at this moment, and the conversation has our word.
pub(crate) async fn say(
    conn: &mut PgConnection,
    conversation: ConversationId,
    row: InteractionId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    stand_at(conn, row, now).await?;
    sqlx::query!(
        "update conversation_heads
         set last_at = greatest(last_at, $2), last_outbound_at = greatest(last_outbound_at, $2),
             waiting_since = waiting_since($1, last_inbound_at, greatest(last_outbound_at, $2))
         where conversation_id = $1",
        conversation.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the row of a message that has not gone.
pub(crate) async fn stand_at(
    conn: &mut PgConnection,
    row: InteractionId,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update interactions set occurred_at = $2 where id = $1", row.0, at).execute(conn).await?;
    Ok(())
}

/// The next place in the order of a conversation; its lane is due now, if nothing waits in it already. Locks the lane.
pub(crate) async fn next_position(
    conn: &mut PgConnection,
    conversation: ConversationId,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"insert into lanes as known (conversation_id, account_id, next_position, due_at) values ($1, $2, 2, $3)
           on conflict (conversation_id) do update
           set next_position = known.next_position + 1, due_at = coalesce(known.due_at, excluded.due_at)
           returning next_position - 1 as "position!""#,
        conversation.0,
        account.0,
        now,
    )
    .fetch_one(conn)
    .await
}

/// Wakes the senders when the caller's transaction commits.
pub(crate) async fn wake(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, account.to_string()).execute(conn).await?;
    Ok(())
}

pub(crate) async fn lock(conn: &mut PgConnection, conversation: ConversationId) -> sqlx::Result<()> {
    sqlx::query!("select from lanes where conversation_id = $1 for update", conversation.0)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn due(
    conn: &mut PgConnection,
    conversation: ConversationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update lanes set due_at = $2 where conversation_id = $1", conversation.0, now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Locks the lane. `false` when another sender has it.
pub(super) async fn hold(
    conn: &mut PgConnection,
    sender: Sender,
    conversation: ConversationId,
) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!(
        r#"select sender = $2 as "held" from lanes where conversation_id = $1 for update"#,
        conversation.0,
        sender.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(held.flatten().unwrap_or(false))
}

pub(super) async fn give_back(
    conn: &mut PgConnection,
    conversation: ConversationId,
    due_at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update lanes set due_at = $2, sender = null where conversation_id = $1",
        conversation.0,
        due_at
    )
    .execute(conn)
    .await?;
    Ok(())
}
