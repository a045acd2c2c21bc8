//! From columns to rows of a timeline.

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
pub(crate) const COLUMNS: &str = "select i.id, i.kind, i.direction, i.origin, i.occurred_at, i.received_at,
    kr.id as contact_id, kr.name as contact_name,
    (select count(*) from (
        select distinct c.root_id
        from (select kr.id as id
              union all select f.id from contacts f where f.root_id = kr.id and f.root_id <> f.id) f
        join contact_clients cc on cc.contact_id = f.id
        join clients c on c.id = cc.client_id
        limit 2) several) > 1 as several_clients,
    i.client_id, p.root_id as pinned_client_id, a.id as account_id, a.name as account_name, a.channel,
    i.conversation_id, i.author_user_id, coalesce(u.name, i.author_name) as author_name, i.body, i.content, i.fullness";

/// The names that belong to a row `i`.
pub(crate) const JOINS: &str = "left join contacts k on k.id = i.contact_id
    left join contacts kr on kr.id = k.root_id
    left join clients p on p.id = i.pinned_client_id
    left join accounts a on a.id = i.account_id
    left join users u on u.id = i.author_user_id";

#[derive(FromRow)]
struct Row {
    id: InteractionId,
    kind: EntryKind,
    direction: Option<String>,
    origin: String,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    contact_id: Option<ContactId>,
    contact_name: Option<String>,
    several_clients: bool,
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
    mut sql: QueryBuilder<Postgres>,
) -> sqlx::Result<Vec<StoredRow>> {
    let rows: Vec<Row> = sql.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(StoredRow::from).collect())
}

impl From<Row> for StoredRow {
    fn from(row: Row) -> Self {
        let account = row.account_id.zip(row.account_name).zip(row.channel);
        let contact = row.contact_id.zip(row.contact_name);
        Self {
            id: row.id,
            kind: row.kind,
            direction: row.direction.as_deref().and_then(super::direction_of),
            origin: row.origin,
            occurred_at: row.occurred_at,
            received_at: row.received_at,
            contact: contact.map(|(id, name)| EntryContact { id, name }),
            several_clients: row.several_clients,
            client_id: row.client_id,
            pinned_client_id: row.pinned_client_id,
            account: account.map(|((id, name), channel)| EntryAccount { id, name, channel }),
            conversation_id: row.conversation_id,
            author: row.author_name.map(|name| EntryAuthor { user_id: row.author_user_id, name }),
            body: row.body,
            // A shape of a newer version is shown by its words alone.
            payload: row
                .content
                .and_then(|content| serde_json::from_value::<InteractionPayload>(content.0).ok())
                .unwrap_or_default(),
            fullness: row.fullness,
        }
    }
}
