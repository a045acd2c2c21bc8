//! SQL of the search. Beginnings are compared as a range of bytes and parts through trigrams. Each query is planned with
//! the very words it has.

use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{Candidate, FoundBy, FoundClient, FoundContact, Whose, long_words};
use crate::{ClientId, ContactId, clients::reach::Reach};

#[derive(FromRow)]
struct Row {
    id: ClientId,
    name: String,
    inn: Option<String>,
    city: Option<String>,
    responsible: Option<String>,
    search_key: String,
    contact_id: Option<ContactId>,
    contact_name: Option<String>,
    phone: Option<String>,
}

const CLIENT_COLUMNS: &str = "select c.id, c.name, c.inn, c.city, u.name as responsible, c.search_key,
    null::uuid as contact_id, null::text as contact_name, null::text as phone ";

fn push_whose(query: &mut QueryBuilder<Postgres>, whose: Whose) {
    if whose.foreign {
        query.push(" and c.responsible_id <> ").push_bind(whose.reach.user);
    } else if !whose.reach.all {
        query
            .push(" and (c.responsible_id is null or c.responsible_id = ")
            .push_bind(whose.reach.user)
            .push(")");
    }
}

/// Clients whose name begins so, in any variant.
pub(crate) async fn by_name_start(
    conn: &mut PgConnection,
    whose: Whose,
    variants: &[String],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new(CLIENT_COLUMNS);
    query.push("from (");
    for (at, variant) in variants.iter().enumerate() {
        query.push(if at == 0 { "(" } else { " union all (" });
        query.push("select c.* from clients c where c.root_id = c.id and c.search_key ~>=~ ");
        query
            .push_bind(variant.clone())
            .push(" and c.search_key ~<~ ")
            .push_bind(format!("{variant}\u{10ffff}"));
        push_whose(&mut query, whose);
        query.push(" order by c.search_key using ~<~ limit ").push_bind(limit).push(")");
    }
    query.push(") c left join users u on u.id = c.responsible_id");
    candidates(conn, query, FoundBy::NamePart).await
}

/// Clients whose name has all words of a variant, anywhere.
pub(crate) async fn by_name_part(
    conn: &mut PgConnection,
    whose: Whose,
    variants: &[String],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new(CLIENT_COLUMNS);
    query.push(
        "from clients c left join users u on u.id = c.responsible_id where c.root_id = c.id and (false",
    );
    let mut searchable = false;
    for variant in variants {
        if long_words(variant).is_empty() {
            continue;
        }
        searchable = true;
        query.push(" or (true");
        for word in variant.split(' ') {
            query.push(" and c.search_key like ").push_bind(format!("%{word}%"));
        }
        query.push(")");
    }
    query.push(")");
    push_whose(&mut query, whose);
    query.push(" limit ").push_bind(limit);
    if searchable { candidates(conn, query, FoundBy::NamePart).await } else { Ok(Vec::new()) }
}

/// Clients whose ИНН begins so. Cards that were joined are found too and give their root.
pub(crate) async fn by_inn(
    conn: &mut PgConnection,
    whose: Whose,
    digits: &str,
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new(CLIENT_COLUMNS);
    query.push(
        "from clients m join clients c on c.id = m.root_id left join users u on u.id = c.responsible_id
         where m.inn is not null and m.inn >= ",
    );
    query.push_bind(digits.to_owned()).push(" and m.inn < ").push_bind(format!("{digits}:"));
    push_whose(&mut query, whose);
    query.push(" order by m.inn limit ").push_bind(limit);
    let mut found = candidates(conn, query, FoundBy::InnStart).await?;
    for candidate in &mut found {
        if candidate.client.inn.as_deref() == Some(digits) {
            candidate.client.by = FoundBy::Inn;
        }
    }
    Ok(found)
}

const CONTACT_COLUMNS: &str = "select c.id, c.name, c.inn, c.city, u.name as responsible, c.search_key,
    k.id as contact_id, k.name as contact_name, ";

/// From a root contact `k` found in `hits` to its clients, with all contacts of its family.
const TO_CLIENTS: &str = " hits
    join contacts k on k.id = hits.root_id
    cross join lateral (
        select k.id union all select f.id from contacts f where f.root_id = k.id and f.root_id <> f.id) f
    join contact_clients cc on cc.contact_id = f.id
    join clients m on m.id = cc.client_id
    join clients c on c.id = m.root_id
    left join users u on u.id = c.responsible_id
    where true";

/// Clients within reach that have a number with this end.
pub(crate) async fn by_phone_tail(
    conn: &mut PgConnection,
    reach: Reach,
    digits: &str,
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let reversed: String = digits.chars().rev().collect();
    let mut query = QueryBuilder::new(CONTACT_COLUMNS);
    query.push(
        "hits.value as phone
         from (select h.root_id, i.value from identities i join contacts h on h.id = i.contact_id
               where i.kind = 'phone' and reverse(i.value) ~>=~ ",
    );
    query.push_bind(reversed.clone()).push(" and reverse(i.value) ~<~ ").push_bind(format!("{reversed}:"));
    push_hits_within(&mut query, reach, limit);
    query.push(TO_CLIENTS);
    push_whose(&mut query, Whose { reach, foreign: false });
    query.push(" limit ").push_bind(limit);
    candidates(conn, query, FoundBy::Phone).await
}

/// Clients within reach of people whose name has all words of a variant.
pub(crate) async fn by_contact_name(
    conn: &mut PgConnection,
    reach: Reach,
    variants: &[&String],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new(CONTACT_COLUMNS);
    query.push(
        "null::text as phone
         from (select h.root_id from contacts h where (false",
    );
    let mut searchable = false;
    for variant in variants {
        if long_words(variant).is_empty() {
            continue;
        }
        searchable = true;
        query.push(" or (true");
        for word in variant.split(' ') {
            query.push(" and replace(lower(h.name), 'ё', 'е') like ").push_bind(format!("%{word}%"));
        }
        query.push(")");
    }
    query.push(")");
    push_hits_within(&mut query, reach, limit);
    query.push(TO_CLIENTS);
    push_whose(&mut query, Whose { reach, foreign: false });
    query.push(" limit ").push_bind(limit);
    if searchable { candidates(conn, query, FoundBy::Contact).await } else { Ok(Vec::new()) }
}

/// Ends the subquery of hits: those of foreign clients must not fill up the limit.
fn push_hits_within(query: &mut QueryBuilder<Postgres>, reach: Reach, limit: i64) {
    if !reach.all {
        query.push(
            " and exists (
                select 1
                from (select h.root_id as id
                      union all select f.id from contacts f where f.root_id = h.root_id and f.root_id <> f.id) f
                join contact_clients cc on cc.contact_id = f.id
                join clients m on m.id = cc.client_id
                join clients r on r.id = m.root_id
                where r.responsible_id is null or r.responsible_id = ",
        );
        query.push_bind(reach.user).push(")");
    }
    query.push(" limit ").push_bind(limit).push(")");
}

async fn candidates(
    conn: &mut PgConnection,
    mut query: QueryBuilder<Postgres>,
    by: FoundBy,
) -> sqlx::Result<Vec<Candidate>> {
    // Not kept: after five uses a kept statement gets a plan for any words, which does without the trigram index and
    // reads all names.
    let rows: Vec<Row> = query.build_query_as().persistent(false).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| candidate(row, by)).collect())
}

fn candidate(row: Row, by: FoundBy) -> Candidate {
    let contact = row.contact_id.zip(row.contact_name);
    let client = FoundClient {
        id: row.id,
        name: row.name,
        inn: row.inn,
        city: row.city,
        responsible: row.responsible,
        by,
        contact: contact.map(|(id, name)| FoundContact { id, name, phone: row.phone }),
    };
    Candidate { client, search_key: row.search_key }
}
