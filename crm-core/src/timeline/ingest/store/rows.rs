//! SQL of rows and conversations. Every list is written in the order of its ids, so that two transactions meet their
//! rows in the same order and wait instead of deadlocking.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_api::{Direction, Origin};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::calls::Calls;
use super::super::parties::{People, Resolved};
use super::super::plan::{Conversation, Row};
use crate::ConversationId;

pub(in crate::timeline::ingest) async fn insert_rows(
    conn: &mut PgConnection,
    rows: &[&Row],
    people: &People,
) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(rows, people);
    sqlx::query!(
        "insert into interactions as known
             (id, contact_id, account_id, conversation_id, identity_id, kind, direction, origin, occurred_at,
              received_at, author_name, body, content, fullness, mapping, external_id, raw_id)
         select * from unnest(
             $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
             $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::jsonb[], $14::smallint[],
             $15::smallint[], $16::text[], $17::uuid[])
         on conflict (id) do update
         set contact_id = excluded.contact_id, conversation_id = excluded.conversation_id,
             identity_id = excluded.identity_id, direction = excluded.direction, origin = excluded.origin,
             occurred_at = excluded.occurred_at, author_name = excluded.author_name, body = excluded.body,
             content = excluded.content, fullness = excluded.fullness, mapping = excluded.mapping,
             raw_id = excluded.raw_id
         where (excluded.fullness, excluded.mapping) > (known.fullness, known.mapping)
            or (excluded.fullness, excluded.mapping) = (known.fullness, known.mapping)
               and excluded.occurred_at < known.occurred_at",
        &columns.ids,
        &columns.contacts as _,
        &columns.accounts,
        &columns.conversations as _,
        &columns.identities as _,
        &columns.kinds as _,
        &columns.directions as _,
        &columns.origins as _,
        &columns.occurred,
        &columns.received,
        &columns.authors as _,
        &columns.bodies as _,
        &columns.contents as _,
        &columns.fullness,
        &columns.mappings,
        &columns.external_ids as _,
        &columns.raw_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Calls are computed from all of their facts under a lock, so what was computed last is right.
pub(in crate::timeline::ingest) async fn write_calls(
    conn: &mut PgConnection,
    calls: &Calls,
    people: &People,
) -> sqlx::Result<()> {
    if !calls.gone.is_empty() {
        let gone: Vec<Uuid> = calls.gone.iter().map(|id| id.0).collect();
        sqlx::query!("delete from interactions where id = any($1) and kind = 'call'", &gone)
            .execute(&mut *conn)
            .await?;
    }
    if calls.rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<&Row> = calls.rows.iter().collect();
    let columns = Columns::of(&rows, people);
    sqlx::query!(
        "insert into interactions as known
             (id, contact_id, account_id, identity_id, kind, direction, origin, occurred_at, received_at, content,
              fullness, mapping, external_id, raw_id)
         select * from unnest(
             $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
             $9::timestamptz[], $10::jsonb[], $11::smallint[], $12::smallint[], $13::text[], $14::uuid[])
         on conflict (id) do update
         set contact_id = excluded.contact_id, identity_id = excluded.identity_id, direction = excluded.direction,
             occurred_at = excluded.occurred_at, content = excluded.content, mapping = excluded.mapping
         where (known.contact_id, known.identity_id, known.direction, known.occurred_at, known.content)
             is distinct from
               (excluded.contact_id, excluded.identity_id, excluded.direction, excluded.occurred_at, excluded.content)",
        &columns.ids,
        &columns.contacts as _,
        &columns.accounts,
        &columns.identities as _,
        &columns.kinds as _,
        &columns.directions as _,
        &columns.origins as _,
        &columns.occurred,
        &columns.received,
        &columns.contents as _,
        &columns.fullness,
        &columns.mappings,
        &columns.external_ids as _,
        &columns.raw_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Rows of `interactions` as columns.
struct Columns<'a> {
    ids: Vec<Uuid>,
    contacts: Vec<Option<Uuid>>,
    accounts: Vec<Uuid>,
    conversations: Vec<Option<Uuid>>,
    identities: Vec<Option<Uuid>>,
    kinds: Vec<&'a str>,
    directions: Vec<Option<&'static str>>,
    origins: Vec<&'static str>,
    occurred: Vec<DateTime<Utc>>,
    received: Vec<DateTime<Utc>>,
    authors: Vec<Option<&'a str>>,
    bodies: Vec<Option<&'a str>>,
    contents: Vec<Option<&'a Value>>,
    fullness: Vec<i16>,
    mappings: Vec<i16>,
    external_ids: Vec<&'a str>,
    raw_ids: Vec<Uuid>,
}

impl<'a> Columns<'a> {
    fn of(rows: &[&'a Row], people: &People) -> Self {
        let resolved: Vec<_> = rows.iter().map(|row| row.party.and_then(|party| people.of(party))).collect();
        Self {
            ids: rows.iter().map(|row| row.id.0).collect(),
            contacts: resolved.iter().map(|resolved| resolved.map(|person| person.contact_id.0)).collect(),
            accounts: rows.iter().map(|row| row.account_id.0).collect(),
            conversations: rows.iter().map(|row| row.conversation.map(|id| id.0)).collect(),
            identities: resolved.iter().map(|resolved| resolved.map(|person| person.identity_id.0)).collect(),
            kinds: rows.iter().map(|row| row.kind).collect(),
            directions: rows.iter().map(|row| row.direction.map(direction_word)).collect(),
            origins: rows.iter().map(|row| origin_word(row.origin)).collect(),
            occurred: rows.iter().map(|row| row.occurred_at).collect(),
            received: rows.iter().map(|row| row.received_at).collect(),
            authors: rows.iter().map(|row| row.author_name.as_deref()).collect(),
            bodies: rows.iter().map(|row| row.body.as_deref()).collect(),
            contents: rows.iter().map(|row| row.content.as_ref()).collect(),
            fullness: rows.iter().map(|row| row.fullness).collect(),
            mappings: rows.iter().map(|row| row.mapping).collect(),
            external_ids: rows.iter().map(|row| row.external_id.as_str()).collect(),
            raw_ids: rows.iter().map(|row| row.raw_id.0).collect(),
        }
    }
}

/// A conversation of the batch with its person.
type Known<'a> = (&'a Conversation, Resolved);

fn known_of<'a>(conversations: impl Iterator<Item = &'a Conversation>, people: &People) -> Vec<Known<'a>> {
    conversations.filter_map(|conversation| Some((conversation, people.of(conversation.party)?))).collect()
}

/// Makes conversations that are new, or known by later events alone.
pub(in crate::timeline::ingest) async fn begin_conversations<'a>(
    conn: &mut PgConnection,
    conversations: impl Iterator<Item = &'a Conversation>,
    people: &People,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let known = known_of(conversations, people);
    if known.is_empty() {
        return Ok(());
    }
    let first_at = first_moments(conn, &known).await?;
    // Mostly a conversation goes on: nothing to write but its head.
    let begun: Vec<Known> = known
        .into_iter()
        .filter(|(conversation, _)| {
            first_at.get(&conversation.id).is_none_or(|at| conversation.first_at <= *at)
        })
        .collect();
    if begun.is_empty() { Ok(()) } else { insert_conversations(conn, &begun, now).await }
}

/// Moves the heads of all. The caller may ask for the locks of further heads.
pub(in crate::timeline::ingest) async fn move_heads<'a>(
    conn: &mut PgConnection,
    conversations: impl Iterator<Item = &'a Conversation>,
    people: &People,
    further: &[ConversationId],
) -> sqlx::Result<()> {
    let known = known_of(conversations, people);
    // Whose wait is read from the rows: those of another batch have to be there.
    let is_looked_up = |conversation: &Conversation| {
        conversation.last_outbound_at.is_some()
            || conversation.first_inbound_at != conversation.last_inbound_at
    };
    if !further.is_empty() || known.iter().any(|(conversation, _)| is_looked_up(conversation)) {
        let own = known.iter().map(|(conversation, _)| conversation.id.0);
        let ids: Vec<Uuid> = own.chain(further.iter().map(|id| id.0)).collect();
        lock_heads(conn, &ids).await?;
    }
    if known.is_empty() {
        return Ok(());
    }
    upsert_heads(conn, &known).await?;
    open_again(conn, &known).await
}

/// In one order, whichever of them the batch moves.
async fn lock_heads(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "select conversation_id from conversation_heads where conversation_id = any($1) order by conversation_id for update",
        ids
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// What was laid aside is opened by what its person says after that, whatever the provider's clock says of it, and by what
/// came before and was not seen.
async fn open_again(conn: &mut PgConnection, known: &[Known<'_>]) -> sqlx::Result<()> {
    let heard = known.iter().filter_map(|(known, _)| Some((known.id.0, known.heard_at?)));
    let (ids, at): (Vec<Uuid>, Vec<DateTime<Utc>>) = heard.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with gone as (
             delete from conversation_rests r
             using unnest($1::uuid[], $2::timestamptz[]) as heard(id, at)
             join conversation_heads h on h.conversation_id = heard.id
             where r.conversation_id = heard.id
               and (heard.at > r.rested_at or h.last_inbound_at > coalesce(r.seen_inbound_at, '-infinity'))
             returning r.conversation_id)
         -- A rest that is gone without its mark, as an earlier release leaves it, rests no more either.
         update conversation_heads h set rested = false
         where h.conversation_id = any($1) and h.rested
           and (h.conversation_id in (select conversation_id from gone)
                or not exists (select 1 from conversation_rests r where r.conversation_id = h.conversation_id))",
        &ids,
        &at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn first_moments(
    conn: &mut PgConnection,
    known: &[Known<'_>],
) -> sqlx::Result<BTreeMap<ConversationId, DateTime<Utc>>> {
    let ids: Vec<Uuid> = known.iter().map(|(conversation, _)| conversation.id.0).collect();
    let rows = sqlx::query!("select id, first_at from conversations where id = any($1)", &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (ConversationId(row.id), row.first_at)).collect())
}

async fn insert_conversations(
    conn: &mut PgConnection,
    begun: &[Known<'_>],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = begun.iter().map(|(conversation, _)| conversation.id.0).collect();
    let accounts: Vec<Uuid> = begun.iter().map(|(conversation, _)| conversation.account_id.0).collect();
    let external_ids: Vec<&str> =
        begun.iter().map(|(conversation, _)| conversation.external_id.as_str()).collect();
    let contacts: Vec<Uuid> = begun.iter().map(|(_, person)| person.contact_id.0).collect();
    let identities: Vec<Uuid> = begun.iter().map(|(_, person)| person.identity_id.0).collect();
    let first: Vec<DateTime<Utc>> = begun.iter().map(|(conversation, _)| conversation.first_at).collect();
    sqlx::query!(
        "insert into conversations (id, account_id, external_id, contact_id, identity_id, first_at, created_at)
         select *, $7::timestamptz
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::timestamptz[])
         on conflict (id) do nothing",
        &ids,
        &accounts,
        &external_ids as _,
        &contacts,
        &identities,
        &first,
        now,
    )
    .execute(&mut *conn)
    .await?;
    // The person is the one of the earliest event, whichever came first.
    sqlx::query!(
        "update conversations known
         set contact_id = earlier.contact_id, identity_id = earlier.identity_id, first_at = earlier.first_at
         from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[])
             as earlier(id, first_at, contact_id, identity_id)
         where known.id = earlier.id and (earlier.first_at < known.first_at
             or earlier.first_at = known.first_at and earlier.identity_id <> known.identity_id
                and (select address from identities where id = earlier.identity_id)
                    < (select address from identities where id = known.identity_id))",
        &ids,
        &first,
        &contacts,
        &identities,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn upsert_heads(conn: &mut PgConnection, known: &[Known<'_>]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = known.iter().map(|(conversation, _)| conversation.id.0).collect();
    let last: Vec<DateTime<Utc>> = known.iter().map(|(conversation, _)| conversation.last_at).collect();
    let inbound: Vec<Option<DateTime<Utc>>> = known.iter().map(|(known, _)| known.last_inbound_at).collect();
    let outbound: Vec<Option<DateTime<Utc>>> =
        known.iter().map(|(known, _)| known.last_outbound_at).collect();
    let first: Vec<Option<DateTime<Utc>>> = known.iter().map(|(known, _)| known.first_inbound_at).collect();
    let names: Vec<Option<&str>> =
        known.iter().map(|(known, _)| known.person.as_ref().map(|(_, name)| name.as_str())).collect();
    let names_at: Vec<Option<DateTime<Utc>>> =
        known.iter().map(|(known, _)| known.person.as_ref().map(|(at, _)| *at)).collect();
    // Since when somebody waits: mostly he goes on waiting, or begins to; only behind an answer in the batch, or of several
    // messages, the rows are asked.
    sqlx::query!(
        "insert into conversation_heads as known
             (conversation_id, last_at, last_inbound_at, last_outbound_at, person_name, person_name_at, waiting_since)
         select id, at, asked, answered, person, person_at,
                case when answered is null then first_asked else waiting_since(id, asked, answered) end
         from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::timestamptz[],
                     $7::timestamptz[]) as told(id, at, asked, answered, person, person_at, first_asked)
         on conflict (conversation_id) do update
         set last_at = greatest(known.last_at, excluded.last_at),
             last_inbound_at = greatest(known.last_inbound_at, excluded.last_inbound_at),
             last_outbound_at = greatest(known.last_outbound_at, excluded.last_outbound_at),
             person_name = case when known.person_name is null
                     or (excluded.person_name_at, excluded.person_name) > (known.person_name_at, known.person_name)
                 then coalesce(excluded.person_name, known.person_name) else known.person_name end,
             person_name_at = greatest(known.person_name_at, excluded.person_name_at),
             waiting_since = case
                 when excluded.last_outbound_at is not null
                     or excluded.waiting_since < excluded.last_inbound_at
                        and excluded.waiting_since <= coalesce(known.last_outbound_at, '-infinity')
                 then waiting_since(
                     known.conversation_id, greatest(known.last_inbound_at, excluded.last_inbound_at),
                     greatest(known.last_outbound_at, excluded.last_outbound_at))
                 when excluded.waiting_since > coalesce(known.last_outbound_at, '-infinity')
                 then least(known.waiting_since, excluded.waiting_since)
                 else known.waiting_since end",
        &ids,
        &last,
        &inbound as _,
        &outbound as _,
        &names as _,
        &names_at as _,
        &first as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => "live",
        Origin::Phone => "phone",
        Origin::Automatic => "automatic",
        Origin::OtherSystem => "other_system",
        Origin::History => "history",
    }
}
