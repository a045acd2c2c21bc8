//! SQL of identities, contacts and the links between them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use connector_api::{Address, LinkReason};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::parties::{KnownIdentity, NewContact, NewIdentity, NewLink};
use crate::clients::search_key::search_key;
use crate::{ContactId, IdentityId};

pub(in crate::timeline::ingest) async fn known_identities(
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
pub(in crate::timeline::ingest) async fn opaque_scopes(
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

/// Nobody else renames these cards, joins them or writes to their people until the transaction ends.
pub(in crate::timeline::ingest) async fn lock_contacts(
    conn: &mut PgConnection,
    contacts: &BTreeSet<ContactId>,
) -> sqlx::Result<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = contacts.iter().map(|contact| contact.0).collect();
    sqlx::query!("select id from contacts where id = any($1) order by id for no key update", &ids)
        .fetch_all(conn)
        .await?;
    Ok(())
}

/// Makes contacts, a client of the common base for each, and identities.
pub(in crate::timeline::ingest) async fn create_people(
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

pub(in crate::timeline::ingest) async fn links(
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
pub(in crate::timeline::ingest) async fn record_links(
    conn: &mut PgConnection,
    links: &[NewLink],
) -> sqlx::Result<bool> {
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
             select e.other from component join identity_edges e on e.one = component.id)
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

/// Records that somebody came by an invitation while it worked. Returns whether that was news: which visitor counts
/// follows from all of them, in [`settle`](super::super::settle).
pub(in crate::timeline::ingest) async fn use_invitation(
    conn: &mut PgConnection,
    token: &str,
    identity: IdentityId,
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let token_hash = Sha256::digest(token.as_bytes());
    let news = sqlx::query!(
        "insert into invitation_uses as known (token_hash, identity_id, at)
         select token_hash, $2, $3 from invitations
         where token_hash = $1 and expires_at > $3 and created_at <= $3::timestamptz + interval '1 hour'
         on conflict (token_hash, identity_id) do update set at = excluded.at where excluded.at < known.at",
        token_hash.as_slice(),
        identity.0,
        at,
    )
    .execute(&mut *conn)
    .await?;
    if news.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("update invitations set settled = false where token_hash = $1", token_hash.as_slice())
        .execute(conn)
        .await?;
    Ok(true)
}

fn reason_word(reason: LinkReason) -> &'static str {
    match reason {
        LinkReason::SameMessage => "same_message",
        LinkReason::SharedByPerson => "shared_by_person",
        LinkReason::Moved => "moved",
    }
}

fn reason_of(word: &str) -> LinkReason {
    match word {
        "moved" => LinkReason::Moved,
        "shared_by_person" => LinkReason::SharedByPerson,
        _ => LinkReason::SameMessage,
    }
}
