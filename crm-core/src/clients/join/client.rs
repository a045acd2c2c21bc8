//! Two client cards become one.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::{Choices, FieldChange, JoinOutcome, fields::merged, store};
use crate::{
    ClientId, JoinId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        client::store::{self as client_store, Fields},
        contract,
        error::Result,
        reach,
        search_key::search_key,
        trace::{self, Change},
    },
};

/// Which client is joined into which.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientJoin {
    /// The card that stays.
    pub survivor_id: ClientId,
    /// The card that is joined into it.
    pub absorbed_id: ClientId,
    /// Whose value stays, per field that differs.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, super::Side>)]
    pub choices: Choices,
    /// Only tell what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// Joins two clients; both must be within reach. Differing fields without a choice come back as conflicts. Wants a
/// transaction.
pub async fn join_clients(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    join: &ClientJoin,
) -> Result<JoinOutcome> {
    store::lock_identities(conn).await?;
    let survivor = reach::client_under(conn, viewer, Right::ClientsJoin, join.survivor_id).await?;
    let absorbed = reach::client_under(conn, viewer, Right::ClientsJoin, join.absorbed_id).await?;
    if survivor.id == absorbed.id {
        return Err(ClientError::NotNow("Эти карточки уже объединены."));
    }
    let (survivor, absorbed) = (survivor.id, absorbed.id);
    let own = client_store::fields(conn, survivor).await?;
    let other = client_store::fields(conn, absorbed).await?;
    let changes = merged(&object(&own), &object(&other), &join.choices).map_err(ClientError::Conflicts)?;
    if join.dry_run {
        return Ok(JoinOutcome { join_id: None, survivor_id: survivor.0, changes });
    }
    let join_id = pointed(conn, viewer, now, (survivor, absorbed), "person", &changes).await?;
    Ok(JoinOutcome { join_id: Some(join_id), survivor_id: survivor.0, changes })
}

/// Writes the ledger, the pointers, the fields and the trace.
pub(super) async fn pointed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    (survivor, absorbed): (ClientId, ClientId),
    reason: &str,
    changes: &[FieldChange],
) -> Result<JoinId> {
    let id = JoinId::at(now);
    let ledger: Map<String, Value> = changes
        .iter()
        .map(|change| (change.field.clone(), json!({ "before": change.before, "after": change.after })))
        .collect();
    let entry = store::NewEntry {
        id,
        subject: "client",
        survivor_id: survivor.0,
        absorbed_id: absorbed.0,
        reason,
        fields: Value::Object(ledger.clone()),
    };
    store::write_entry(conn, &entry, viewer.user_id, now).await?;
    let former = client_store::fields(conn, absorbed).await?.responsible_id;
    store::point_clients(conn, absorbed, survivor, now).await?;
    trace::moved(conn, now, absorbed, former).await?;
    if !changes.is_empty() {
        let own = client_store::fields(conn, survivor).await?;
        let values = changes.iter().map(|change| (change.field.as_str(), &change.after));
        rewrite(conn, &own, values, now).await?;
    }
    contract::store::settle_mark(conn, survivor).await?;
    let change = Change {
        action: "client.join",
        subject_kind: "client",
        subject_id: survivor.0,
        before: None,
        after: Some(json!({ "join_id": id, "absorbed_id": absorbed, "fields": ledger })),
    };
    trace::record(conn, viewer, now, change).await?;
    Ok(id)
}

/// The fields of a card in JSON, by which cards are compared.
pub(super) fn object(fields: &Fields) -> Map<String, Value> {
    match json!(fields) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Sets some fields of a card to values that a card has had.
pub(super) async fn rewrite<'a>(
    conn: &mut PgConnection,
    before: &Fields,
    values: impl Iterator<Item = (&'a str, &'a Value)>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut card = object(before);
    card.extend(values.map(|(field, value)| (field.to_owned(), value.clone())));
    let mut fields: Fields = serde_json::from_value(Value::Object(card))
        .map_err(|error| ClientError::Database(sqlx::Error::Decode(error.into())))?;
    fields.id = before.id;
    fields.version = before.version + 1;
    fields.created_at = before.created_at;
    fields.updated_at = now;
    client_store::update(conn, &fields, &search_key(&fields.name)).await?;
    Ok(())
}
