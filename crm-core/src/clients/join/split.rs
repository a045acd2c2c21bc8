//! A join taken apart.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::{
    client::{object, rewrite},
    contact::CLIENT_JOIN,
    store::{self, Entry},
};
use crate::{
    ClientId, ContactId, JoinId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        client::store as client_store,
        contract,
        error::Result,
        reach,
        trace::{self, Change},
    },
};

/// Takes a join apart by its entry in the ledger. Fields that the join changed get their former values, unless somebody
/// changed them since; rows that came in between stand where their own contact stands. Wants a transaction.
pub async fn split(conn: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>, id: JoinId) -> Result<()> {
    viewer.require(Right::ClientsJoin)?;
    store::lock_identities(conn).await?;
    let entry = store::entry(conn, id).await?.ok_or(ClientError::NotFound)?;
    // First of all whether the viewer may know of this join.
    let card = if entry.subject == "client" {
        reach::client_under(conn, viewer, Right::ClientsJoin, ClientId(entry.survivor_id)).await?.id.0
    } else {
        reach::contact_under(conn, viewer, Right::ClientsJoin, ContactId(entry.survivor_id)).await?.0
    };
    if entry.undone {
        return Err(ClientError::NotNow("Эти карточки уже разъединены."));
    }
    if entry.subject == "client" {
        split_clients(conn, now, &entry).await?;
    } else {
        split_contacts(conn, viewer, now, &entry).await?;
    }
    undone(conn, viewer, now, &entry, card).await
}

async fn undone(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    entry: &Entry,
    card: uuid::Uuid,
) -> Result<()> {
    store::undo_entry(conn, entry.id, viewer.user_id, now).await?;
    let (action, subject_kind) = match entry.subject.as_str() {
        "client" => ("client.split", "client"),
        _ => ("contact.split", "contact"),
    };
    let change = Change {
        action,
        subject_kind,
        subject_id: card,
        before: Some(json!({ "join_id": entry.id, "absorbed_id": entry.absorbed_id })),
        after: None,
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

async fn split_clients(conn: &mut PgConnection, now: DateTime<Utc>, entry: &Entry) -> Result<()> {
    let survivor = ClientId(entry.survivor_id);
    let before = reach::store::root(conn, ClientId(entry.absorbed_id)).await?;
    store::free_clients(conn, ClientId(entry.absorbed_id), survivor, now).await?;
    let own = client_store::fields(conn, survivor).await?;
    let values = former_values(&object(&own), &entry.fields);
    if !values.is_empty() {
        rewrite(conn, &own, values.iter().map(|(field, value)| (field.as_str(), value)), now).await?;
    }
    contract::store::settle_mark(conn, survivor).await?;
    contract::store::settle_mark(conn, ClientId(entry.absorbed_id)).await?;
    if let Some(before) = before {
        trace::moved(conn, now, ClientId(entry.absorbed_id), before.responsible_id).await?;
    }
    Ok(())
}

async fn split_contacts(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    entry: &Entry,
) -> Result<()> {
    let survivor = ContactId(entry.survivor_id);
    let mut own = store::contact_fields(conn, survivor).await?;
    let values = former_values(&own, &entry.fields);
    store::free_contacts(conn, ContactId(entry.absorbed_id), survivor, now).await?;
    if !values.is_empty() {
        own.extend(values);
        store::rewrite_contact(conn, survivor, &own, now).await?;
    }
    let mut along = store::joins_along(conn, entry.id).await?;
    if let Some(Ok(id)) = entry.fields.get(CLIENT_JOIN).cloned().map(serde_json::from_value::<JoinId>) {
        along.push(id);
    }
    for id in along {
        if let Some(clients) = store::entry(conn, id).await?.filter(|clients| !clients.undone) {
            split_clients(conn, now, &clients).await?;
            undone(conn, viewer, now, &clients, clients.survivor_id).await?;
        }
    }
    Ok(())
}

/// The values before the join of those fields that still hold what the join wrote.
fn former_values(now: &Map<String, Value>, ledger: &Map<String, Value>) -> Map<String, Value> {
    ledger
        .iter()
        .filter_map(|(field, change)| {
            let untouched = now.get(field)? == change.get("after")?;
            untouched.then(|| Some((field.clone(), change.get("before")?.clone())))?
        })
        .collect()
}
