//! SQL of attempts and of what they made of a delivery.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, OutboundMessage};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    AccountId, ConversationId, DeliveryId, InteractionId,
    delivery::{
        outcome::{Next, Outcome},
        state::{DeliveryAction, DeliveryStep},
    },
    timeline::{
        conversation::rest,
        feed::{self, Changes},
    },
};

/// One try in words.
pub(in crate::delivery::lane) struct Attempt<'a> {
    pub delivery: DeliveryId,
    pub number: i32,
    pub part: i16,
    pub started_at: DateTime<Utc>,
    pub outcome: &'a str,
    pub code: Option<&'a str>,
    pub reason: Option<&'a str>,
}

pub(in crate::delivery::lane) async fn insert_attempt(
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
pub(in crate::delivery::lane) async fn open_among(
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
pub(in crate::delivery::lane) struct Known {
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

pub(in crate::delivery::lane) async fn delivery(
    conn: &mut PgConnection,
    id: DeliveryId,
) -> sqlx::Result<Option<Known>> {
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

pub(in crate::delivery::lane) async fn settle(
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
pub(in crate::delivery::lane) async fn want_failover(
    conn: &mut PgConnection,
    id: DeliveryId,
) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set failover = 'wanted' where id = $1", id.0).execute(conn).await?;
    Ok(())
}

fn remedy_word(remedy: connector_api::Remedy) -> String {
    match serde_json::to_value(remedy) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a remedy is a word, not {other:?}"),
    }
}

/// When we last spoke in the conversation of a delivery, and since when its person waits, counted anew: what did not go out is
/// no answer.
pub(crate) async fn count_answers(conn: &mut PgConnection, of: DeliveryId) -> sqlx::Result<()> {
    sqlx::query!(
        "with talk as (select conversation_id as id from deliveries where id = $1 and action = 'message'),
         spoke as (
             select talk.id, (
                 select i.occurred_at from interactions i
                 where i.conversation_id = talk.id and i.kind = 'message' and i.direction = 'outbound'
                   and i.origin not in ('automatic', 'history')
                   and not exists (
                       select from deliveries d
                       where d.interaction_id = i.id and d.action = 'message'
                         and d.state in ('planned', 'failed', 'cancelled'))
                 -- From the newest on: a timeline is long, and what did not go out is seldom.
                 order by i.occurred_at desc, i.id desc limit 1) as at
             from talk)
         update conversation_heads h
         set last_outbound_at = spoke.at, waiting_since = waiting_since(h.conversation_id, h.last_inbound_at, spoke.at)
         from spoke where h.conversation_id = spoke.id",
        of.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A conversation that was closed or put off wants somebody again: its client never got this message. The caller wakes the
/// feed.
pub(crate) async fn open_again(
    conn: &mut PgConnection,
    of: DeliveryId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let conversation = sqlx::query_scalar!(
        r#"select conversation_id as "id: ConversationId" from deliveries where id = $1 and action = 'message'"#,
        of.0,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let contacts = rest::open_unscoped(conn, conversation.as_slice()).await?;
    if !contacts.is_empty() {
        feed::write(conn, &Changes { contacts, ..Changes::default() }, now).await?;
    }
    Ok(())
}

/// Whether the provider has told already that one of these messages did not arrive.
pub(in crate::delivery::lane) async fn is_told_failed(
    conn: &mut PgConnection,
    account: AccountId,
    messages: &[ExternalId],
) -> sqlx::Result<bool> {
    let ids: Vec<Uuid> =
        messages.iter().map(|id| InteractionId::of_message(account, id.as_str()).0).collect();
    sqlx::query_scalar!(
        r#"select exists (
               select from message_facts f
               where f.interaction_id = any($1) and f.kind = 'delivery' and f.value ->> 'state' = 'failed'
                 and not exists (
                     select from message_facts k
                     where k.interaction_id = f.interaction_id and k.kind = 'delivery'
                       and k.value ->> 'state' in ('delivered', 'read', 'played'))) as "told!""#,
        &ids,
    )
    .fetch_one(conn)
    .await
}
