//! SQL of the ingest. Every list is written in the order of its ids, so that two transactions meet their rows in the
//! same order and wait instead of deadlocking.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use connector_api::{
    Address, CallUpdate, ConversationState, Direction, LinkReason, MediaKind, NoticeLevel, Origin,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::calls::Calls;
use super::parties::{KnownIdentity, NewContact, NewIdentity, NewLink, People};
use super::plan::{Conversation, Fact, Media, Notice, PhoneBookEntry, PlannedCallFact, Row, State, clean};
use crate::clients::IDENTITY_LOCK;
use crate::clients::search_key::search_key;
use crate::timeline::call::CallFact;
use crate::timeline::payload::FactKind;
use crate::{AccountId, ContactId, IdentityId, InteractionId, MediaId};

pub(super) async fn commit_without_waiting(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set local synchronous_commit = off").execute(conn).await?;
    Ok(())
}

/// Joins and splits wait until running batches are through, and batches wait for them.
pub(super) async fn share_identity_lock(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1)", IDENTITY_LOCK).execute(conn).await?;
    Ok(())
}

pub(super) async fn lock_identities(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", IDENTITY_LOCK).execute(conn).await?;
    Ok(())
}

pub(super) async fn lock_addresses(conn: &mut PgConnection, addresses: &[String]) -> sqlx::Result<()> {
    lock_all(conn, addresses.iter().map(|address| lock_key(address.as_bytes()))).await
}

pub(super) async fn lock_calls(conn: &mut PgConnection, calls: &[InteractionId]) -> sqlx::Result<()> {
    lock_all(conn, calls.iter().map(|call| lock_key(call.0.as_bytes()))).await
}

/// Locks in ascending order, in one statement.
async fn lock_all(conn: &mut PgConnection, keys: impl Iterator<Item = i64>) -> sqlx::Result<()> {
    let keys: BTreeSet<i64> = keys.collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    sqlx::query!("select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key", &keys)
        .fetch_all(conn)
        .await?;
    Ok(())
}

fn lock_key(bytes: &[u8]) -> i64 {
    let digest = Sha256::digest(bytes);
    i64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}

pub(super) async fn known_identities(
    conn: &mut PgConnection,
    addresses: &[String],
) -> sqlx::Result<BTreeMap<String, KnownIdentity>> {
    if addresses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query!(
        "select i.address, i.id, i.contact_id, r.id as root_id, r.name, r.name_is_chosen
         from identities i
         join contacts c on c.id = i.contact_id
         join contacts r on r.id = c.root_id
         where i.address = any($1)",
        addresses,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let known = KnownIdentity {
                identity_id: IdentityId(row.id),
                contact_id: ContactId(row.contact_id),
                root_id: ContactId(row.root_id),
                root_name: row.name,
                name_is_chosen: row.name_is_chosen,
            };
            (row.address, known)
        })
        .collect())
}

/// Scopes of the opaque ids that these root contacts have.
pub(super) async fn opaque_scopes(
    conn: &mut PgConnection,
    roots: &[ContactId],
) -> sqlx::Result<BTreeSet<(ContactId, String)>> {
    let roots: Vec<Uuid> = roots.iter().map(|root| root.0).collect();
    let rows = sqlx::query!(
        r#"select distinct r.id as "root_id!", i.scope
           from unnest($1::uuid[]) as r(id)
           join contacts c on c.id = r.id or (c.root_id = r.id and c.root_id <> c.id)
           join identities i on i.contact_id = c.id
           where i.kind = 'opaque'"#,
        &roots,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (ContactId(row.root_id), row.scope)).collect())
}

/// Makes contacts, a client of the common base for each, and identities.
pub(super) async fn create_people(
    conn: &mut PgConnection,
    contacts: &[NewContact],
    identities: &[NewIdentity],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if !contacts.is_empty() {
        let contact_ids: Vec<Uuid> = contacts.iter().map(|contact| contact.contact_id.0).collect();
        let client_ids: Vec<Uuid> = contacts.iter().map(|contact| contact.client_id.0).collect();
        let names: Vec<&str> = contacts.iter().map(|contact| contact.name.as_str()).collect();
        let keys: Vec<String> = contacts.iter().map(|contact| search_key(&contact.name)).collect();
        sqlx::query!(
            "insert into contacts (id, root_id, name, automatic, created_at, updated_at)
             select id, id, name, true, $3, $3 from unnest($1::uuid[], $2::text[]) as new(id, name)",
            &contact_ids,
            &names as _,
            now,
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "insert into clients (id, root_id, name, automatic, search_key, created_at, updated_at)
             select id, id, name, true, key, $4, $4 from unnest($1::uuid[], $2::text[], $3::text[]) as new(id, name, key)",
            &client_ids,
            &names as _,
            &keys,
            now,
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "insert into contact_clients (contact_id, client_id, created_at)
             select contact_id, client_id, $3 from unnest($1::uuid[], $2::uuid[]) as new(contact_id, client_id)",
            &contact_ids,
            &client_ids,
            now,
        )
        .execute(&mut *conn)
        .await?;
    }
    let ids: Vec<Uuid> = identities.iter().map(|identity| identity.identity_id.0).collect();
    let addresses: Vec<String> = identities.iter().map(|identity| identity.address.key()).collect();
    let parts: Vec<(&str, &str, &str)> = identities.iter().map(|identity| parts(&identity.address)).collect();
    let kinds: Vec<&str> = parts.iter().map(|part| part.0).collect();
    let scopes: Vec<&str> = parts.iter().map(|part| part.1).collect();
    let values: Vec<&str> = parts.iter().map(|part| part.2).collect();
    let contacts: Vec<Uuid> = identities.iter().map(|identity| identity.contact_id.0).collect();
    sqlx::query!(
        "insert into identities (id, address, kind, scope, value, contact_id, origin, created_at)
         select *, 'event', $7::timestamptz
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[])",
        &ids,
        &addresses,
        &kinds as _,
        &scopes as _,
        &values as _,
        &contacts,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Kind, scope and value of an address, as the columns have them.
fn parts(address: &Address) -> (&str, &str, &str) {
    match address {
        Address::Phone(phone) => ("phone", "phone", phone.e164()),
        Address::Email(email) => ("email", "email", email.as_str()),
        Address::Opaque(opaque) => ("opaque", &opaque.scope, &opaque.id),
    }
}

pub(super) async fn links(
    conn: &mut PgConnection,
    pairs: impl Iterator<Item = &(IdentityId, IdentityId)> + Clone,
) -> sqlx::Result<BTreeMap<(IdentityId, IdentityId), (DateTime<Utc>, LinkReason)>> {
    let firsts: Vec<Uuid> = pairs.clone().map(|pair| pair.0.0).collect();
    let seconds: Vec<Uuid> = pairs.map(|pair| pair.1.0).collect();
    let rows = sqlx::query!(
        "select l.first_id, l.second_id, l.since, l.reason
         from unnest($1::uuid[], $2::uuid[]) as pair(first_id, second_id)
         join identity_links l on l.first_id = pair.first_id and l.second_id = pair.second_id",
        &firsts,
        &seconds,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let pair = (IdentityId(row.first_id), IdentityId(row.second_id));
            (pair, (row.since, reason_of(&row.reason)))
        })
        .collect())
}

/// Records links, each with its earliest moment. A link between two contacts, and an earlier moment near a conflict,
/// have to be settled: returns whether there is one.
pub(super) async fn record_links(conn: &mut PgConnection, links: &[NewLink]) -> sqlx::Result<bool> {
    let firsts: Vec<Uuid> = links.iter().map(|link| link.first.0).collect();
    let seconds: Vec<Uuid> = links.iter().map(|link| link.second.0).collect();
    let reasons: Vec<&str> = links.iter().map(|link| reason_word(link.reason)).collect();
    let since: Vec<DateTime<Utc>> = links.iter().map(|link| link.since).collect();
    let states: Vec<&str> = links.iter().map(|link| if link.held { "held" } else { "new" }).collect();
    sqlx::query!(
        "insert into identity_links (first_id, second_id, reason, since, state)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
         on conflict (first_id, second_id) do update
         set since = least(identity_links.since, excluded.since),
             reason = case when 'moved' in (excluded.reason, identity_links.reason) then 'moved'
                           when 'shared_by_person' in (excluded.reason, identity_links.reason) then 'shared_by_person'
                           else excluded.reason end,
             state = case when identity_links.state = 'held' and excluded.reason <> 'moved'
                          then 'held' else 'new' end",
        &firsts,
        &seconds,
        &reasons as _,
        &since,
        &states as _,
    )
    .execute(&mut *conn)
    .await?;
    // An earlier moment, or a further link, can decide a conflict of the same people differently.
    let near_conflict = sqlx::query!(
        "with recursive component(id) as (
             select unnest($1::uuid[] || $2::uuid[])
             union
             select case when l.first_id = component.id then l.second_id else l.first_id end
             from component join identity_links l on component.id in (l.first_id, l.second_id))
         update identity_links set state = 'new'
         where state = 'conflict' and first_id in (select id from component)",
        &firsts,
        &seconds,
    )
    .execute(conn)
    .await?;
    Ok(near_conflict.rows_affected() > 0
        || links.iter().any(|link| !link.held || link.reason == LinkReason::Moved))
}

pub(super) async fn insert_rows(conn: &mut PgConnection, rows: &[&Row], people: &People) -> sqlx::Result<()> {
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
pub(super) async fn write_calls(conn: &mut PgConnection, calls: &Calls, people: &People) -> sqlx::Result<()> {
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

/// Makes conversations that are new and moves the heads of all.
pub(super) async fn touch_conversations<'a>(
    conn: &mut PgConnection,
    conversations: impl Iterator<Item = &'a Conversation>,
    people: &People,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let known: Vec<_> = conversations
        .filter_map(|conversation| Some((conversation, people.of(conversation.party)?)))
        .collect();
    if known.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = known.iter().map(|(conversation, _)| conversation.id.0).collect();
    let accounts: Vec<Uuid> = known.iter().map(|(conversation, _)| conversation.account_id.0).collect();
    let external_ids: Vec<&str> =
        known.iter().map(|(conversation, _)| conversation.external_id.as_str()).collect();
    let contacts: Vec<Uuid> = known.iter().map(|(_, person)| person.contact_id.0).collect();
    let identities: Vec<Uuid> = known.iter().map(|(_, person)| person.identity_id.0).collect();
    sqlx::query!(
        "insert into conversations (id, account_id, external_id, contact_id, identity_id, created_at)
         select *, $6::timestamptz from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[])
         on conflict (id) do nothing",
        &ids,
        &accounts,
        &external_ids as _,
        &contacts,
        &identities,
        now,
    )
    .execute(&mut *conn)
    .await?;
    let last: Vec<DateTime<Utc>> = known.iter().map(|(conversation, _)| conversation.last_at).collect();
    let inbound: Vec<Option<DateTime<Utc>>> = known.iter().map(|(known, _)| known.last_inbound_at).collect();
    let outbound: Vec<Option<DateTime<Utc>>> =
        known.iter().map(|(known, _)| known.last_outbound_at).collect();
    let names: Vec<Option<&str>> =
        known.iter().map(|(known, _)| known.person.as_ref().map(|(_, name)| name.as_str())).collect();
    let names_at: Vec<Option<DateTime<Utc>>> =
        known.iter().map(|(known, _)| known.person.as_ref().map(|(at, _)| *at)).collect();
    sqlx::query!(
        "insert into conversation_heads as known
             (conversation_id, last_at, last_inbound_at, last_outbound_at, person_name, person_name_at)
         select * from unnest(
             $1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::timestamptz[])
         on conflict (conversation_id) do update
         set last_at = greatest(known.last_at, excluded.last_at),
             last_inbound_at = greatest(known.last_inbound_at, excluded.last_inbound_at),
             last_outbound_at = greatest(known.last_outbound_at, excluded.last_outbound_at),
             person_name = case when known.person_name is null
                     or (excluded.person_name_at, excluded.person_name) > (known.person_name_at, known.person_name)
                 then coalesce(excluded.person_name, known.person_name) else known.person_name end,
             person_name_at = greatest(known.person_name_at, excluded.person_name_at)",
        &ids,
        &last,
        &inbound as _,
        &outbound as _,
        &names as _,
        &names_at as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Of the same fact the earliest stays, but for reactions: there the newest counts.
pub(super) async fn insert_facts(
    conn: &mut PgConnection,
    facts: &BTreeMap<(InteractionId, FactKind, String), Fact>,
) -> sqlx::Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let of: Vec<Uuid> = facts.keys().map(|key| key.0.0).collect();
    let kinds: Vec<&str> = facts.keys().map(|key| key.1.as_str()).collect();
    let keys: Vec<&str> = facts.keys().map(|key| key.2.as_str()).collect();
    let at: Vec<DateTime<Utc>> = facts.values().map(|fact| fact.at).collect();
    let values: Vec<&Value> = facts.values().map(|fact| &fact.value).collect();
    let raw_ids: Vec<Uuid> = facts.values().map(|fact| fact.raw_id.0).collect();
    sqlx::query!(
        "insert into message_facts as known (interaction_id, kind, key, at, value, raw_id)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::uuid[])
         on conflict (interaction_id, kind, key) do update
         set at = excluded.at, value = excluded.value, raw_id = excluded.raw_id
         where case when known.kind = 'reaction'
               then (excluded.at, excluded.value::text) > (known.at, known.value::text)
               else excluded.at < known.at end",
        &of,
        &kinds as _,
        &keys as _,
        &at,
        &values as _,
        &raw_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_aliases(
    conn: &mut PgConnection,
    aliases: &BTreeMap<InteractionId, InteractionId>,
) -> sqlx::Result<()> {
    if aliases.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = aliases.keys().map(|id| id.0).collect();
    let shown_in: Vec<Uuid> = aliases.values().map(|id| id.0).collect();
    sqlx::query!(
        "insert into message_aliases (interaction_id, shown_in)
         select * from unnest($1::uuid[], $2::uuid[]) on conflict (interaction_id) do nothing",
        &ids,
        &shown_in,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_call_facts(
    conn: &mut PgConnection,
    facts: &BTreeMap<(InteractionId, String), PlannedCallFact>,
) -> sqlx::Result<()> {
    let of: Vec<Uuid> = facts.keys().map(|key| key.0.0).collect();
    let ids: Vec<&str> = facts.keys().map(|key| key.1.as_str()).collect();
    let at: Vec<DateTime<Utc>> = facts.values().map(|fact| fact.at).collect();
    let updates: Vec<Value> = facts
        .values()
        .map(|fact| clean(serde_json::to_value(&fact.update).expect("a call update has text keys only")))
        .collect();
    let raw_ids: Vec<Uuid> = facts.values().map(|fact| fact.raw_id.0).collect();
    sqlx::query!(
        "insert into call_facts as known (interaction_id, external_id, at, fact, raw_id)
         select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[], $5::uuid[])
         on conflict (interaction_id, external_id) do update set fact = excluded.fact, at = excluded.at
         where known.fact <> excluded.fact or known.at <> excluded.at",
        &of,
        &ids as _,
        &at,
        &updates,
        &raw_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn call_facts(
    conn: &mut PgConnection,
    calls: &[InteractionId],
) -> sqlx::Result<BTreeMap<InteractionId, Vec<CallFact>>> {
    let ids: Vec<Uuid> = calls.iter().map(|call| call.0).collect();
    let rows = sqlx::query!(
        "select interaction_id, external_id, at, fact from call_facts where interaction_id = any($1)",
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let mut facts: BTreeMap<InteractionId, Vec<CallFact>> = BTreeMap::new();
    for row in rows {
        // A fact of a newer version may hold words that this one does not know.
        match serde_json::from_value::<CallUpdate>(row.fact) {
            Ok(update) => facts.entry(InteractionId(row.interaction_id)).or_default().push(CallFact {
                external_id: row.external_id,
                at: row.at,
                update,
            }),
            Err(error) => {
                tracing::warn!(call.id = %row.interaction_id, %error, "a fact of a call is not understood");
            }
        }
    }
    Ok(facts)
}

pub(super) async fn want_media(
    conn: &mut PgConnection,
    media: &BTreeMap<MediaId, Media>,
) -> sqlx::Result<()> {
    if media.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = media.keys().map(|id| id.0).collect();
    let files: Vec<&Media> = media.values().collect();
    let accounts: Vec<Uuid> = files.iter().map(|file| file.account_id.0).collect();
    let external_ids: Vec<&str> = files.iter().map(|file| file.media.id.as_str()).collect();
    let interactions: Vec<Uuid> = files.iter().map(|file| file.interaction.0).collect();
    let kinds: Vec<&str> = files.iter().map(|file| media_word(file.media.kind)).collect();
    let mime_types: Vec<Option<&str>> = files.iter().map(|file| file.media.mime_type.as_deref()).collect();
    let names: Vec<Option<String>> =
        files.iter().map(|file| file.media.file_name.as_deref().map(super::without_nul)).collect();
    let sizes: Vec<Option<i64>> = files.iter().map(|file| file.media.size_bytes).collect();
    let durations: Vec<Option<i32>> =
        files.iter().map(|file| file.media.duration_s.and_then(|s| i32::try_from(s).ok())).collect();
    let hashes: Vec<Option<&str>> = files.iter().map(|file| file.media.sha256.as_deref()).collect();
    let urls: Vec<Option<&str>> = files.iter().map(|file| file.media.url.as_deref()).collect();
    let wanted: Vec<DateTime<Utc>> = files.iter().map(|file| file.wanted_at).collect();
    sqlx::query!(
        "insert into media
             (id, account_id, external_id, interaction_id, kind, mime_type, file_name, size_bytes, duration_s,
              provider_sha256, hint_url, wanted_at)
         select * from unnest(
             $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
             $9::int[], $10::text[], $11::text[], $12::timestamptz[])
         on conflict (id) do nothing",
        &ids,
        &accounts,
        &external_ids as _,
        &interactions,
        &kinds as _,
        &mime_types as _,
        &names as _,
        &sizes as _,
        &durations as _,
        &hashes as _,
        &urls as _,
        &wanted,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn write_states(
    conn: &mut PgConnection,
    states: &BTreeMap<(AccountId, String, &'static str, String), State>,
) -> sqlx::Result<()> {
    for ((account, conversation, aspect, event), state) in states {
        sqlx::query!(
            "insert into conversation_states as known
                 (account_id, external_id, aspect, event_id, state, at, detail)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (account_id, external_id, aspect, event_id) do update
             set state = excluded.state, at = excluded.at, detail = excluded.detail
             where excluded.at < known.at",
            account.0,
            conversation,
            *aspect,
            event,
            state_word(state.state),
            state.at,
            state.detail.clone().map(clean),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(super) async fn insert_notices(conn: &mut PgConnection, notices: &[Notice]) -> sqlx::Result<()> {
    for notice in notices {
        let id = InteractionId::derived(notice.account_id, "notice", &notice.external_id);
        let level = match notice.notice.level {
            NoticeLevel::Info => "info",
            NoticeLevel::Warning => "warning",
            NoticeLevel::Alarm => "alarm",
        };
        sqlx::query!(
            "insert into account_notices (id, account_id, at, level, code, subject, detail)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
            id.0,
            notice.account_id.0,
            notice.at,
            level,
            notice.notice.code,
            notice.notice.subject.as_deref().map(super::without_nul),
            clean(notice.notice.detail.clone()),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(super) async fn write_phone_book(
    conn: &mut PgConnection,
    entries: &BTreeMap<(String, AccountId), PhoneBookEntry>,
) -> sqlx::Result<()> {
    for ((address, account), entry) in entries {
        sqlx::query!(
            "insert into address_book as known (account_id, address, name, at) values ($1, $2, $3, $4)
             on conflict (address, account_id) do update set name = excluded.name, at = excluded.at
             where (excluded.at, coalesce(excluded.name, '')) > (known.at, coalesce(known.name, ''))",
            account.0,
            address,
            entry.name.as_deref(),
            entry.at,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Root contacts that entries of the phone book speak of.
pub(super) async fn roots_in_phone_book(
    conn: &mut PgConnection,
    entries: &BTreeMap<(String, AccountId), PhoneBookEntry>,
) -> sqlx::Result<Vec<ContactId>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let addresses: Vec<&str> = entries.keys().map(|(address, _)| address.as_str()).collect();
    let roots = sqlx::query_scalar!(
        "select distinct c.root_id from identities i join contacts c on c.id = i.contact_id
         where i.address = any($1)",
        &addresses as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(roots.into_iter().map(ContactId).collect())
}

/// Uses an invitation once, by the earliest visitor. Returns whether there was one to use.
pub(super) async fn use_invitation(
    conn: &mut PgConnection,
    token: &str,
    identity: IdentityId,
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let token_hash = Sha256::digest(token.as_bytes());
    let used = sqlx::query!(
        "update invitations set used_at = $3, used_by_identity = $2
         where token_hash = $1 and used_at is null and expires_at > $3 and created_at <= $3 + interval '1 hour'",
        token_hash.as_slice(),
        identity.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(used.rows_affected() > 0)
}

/// What the names of root contacts follow from.
pub(super) struct NameSources {
    pub root_id: ContactId,
    pub name: String,
    pub book: Option<String>,
    pub person: Option<String>,
    pub phone: Option<String>,
}

pub(super) async fn names_of(conn: &mut PgConnection, roots: &[ContactId]) -> sqlx::Result<Vec<NameSources>> {
    let roots: Vec<Uuid> = roots.iter().map(|root| root.0).collect();
    let rows = sqlx::query!(
        r#"with members as (
               select r.id as root_id, c.id as contact_id
               from unnest($1::uuid[]) as r(id)
               join contacts c on c.id = r.id or (c.root_id = r.id and c.root_id <> c.id))
           select r.id, r.name,
               (select b.name from members m
                join identities i on i.contact_id = m.contact_id
                join address_book b on b.address = i.address
                where m.root_id = r.id and b.name is not null order by b.at desc, b.name desc limit 1) as book,
               (select h.person_name from members m
                join conversations v on v.contact_id = m.contact_id
                join conversation_heads h on h.conversation_id = v.id
                where m.root_id = r.id and h.person_name is not null
                order by h.person_name_at desc, h.person_name desc limit 1) as person,
               (select min(i.value) from members m
                join identities i on i.contact_id = m.contact_id
                where m.root_id = r.id and i.kind = 'phone') as phone
           from contacts r
           where r.id = any($1) and not r.name_is_chosen and r.root_id = r.id"#,
        &roots,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NameSources {
            root_id: ContactId(row.id),
            name: row.name,
            book: row.book,
            person: row.person,
            phone: row.phone,
        })
        .collect())
}

/// Renames contacts and their automatic clients, in the order of ids.
pub(super) async fn rename(
    conn: &mut PgConnection,
    names: &[(ContactId, String)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let sorted: BTreeMap<ContactId, &String> = names.iter().map(|(id, name)| (*id, name)).collect();
    let ids: Vec<Uuid> = sorted.keys().map(|id| id.0).collect();
    let names: Vec<&str> = sorted.values().map(|name| name.as_str()).collect();
    let keys: Vec<String> = names.iter().map(|name| search_key(name)).collect();
    sqlx::query!(
        "update contacts c set name = new.name, updated_at = $3
         from unnest($1::uuid[], $2::text[]) as new(id, name) where c.id = new.id and c.name <> new.name",
        &ids,
        &names as _,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update clients cl set name = new.name, search_key = new.key, updated_at = $4
         from unnest($1::uuid[], $2::text[], $3::text[]) as new(contact_id, name, key)
         join contact_clients cc on cc.contact_id = new.contact_id
         where cl.id = cc.client_id and cl.automatic and cl.name <> new.name",
        &ids,
        &names as _,
        &keys,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells open screens, in the same transaction.
pub(super) async fn tell(
    conn: &mut PgConnection,
    interactions: &[InteractionId],
    notices: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changes = json!({ "interactions": interactions, "notices": notices });
    sqlx::query!("insert into feed (at, changes) values ($1, $2)", now, changes).execute(&mut *conn).await?;
    sqlx::query!("select pg_notify('feed', '')").execute(conn).await?;
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

fn media_word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
        MediaKind::Recording => "recording",
    }
}

fn state_word(state: ConversationState) -> &'static str {
    match state {
        ConversationState::Open => "open",
        ConversationState::Blocked => "blocked",
        ConversationState::Disconnected => "disconnected",
        ConversationState::MarketingStopped => "marketing_stopped",
        ConversationState::MarketingResumed => "marketing_resumed",
        ConversationState::Migrated => "migrated",
    }
}

fn reason_of(word: &str) -> LinkReason {
    match word {
        "moved" => LinkReason::Moved,
        "shared_by_person" => LinkReason::SharedByPerson,
        _ => LinkReason::SameMessage,
    }
}

pub(super) fn reason_word(reason: LinkReason) -> &'static str {
    match reason {
        LinkReason::SameMessage => "same_message",
        LinkReason::SharedByPerson => "shared_by_person",
        LinkReason::Moved => "moved",
    }
}
