//! SQL of names: phone books, conversations, and the cards that follow them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::plan::PhoneBookEntry;
use crate::clients::search_key::search_key;
use crate::{AccountId, ContactId};

pub(in crate::timeline::ingest) async fn write_phone_book(
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
pub(in crate::timeline::ingest) async fn roots_in_phone_book(
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

/// What the names of root contacts follow from.
pub(in crate::timeline::ingest) struct NameSources {
    pub root_id: ContactId,
    pub name: String,
    pub book: Option<String>,
    pub person: Option<String>,
    pub phone: Option<String>,
}

pub(in crate::timeline::ingest) async fn names_of(
    conn: &mut PgConnection,
    roots: &[ContactId],
) -> sqlx::Result<Vec<NameSources>> {
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
pub(in crate::timeline::ingest) async fn rename(
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
