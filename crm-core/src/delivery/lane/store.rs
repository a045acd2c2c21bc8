//! SQL of lanes. The order of locks is always: the lane, then its delivery.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use connector_api::{
    Author, Content, ConversationFacts, Direction, ExternalId, OutboundAction, OutboundMessage,
};
use sqlx::{Connection, PgConnection, types::Json};
use uuid::Uuid;

use super::CHANNEL;
use crate::{
    AccountId, ConversationId, DeliveryId, InteractionId,
    delivery::{
        outcome::{Next, Outcome},
        purpose::Purpose,
        quiet::Quiet,
        state::{DeliveryAction, DeliveryStep},
    },
    timeline::{
        DeletionFact, EditFact, FactValue, InteractionPayload, ReactionFact,
        feed::{self, Changes},
        payload::PartFact,
    },
};

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
         set last_at = greatest(last_at, $2), last_outbound_at = greatest(last_outbound_at, $2)
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

/// The oldest unfinished delivery of a lane.
pub(super) struct Head {
    pub delivery: DeliveryId,
    pub interaction_id: InteractionId,
    pub step: DeliveryStep,
    pub purpose: Purpose,
    pub at_night: bool,
    pub message: OutboundMessage,
    pub parts_accepted: i16,
    pub external_ids: Vec<String>,
    pub tries: i32,
    pub first_tried_at: Option<DateTime<Utc>>,
    pub tried_at: Option<DateTime<Utc>>,
    pub due_at: DateTime<Utc>,
    pub facts: ConversationFacts,
}

pub(super) async fn head(
    conn: &mut PgConnection,
    conversation: ConversationId,
) -> sqlx::Result<Option<Head>> {
    let row = sqlx::query!(
        r#"select d.id as "delivery: DeliveryId", d.interaction_id as "interaction_id: InteractionId",
                  d.state as "step: DeliveryStep", d.purpose as "purpose: Purpose", d.at_night,
                  d.message as "message: Json<OutboundMessage>", d.parts_accepted, d.external_ids, d.tries, d.first_tried_at, d.tried_at, d.due_at,
                  h.last_inbound_at as "last_inbound_at?",
                  (select state from conversation_states s
                   where s.account_id = d.account_id and s.external_id = d.message ->> 'conversation'
                     and s.aspect = 'reachable'
                   order by s.at desc, s.event_id desc limit 1) as state
           from deliveries d left join conversation_heads h on h.conversation_id = d.conversation_id
           where d.conversation_id = $1 and d.finished_at is null and d.position is not null
           order by d.position limit 1
           for update of d"#,
        conversation.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Head {
        delivery: row.delivery,
        interaction_id: row.interaction_id,
        step: row.step,
        purpose: row.purpose,
        at_night: row.at_night,
        facts: ConversationFacts {
            conversation: Some(row.message.0.conversation.clone()),
            last_inbound_at: row.last_inbound_at,
            state: row.state.and_then(|word| serde_json::from_value(serde_json::Value::String(word)).ok()),
        },
        message: row.message.0,
        parts_accepted: row.parts_accepted,
        external_ids: row.external_ids,
        tries: row.tries,
        first_tried_at: row.first_tried_at,
        tried_at: row.tried_at,
        due_at: row.due_at,
    }))
}

/// Takes back what may not go.
pub(super) async fn cancel(
    conn: &mut PgConnection,
    id: DeliveryId,
    code: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set state = 'cancelled', finished_at = $4, code = $2, reason = $3 where id = $1",
        id.0,
        code,
        reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Until the morning; then it gets a place again.
pub(super) async fn put_aside(conn: &mut PgConnection, id: DeliveryId, quiet: &Quiet) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set state = 'planned', position = null, due_at = $2, held = $3 where id = $1",
        id.0,
        quiet.until,
        quiet.words,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn begin(conn: &mut PgConnection, id: DeliveryId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries
         set state = 'sending', tries = tries + 1, tried_at = $2, first_tried_at = coalesce(first_tried_at, $2)
         where id = $1",
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn doubt(conn: &mut PgConnection, id: DeliveryId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set state = 'unsure', due_at = $2 where id = $1", id.0, now)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn count(conn: &mut PgConnection, id: DeliveryId, tries: i32) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set tries = $2 where id = $1 and tries < $2", id.0, tries)
        .execute(conn)
        .await?;
    Ok(())
}

/// One try in words.
pub(super) struct Attempt<'a> {
    pub delivery: DeliveryId,
    pub number: i32,
    pub part: i16,
    pub started_at: DateTime<Utc>,
    pub outcome: &'a str,
    pub code: Option<&'a str>,
    pub reason: Option<&'a str>,
}

pub(super) async fn insert_attempt(
    conn: &mut PgConnection,
    attempt: &Attempt<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into delivery_attempts (delivery_id, number, part, started_at, finished_at, outcome, code, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (delivery_id, number) do nothing",
        attempt.delivery.0,
        attempt.number,
        attempt.part,
        attempt.started_at,
        now,
        attempt.outcome,
        attempt.code,
        attempt.reason,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Which of these deliveries may have arrived without our knowing, and where they stand.
pub(super) async fn open_among(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, (ConversationId, AccountId)>> {
    let rows = sqlx::query!(
        r#"select id, conversation_id as "conversation: ConversationId", account_id as "account: AccountId"
           from deliveries where id = any($1) and state in ('sending', 'unsure', 'unknown')"#,
        ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.conversation, row.account))).collect())
}

/// A delivery as an outcome finds it.
pub(super) struct Known {
    pub id: DeliveryId,
    pub account_id: AccountId,
    pub interaction_id: InteractionId,
    pub action: DeliveryAction,
    pub message: Json<OutboundMessage>,
    pub step: DeliveryStep,
    pub parts: i16,
    pub parts_accepted: i16,
    pub attempts: i32,
    pub waits: i32,
    pub tries: i32,
    /// The rule chose the channel, for the first time.
    pub by_rule: bool,
}

pub(super) async fn delivery(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<Option<Known>> {
    sqlx::query_as!(
        Known,
        r#"select id as "id: DeliveryId", account_id as "account_id: AccountId",
                  interaction_id as "interaction_id: InteractionId", action as "action: DeliveryAction",
                  message as "message: Json<OutboundMessage>", state as "step: DeliveryStep", parts, parts_accepted,
                  attempts, waits, tries, rule is not null and replaces is null and failover is null as "by_rule!"
           from deliveries where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn settle(
    conn: &mut PgConnection,
    known: &Known,
    next: &Next,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (code, reason) = outcome.cause();
    let remedy = match outcome {
        Outcome::Rejected { remedy, .. } => *remedy,
        _ => None,
    };
    sqlx::query!(
        "update deliveries
         set state = $2, due_at = $3, attempts = $4, waits = $5,
             parts_accepted = parts_accepted + case when $6 then 1 else 0 end,
             external_ids = external_ids || $7::text[],
             first_tried_at = case when $6 then null else first_tried_at end,
             code = $8, reason = $9, remedy = $10, finished_at = $11
         where id = $1",
        known.id.0,
        next.state as DeliveryStep,
        next.due_at,
        next.attempts,
        next.waits,
        next.part_accepted,
        &outcome.external_ids().iter().map(ExternalId::as_str).collect::<Vec<_>>() as _,
        code,
        reason,
        remedy.map(remedy_word),
        next.finished().then_some(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Another channel is to be looked for.
pub(super) async fn want_failover(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set failover = 'wanted' where id = $1", id.0).execute(conn).await?;
    Ok(())
}

fn remedy_word(remedy: connector_api::Remedy) -> String {
    match serde_json::to_value(remedy) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a remedy is a word, not {other:?}"),
    }
}

/// When we last spoke in the conversation of a delivery, counted anew: what did not go out is no answer.
pub(crate) async fn count_answers(conn: &mut PgConnection, of: DeliveryId) -> sqlx::Result<()> {
    sqlx::query!(
        "update conversation_heads h
         set last_outbound_at = (
             select i.occurred_at from interactions i
             where i.conversation_id = h.conversation_id and i.kind = 'message' and i.direction = 'outbound'
               and i.origin not in ('automatic', 'history')
               and not exists (
                   select from deliveries d
                   where d.interaction_id = i.id and d.action = 'message' and d.state in ('planned', 'failed', 'cancelled'))
             -- From the newest on: a timeline is long, and what did not go out is seldom.
             order by i.occurred_at desc, i.id desc limit 1)
         where h.conversation_id = (select conversation_id from deliveries where id = $1 and action = 'message')",
        of.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// From now on whatever names the provider's message means our row.
pub(super) async fn insert_part(
    conn: &mut PgConnection,
    known: &Known,
    external_id: &ExternalId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let part = InteractionId::of_message(known.account_id, external_id.as_str());
    let value = FactValue::Part(PartFact { external_id: external_id.to_string() }).to_json();
    sqlx::query!(
        "with alias as (
             insert into message_aliases (interaction_id, shown_in) values ($1, $2) on conflict do nothing)
         insert into message_facts (interaction_id, kind, key, at, value) values ($2, 'part', $3, $4, $5)
         on conflict do nothing",
        part.0,
        known.interaction_id.0,
        part.to_string(),
        now,
        value,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What an accepted edit, deletion or reaction changes on its row.
pub(super) async fn insert_effect(
    conn: &mut PgConnection,
    known: &Known,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (key, value) = match &known.message.action {
        OutboundAction::Send { .. } | OutboundAction::Answer { .. } => return Ok(()),
        OutboundAction::Edit { text, .. } => {
            let content = edited(conn, known.interaction_id, text).await?;
            (
                known.id.to_string(),
                FactValue::Edit(EditFact { content: Some(content), direction: Some(Direction::Outbound) }),
            )
        }
        OutboundAction::Delete { .. } => {
            (String::new(), FactValue::Deletion(DeletionFact { by: Some(Author::Company) }))
        }
        OutboundAction::React { emoji, .. } => {
            ("company".to_owned(), FactValue::Reaction(ReactionFact { emoji: emoji.clone() }))
        }
    };
    sqlx::query!(
        "insert into message_facts as known (interaction_id, kind, key, at, value) values ($1, $2, $3, $4, $5)
         on conflict (interaction_id, kind, key) do update
         set at = excluded.at, value = excluded.value
         where known.kind = 'reaction' and known.at <= excluded.at",
        known.interaction_id.0,
        value.kind().as_str(),
        key,
        now,
        value.to_json(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The row's content with a new text: under a file it is the caption.
async fn edited(conn: &mut PgConnection, row: InteractionId, text: &str) -> sqlx::Result<Content> {
    let content = sqlx::query_scalar!(
        r#"select content as "content: Json<serde_json::Value>" from interactions where id = $1"#,
        row.0
    )
    .fetch_optional(conn)
    .await?
    .flatten();
    let payload: Option<InteractionPayload> =
        content.and_then(|content| serde_json::from_value(content.0).ok());
    Ok(match payload.and_then(|payload| payload.content) {
        Some(Content::Media { media, .. }) => Content::Media { media, caption: Some(text.to_owned()) },
        _ => Content::Text { text: text.to_owned() },
    })
}
