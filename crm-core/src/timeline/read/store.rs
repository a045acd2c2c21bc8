//! SQL of the timelines.

mod rows;

use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};

pub(crate) use rows::{COLUMNS, FoundRow, JOINS, fetch_rows, find_rows, with_people};

use super::{Pins, Place, TimelineCursor, TimelineFilter};
use crate::{
    AccountId, ClientId, ContactId, InteractionId, MediaId, UserId,
    clients::reach::Root,
    timeline::{
        FactKind, FactValue,
        entry::content::{MediaStates, StoredMedia},
        view::StoredFact,
    },
};

/// What is looked for; `accounts` are those of the channels that were asked for.
pub(crate) struct Query<'a> {
    pub(crate) place: &'a Place<'a>,
    pub(crate) filter: &'a TimelineFilter,
    pub(crate) accounts: Option<&'a [AccountId]>,
}

/// A client with everything whose rows its timeline shows.
pub(crate) struct ClientPlace {
    pub(crate) root: Root,
    pub(crate) family: Vec<ClientId>,
    /// All contacts of the family, with the families of those.
    pub(crate) contacts: Vec<ContactId>,
}

/// Whichever member of the family was named.
pub(crate) async fn client_place(conn: &mut PgConnection, id: ClientId) -> sqlx::Result<Option<ClientPlace>> {
    let row = sqlx::query!(
        r#"with root as materialized (
               select r.id, r.responsible_id from clients c join clients r on r.id = c.root_id where c.id = $1),
           family as materialized (
               select id from root
               union all
               select c.id from root join clients c on c.root_id = root.id and c.root_id <> c.id),
           people as materialized (
               select distinct k.root_id as id
               from family join contact_clients cc on cc.client_id = family.id join contacts k on k.id = cc.contact_id)
           select root.id as "root: ClientId", root.responsible_id as "responsible: UserId",
                  array(select id from family) as "family!: Vec<ClientId>",
                  array(select id from people
                        union all
                        select k.id from people join contacts k on k.root_id = people.id and k.root_id <> k.id)
                      as "contacts!: Vec<ContactId>"
           from root"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| ClientPlace {
        root: Root { id: row.root, responsible_id: row.responsible },
        family: row.family,
        contacts: row.contacts,
    }))
}

/// The whole family of a contact, whichever member was named.
pub(crate) async fn family_of(conn: &mut PgConnection, id: ContactId) -> sqlx::Result<Vec<ContactId>> {
    sqlx::query_scalar!(
        r#"select f.id as "id!: ContactId"
           from contacts k
           cross join lateral (
               select k.root_id as id
               union all select m.id from contacts m where m.root_id = k.root_id and m.root_id <> m.id) f
           where k.id = $1"#,
        id.0
    )
    .fetch_all(conn)
    .await
}

/// The accounts of some channels; `None` when no channel was asked for.
pub(crate) async fn accounts_of(
    conn: &mut PgConnection,
    channels: &[connector_api::Channel],
) -> sqlx::Result<Option<Vec<AccountId>>> {
    if channels.is_empty() {
        return Ok(None);
    }
    let words: Vec<String> = channels.iter().map(|channel| channel.as_str().to_owned()).collect();
    let ids = sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts where channel = any($1)"#,
        &words as &[String]
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(ids))
}

/// The newest rows, or those before a cursor; newest first.
pub(crate) async fn older(
    conn: &mut PgConnection,
    query: &Query<'_>,
    before: Option<TimelineCursor>,
    limit: i64,
) -> sqlx::Result<Vec<FoundRow>> {
    let bound = before.map(|cursor| Bound { cursor, compare: "<" });
    walk(conn, query, bound.as_ref(), "desc", limit).await
}

/// The rows behind a cursor, oldest first.
pub(crate) async fn newer(
    conn: &mut PgConnection,
    query: &Query<'_>,
    after: TimelineCursor,
    inclusive: bool,
    limit: i64,
) -> sqlx::Result<Vec<FoundRow>> {
    let bound = Bound { cursor: after, compare: if inclusive { ">=" } else { ">" } };
    walk(conn, query, Some(&bound), "asc", limit).await
}

struct Bound {
    cursor: TimelineCursor,
    compare: &'static str,
}

/// One short index walk per contact, client or conversation, merged.
async fn walk(
    conn: &mut PgConnection,
    query: &Query<'_>,
    bound: Option<&Bound>,
    direction: &str,
    limit: i64,
) -> sqlx::Result<Vec<FoundRow>> {
    let place = query.place;
    let mut sql = QueryBuilder::<Postgres>::new(COLUMNS);
    // Cut before the names are joined: each walk gives a page, and only one page of all of them is wanted.
    sql.push(" from (select i.* from (");
    if let Some(conversation) = place.conversation {
        // Nearly all rows of a conversation are of its person: that is to be looked up in the row. Stated bare it tempts
        // the planner to lay the indexes of both upon one another, which reads all that there ever was of the person.
        sql.push("select i.* from interactions i where i.conversation_id = ").push_bind(conversation);
        sql.push(" and coalesce(i.contact_id = any(").push_bind(place.contacts.clone()).push("), false)");
        push_conditions(&mut sql, query, bound);
        push_end(&mut sql, direction, limit);
    } else {
        sql.push("select i.* from unnest(").push_bind(place.contacts.clone());
        sql.push("::uuid[]) as one (id) cross join lateral (select i.* from interactions i where i.contact_id = one.id");
        push_conditions(&mut sql, query, bound);
        push_end(&mut sql, direction, limit);
        sql.push(") i");
        if !place.clients.is_empty() {
            sql.push(" union all select i.* from unnest(").push_bind(place.clients.clone());
            sql.push("::uuid[]) as one (id) cross join lateral (select i.* from interactions i where i.client_id = one.id");
            push_conditions(&mut sql, query, bound);
            push_end(&mut sql, direction, limit);
            sql.push(") i");
        }
    }
    sql.push(") i");
    push_end(&mut sql, direction, limit);
    sql.push(") i ").push(JOINS);
    sql.push(format_args!(" order by i.occurred_at {direction}, i.id {direction}"));
    find_rows(conn, sql).await
}

/// How many rows there are, counted up to `most`, in no order.
pub(crate) async fn count(conn: &mut PgConnection, query: &Query<'_>, most: i64) -> sqlx::Result<i64> {
    let place = query.place;
    let mut sql = QueryBuilder::<Postgres>::new("select count(*) from (select from unnest(");
    sql.push_bind(place.contacts.clone());
    sql.push(
        "::uuid[]) as one (id) cross join lateral (select from interactions i where i.contact_id = one.id",
    );
    push_conditions(&mut sql, query, None);
    sql.push(" limit ").push_bind(most).push(") i union all select from unnest(");
    sql.push_bind(place.clients.clone());
    sql.push(
        "::uuid[]) as one (id) cross join lateral (select from interactions i where i.client_id = one.id",
    );
    push_conditions(&mut sql, query, None);
    sql.push(" limit ").push_bind(most).push(") i limit ").push_bind(most).push(") counted");
    sql.build_query_scalar().fetch_one(conn).await
}

/// The same of the messages of `accounts` alone, over the conversations by them: they are few among all that was said, and
/// no index knows the account of a row. Right only of networks where a conversation is with one address, as SMS: in others
/// one may hold rows of a person who is not its own.
pub(crate) async fn count_by_conversations(
    conn: &mut PgConnection,
    query: &Query<'_>,
    accounts: &[AccountId],
    most: i64,
) -> sqlx::Result<i64> {
    let contacts = &query.place.contacts;
    let mut sql = QueryBuilder::<Postgres>::new(
        "select count(*) from (select from conversations v cross join lateral (
             select from interactions i where i.conversation_id = v.id and coalesce(i.contact_id = any(",
    );
    sql.push_bind(contacts.clone()).push("), false)");
    push_conditions(&mut sql, query, None);
    sql.push(" limit ").push_bind(most).push(") i where v.contact_id = any(").push_bind(contacts.clone());
    sql.push(") and v.account_id = any(").push_bind(accounts.to_vec());
    sql.push(") limit ").push_bind(most).push(") counted");
    sql.build_query_scalar().fetch_one(conn).await
}

fn push_end(sql: &mut QueryBuilder<Postgres>, direction: &str, limit: i64) {
    sql.push(format_args!(" order by i.occurred_at {direction}, i.id {direction} limit ")).push_bind(limit);
}

fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &Query<'_>, bound: Option<&Bound>) {
    push_pins(sql, &query.place.pins);
    if let Some(Bound { cursor, compare }) = bound {
        sql.push(format_args!(" and (i.occurred_at, i.id) {compare} (")).push_bind(cursor.at);
        sql.push(", ").push_bind(cursor.id).push(")");
    }
    let filter = query.filter;
    if !filter.kinds.is_empty() {
        // Literals, so that the planner sees when the index of rows beside messages will do.
        let words: Vec<String> = filter.kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
        sql.push(format_args!(" and i.kind in ({})", words.join(", ")));
    }
    if filter.with_files {
        sql.push(" and i.kind = 'message' and i.has_files");
    }
    if let Some(accounts) = query.accounts {
        sql.push(" and i.account_id = any(").push_bind(accounts.to_vec()).push(")");
    }
    if let Some(direction) = filter.direction {
        sql.push(" and i.direction = ").push_bind(direction_word(direction));
    }
    if let Some(from) = filter.from {
        sql.push(" and i.occurred_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        sql.push(" and i.occurred_at < ").push_bind(until);
    }
}

/// The word of a direction in the database.
pub(crate) fn direction_word(direction: connector_api::Direction) -> &'static str {
    match direction {
        connector_api::Direction::Inbound => "inbound",
        connector_api::Direction::Outbound => "outbound",
    }
}

/// The direction of a word in the database.
pub(crate) fn direction_of(word: &str) -> Option<connector_api::Direction> {
    match word {
        "inbound" => Some(connector_api::Direction::Inbound),
        "outbound" => Some(connector_api::Direction::Outbound),
        _ => None,
    }
}

/// Hides rows that are pinned elsewhere.
pub(crate) fn push_pins(sql: &mut QueryBuilder<Postgres>, pins: &Pins<'_>) {
    match pins {
        Pins::Within(reach) if reach.all => {}
        Pins::Family(family) => {
            sql.push(" and (i.pinned_client_id is null or i.pinned_client_id = any(");
            sql.push_bind(family.clone()).push("))");
        }
        Pins::Within(reach) => {
            sql.push(
                " and (i.pinned_client_id is null or exists (
                    select 1 from clients p join clients r on r.id = p.root_id
                    where p.id = i.pinned_client_id and (r.responsible_id is null or r.responsible_id = ",
            );
            sql.push_bind(reach.user).push(" or r.id = any(").push_bind(reach.lent.to_vec()).push("))))");
        }
    }
}

/// The rows by which quoted messages are shown, with their words, where they stand in the same place.
pub(crate) async fn words_of(
    conn: &mut PgConnection,
    place: &Place<'_>,
    ids: &[InteractionId],
) -> sqlx::Result<Vec<(InteractionId, InteractionId, Option<String>)>> {
    let mut sql = QueryBuilder::<Postgres>::new("select named.id, i.id, i.body from unnest(");
    sql.push_bind(ids.to_vec());
    sql.push(
        "::uuid[]) named(id)
         left join message_aliases a on a.interaction_id = named.id
         join interactions i on i.id = coalesce(a.shown_in, named.id)
         where i.contact_id = any(",
    );
    sql.push_bind(place.contacts.clone()).push(")");
    push_pins(&mut sql, &place.pins);
    sql.build_query_as().fetch_all(conn).await
}

/// The facts about some messages. A fact of a kind or shape that this version does not know is left out.
pub(crate) async fn facts(conn: &mut PgConnection, ids: &[InteractionId]) -> sqlx::Result<Vec<StoredFact>> {
    let rows = sqlx::query!(
        r#"select interaction_id as "interaction_id: InteractionId", kind, key, at,
                  value as "value: Json<serde_json::Value>"
           from message_facts where interaction_id = any($1)"#,
        ids as &[InteractionId]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let value = FactValue::from_json(FactKind::from_word(&row.kind)?, row.value.0).ok()?;
            Some(StoredFact { interaction_id: row.interaction_id, key: row.key, at: row.at, value })
        })
        .collect())
}

/// What the store knows of some files.
pub(crate) async fn media(conn: &mut PgConnection, ids: &[MediaId]) -> sqlx::Result<MediaStates> {
    let rows = sqlx::query!(
        r#"select id as "id: MediaId", state, cause, coalesce(sniffed_type, mime_type) as mime_type, file_name,
                  coalesce(stored_bytes, size_bytes) as size_bytes, duration_s
           from media where id = any($1)"#,
        ids as &[MediaId]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let stored = StoredMedia {
                state: row.state,
                cause: row.cause,
                mime_type: row.mime_type,
                file_name: row.file_name,
                size_bytes: row.size_bytes,
                duration_s: row.duration_s.map(i64::from),
            };
            (row.id, stored)
        })
        .collect())
}
