//! SQL of the search. Beginnings are compared as a range of bytes and parts through trigrams, so that the same plan
//! serves every text.

use std::collections::HashMap;

use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{Candidate, Card, FoundBy, FoundContact, Whose, long_words};
use crate::{ClientId, ContactId, clients::reach::Reach};

#[derive(FromRow)]
struct Row {
    id: ClientId,
    name: String,
    search_key: String,
}

#[derive(FromRow)]
struct PersonRow {
    #[sqlx(flatten)]
    client: Row,
    contact_id: ContactId,
    contact_name: String,
    phone: Option<String>,
}

const CLIENT_COLUMNS: &str = "select c.id, c.name, c.search_key ";

/// What is shown of clients that were found.
pub(crate) async fn cards(
    conn: &mut PgConnection,
    ids: &[ClientId],
) -> sqlx::Result<HashMap<ClientId, Card>> {
    let cards = sqlx::query_as!(
        Card,
        r#"select c.id as "id!: ClientId", c.name as "name!", c.inn, c.city, u.name as "responsible?"
           from clients c left join users u on u.id = c.responsible_id
           where c.id = any($1)"#,
        ids as &[ClientId]
    )
    .fetch_all(conn)
    .await?;
    Ok(cards.into_iter().map(|card| (card.id, card)).collect())
}

fn push_whose(query: &mut QueryBuilder<Postgres>, whose: Whose<'_>) {
    if whose.foreign {
        query.push(" and c.responsible_id <> ").push_bind(whose.reach.user);
        query.push(" and c.id <> all(").push_bind(whose.reach.lent.to_vec()).push(")");
    } else if !whose.reach.all {
        query
            .push(" and (c.responsible_id is null or c.responsible_id = ")
            .push_bind(whose.reach.user)
            .push(" or c.id = any(")
            .push_bind(whose.reach.lent.to_vec())
            .push("))");
    }
}

/// Clients whose name begins so, in any variant.
pub(crate) async fn by_name_start(
    conn: &mut PgConnection,
    whose: Whose<'_>,
    variants: &[String],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new(CLIENT_COLUMNS);
    query.push("from (");
    for (at, variant) in variants.iter().enumerate() {
        query.push(if at == 0 { "(" } else { " union all (" });
        query.push(
            "select c.id, c.name, c.search_key from clients c where c.root_id = c.id and c.search_key ~>=~ ",
        );
        query
            .push_bind(variant.clone())
            .push(" and c.search_key ~<~ ")
            .push_bind(format!("{variant}\u{10ffff}"));
        push_whose(&mut query, whose);
        query.push(" order by c.search_key using ~<~ limit ").push_bind(limit).push(")");
    }
    query.push(") c");
    candidates(conn, query, FoundBy::NamePart).await
}

/// Clients whose name has all words of a variant, anywhere.
pub(crate) async fn by_name_part(
    conn: &mut PgConnection,
    whose: Whose<'_>,
    variants: &[String],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new(CLIENT_COLUMNS);
    query.push("from clients c where c.root_id = c.id and (false");
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
    whose: Whose<'_>,
    digits: &str,
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let mut query = QueryBuilder::new("select c.id, c.name, c.search_key, coalesce(c.inn = ");
    query.push_bind(digits.to_owned());
    query.push(", false) as whole from clients m join clients c on c.id = m.root_id where m.inn is not null and m.inn >= ");
    query.push_bind(digits.to_owned()).push(" and m.inn < ").push_bind(format!("{digits}:"));
    push_whose(&mut query, whose);
    query.push(" order by m.inn limit ").push_bind(limit);
    let rows: Vec<(ClientId, String, String, bool)> = query.build_query_as().fetch_all(conn).await?;
    let found = rows.into_iter().map(|(id, name, search_key, whole)| {
        let by = if whole { FoundBy::Inn } else { FoundBy::InnStart };
        Candidate { id, name, search_key, by, contact: None }
    });
    Ok(found.collect())
}

/// From people found, as root contacts with the number by which, to the clients of them and of their families.
const OF_PEOPLE: &str =
    "select c.id, c.name, c.search_key, k.id as contact_id, k.name as contact_name, hits.phone
    from unnest($1::uuid[], $2::text[]) as hits (root_id, phone)
    join contacts k on k.id = hits.root_id
    cross join lateral (
        select k.id union all select f.id from contacts f where f.root_id = k.id and f.root_id <> f.id) f
    join contact_clients cc on cc.contact_id = f.id
    join clients m on m.id = cc.client_id
    join clients c on c.id = m.root_id
    where $3 or c.responsible_id is null or c.responsible_id = $4 or c.id = any($5)
    limit $6";

/// A root contact, and the number by which it was found.
type Hit = (ContactId, Option<String>);

/// Clients within reach that have a number with this end.
pub(crate) async fn by_phone_tail(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    digits: &str,
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let reversed: String = digits.chars().rev().collect();
    let mut query = QueryBuilder::new(
        "select h.root_id, i.value from identities i join contacts h on h.id = i.contact_id
         where i.kind = 'phone' and reverse(i.value) ~>=~ ",
    );
    query.push_bind(reversed.clone()).push(" and reverse(i.value) ~<~ ").push_bind(format!("{reversed}:"));
    push_people_within(&mut query, reach);
    query.push(" limit ").push_bind(limit);
    let hits = query.build_query_as().fetch_all(&mut *conn).await?;
    clients_of(conn, reach, hits, limit, FoundBy::Phone).await
}

/// Clients within reach of people whose name has all words of a variant.
pub(crate) async fn by_contact_name(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    variants: &[&String],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    // The limit stands outside: a plan for any words would hope to fill it soon by reading all names in a row, and not
    // use the trigram index.
    let mut query =
        QueryBuilder::new("with hits as materialized (select h.root_id from contacts h where (false");
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
    if !searchable {
        return Ok(Vec::new());
    }
    // Who of them is within reach is asked only until there are enough.
    query.push(") select h.root_id, null::text from hits h where true");
    push_people_within(&mut query, reach);
    query.push(" limit ").push_bind(limit);
    let hits = query.build_query_as().fetch_all(&mut *conn).await?;
    clients_of(conn, reach, hits, limit, FoundBy::Contact).await
}

/// The clients of people found. A statement of its own: mostly nobody is found, and the search of people alone is
/// planned in a tenth of the time.
async fn clients_of(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    hits: Vec<Hit>,
    limit: i64,
    by: FoundBy,
) -> sqlx::Result<Vec<Candidate>> {
    if hits.is_empty() {
        return Ok(Vec::new());
    }
    let (roots, phones): (Vec<ContactId>, Vec<Option<String>>) = hits.into_iter().unzip();
    let rows: Vec<PersonRow> = sqlx::query_as(OF_PEOPLE)
        .bind(roots)
        .bind(phones)
        .bind(reach.all)
        .bind(reach.user)
        .bind(reach.lent.to_vec())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Candidate {
            contact: Some(FoundContact { id: row.contact_id, name: row.contact_name, phone: row.phone }),
            ..candidate(row.client, by)
        })
        .collect())
}

/// Of people `h` only those within reach: foreign ones must not fill up the limit.
fn push_people_within(query: &mut QueryBuilder<Postgres>, reach: Reach<'_>) {
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
        query.push_bind(reach.user).push(" or r.id = any(").push_bind(reach.lent.to_vec()).push("))");
    }
}

async fn candidates(
    conn: &mut PgConnection,
    mut query: QueryBuilder<Postgres>,
    by: FoundBy,
) -> sqlx::Result<Vec<Candidate>> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| candidate(row, by)).collect())
}

fn candidate(row: Row, by: FoundBy) -> Candidate {
    Candidate { id: row.id, name: row.name, search_key: row.search_key, by, contact: None }
}
