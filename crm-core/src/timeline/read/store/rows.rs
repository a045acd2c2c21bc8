//! From columns to rows of a timeline.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, types::Json};

use crate::{
    AccountId, ClientId, ContactId, ConversationId, InteractionId, UserId,
    timeline::{
        InteractionPayload,
        entry::{EntryAccount, EntryAuthor, EntryContact, EntryKind},
        view::StoredRow,
    },
};

/// The columns of a row `i` with the names of [`JOINS`].
pub(crate) const COLUMNS: &str = "select i.id, i.kind, i.direction, i.origin, i.occurred_at, i.received_at, i.contact_id,
    i.client_id, p.root_id as pinned_client_id, a.id as account_id, a.name as account_name, a.channel,
    i.conversation_id, i.author_user_id, coalesce(u.name, i.author_name) as author_name, i.body, i.content, i.fullness";

/// The names that belong to a row `i`, but for its person: people are looked up once each.
pub(crate) const JOINS: &str = "left join clients p on p.id = i.pinned_client_id
    left join accounts a on a.id = i.account_id
    left join users u on u.id = i.author_user_id";

/// A row as it is stored, its person by id alone.
#[derive(FromRow)]
pub(crate) struct FoundRow {
    id: InteractionId,
    kind: EntryKind,
    direction: Option<String>,
    origin: String,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    contact_id: Option<ContactId>,
    client_id: Option<ClientId>,
    pinned_client_id: Option<ClientId>,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    channel: Option<String>,
    conversation_id: Option<ConversationId>,
    author_user_id: Option<UserId>,
    author_name: Option<String>,
    body: Option<String>,
    content: Option<Json<serde_json::Value>>,
    fullness: i16,
}

/// Runs a query of [`COLUMNS`].
pub(crate) async fn fetch_rows(
    conn: &mut PgConnection,
    sql: QueryBuilder<Postgres>,
) -> sqlx::Result<Vec<StoredRow>> {
    let rows = find_rows(conn, sql).await?;
    with_people(conn, rows).await
}

/// The same without the names of people.
pub(crate) async fn find_rows(
    conn: &mut PgConnection,
    mut sql: QueryBuilder<Postgres>,
) -> sqlx::Result<Vec<FoundRow>> {
    sql.build_query_as().fetch_all(conn).await
}

/// Looks up the people of rows, each once.
pub(crate) async fn with_people(
    conn: &mut PgConnection,
    rows: Vec<FoundRow>,
) -> sqlx::Result<Vec<StoredRow>> {
    let contacts: BTreeSet<ContactId> = rows.iter().filter_map(|row| row.contact_id).collect();
    let people = people(conn, &contacts).await?;
    Ok(rows.into_iter().map(|row| row.stored(&people)).collect())
}

/// Who speaks in a row, by the root contact.
struct Person {
    root: EntryContact,
    several_clients: bool,
}

async fn people(
    conn: &mut PgConnection,
    contacts: &BTreeSet<ContactId>,
) -> sqlx::Result<BTreeMap<ContactId, Person>> {
    if contacts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<ContactId> = contacts.iter().copied().collect();
    let rows = sqlx::query!(
        r#"select k.id as "id: ContactId", r.id as "root_id: ContactId", r.name,
                  (select count(*) from (
                      select distinct c.root_id
                      from (select r.id
                            union all select f.id from contacts f where f.root_id = r.id and f.root_id <> f.id) f
                      join contact_clients cc on cc.contact_id = f.id
                      join clients c on c.id = cc.client_id
                      limit 2) several) > 1 as "several_clients!"
           from contacts k join contacts r on r.id = k.root_id
           where k.id = any($1)"#,
        &ids as &[ContactId]
    )
    .fetch_all(conn)
    .await?;
    let person =
        |root_id, name, several_clients| Person { root: EntryContact { id: root_id, name }, several_clients };
    Ok(rows.into_iter().map(|row| (row.id, person(row.root_id, row.name, row.several_clients))).collect())
}

impl FoundRow {
    fn stored(self, people: &BTreeMap<ContactId, Person>) -> StoredRow {
        let account = self.account_id.zip(self.account_name).zip(self.channel);
        let person = self.contact_id.and_then(|contact| people.get(&contact));
        StoredRow {
            id: self.id,
            kind: self.kind,
            direction: self.direction.as_deref().and_then(super::direction_of),
            origin: self.origin,
            occurred_at: self.occurred_at,
            received_at: self.received_at,
            contact: person.map(|person| person.root.clone()),
            several_clients: person.is_some_and(|person| person.several_clients),
            client_id: self.client_id,
            pinned_client_id: self.pinned_client_id,
            account: account.map(|((id, name), channel)| EntryAccount { id, name, channel }),
            conversation_id: self.conversation_id,
            author: self.author_name.map(|name| EntryAuthor { user_id: self.author_user_id, name }),
            body: self.body,
            // A shape of a newer version is shown by its words alone.
            payload: self
                .content
                .and_then(|content| serde_json::from_value::<InteractionPayload>(content.0).ok())
                .unwrap_or_default(),
            fullness: self.fullness,
        }
    }
}
