//! Two contacts become one person, together with the cards that events made for them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::{
    Choices, JoinOutcome,
    client::{object, pointed},
    fields::merged,
    store,
};
use crate::{
    ClientId, ContactId, JoinId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        client::store as client_store,
        error::Result,
        reach,
        trace::{self, Change},
    },
};

/// Which contact is joined into which.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactJoin {
    /// The contact that stays.
    pub survivor_id: ContactId,
    /// The contact that is joined into it.
    pub absorbed_id: ContactId,
    /// Whose name stays, where both were chosen by a person.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, super::Side>)]
    pub choices: Choices,
    /// Only tell what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// Joins two contacts; both must be within reach. A client that an event made for one of them alone is joined into the
/// client of the other. Open proposals between the two are thereby accepted. Wants a transaction.
pub async fn join_contacts(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    join: &ContactJoin,
) -> Result<JoinOutcome> {
    store::lock_identities(conn).await?;
    let survivor = reach::contact_under(conn, viewer, Right::ClientsJoin, join.survivor_id).await?;
    let absorbed = reach::contact_under(conn, viewer, Right::ClientsJoin, join.absorbed_id).await?;
    if survivor == absorbed {
        return Err(ClientError::NotNow("Эти контакты уже объединены."));
    }
    require_all_clients(conn, viewer, survivor).await?;
    require_all_clients(conn, viewer, absorbed).await?;
    let own = store::contact_fields(conn, survivor).await?;
    let other = store::contact_fields(conn, absorbed).await?;
    let changes = merged(&own, &other, &join.choices).map_err(ClientError::Conflicts)?;
    if join.dry_run {
        return Ok(JoinOutcome { join_id: None, survivor_id: survivor.0, changes });
    }
    let clients = match automatic_pair(conn, survivor, absorbed).await? {
        Some(pair) => Some(join_automatic(conn, viewer, now, pair).await?),
        None => None,
    };
    let id = JoinId::at(now);
    let mut fields: Map<String, Value> = changes
        .iter()
        .map(|change| (change.field.clone(), json!({ "before": change.before, "after": change.after })))
        .collect();
    if let Some(clients) = clients {
        // Taken apart together with this join.
        fields.insert(CLIENT_JOIN.to_owned(), json!(clients));
    }
    let entry = store::NewEntry {
        id,
        subject: "contact",
        survivor_id: survivor.0,
        absorbed_id: absorbed.0,
        reason: "person",
        fields: Value::Object(fields.clone()),
    };
    store::write_entry(conn, &entry, viewer.user_id, now).await?;
    store::point_contacts(conn, absorbed, survivor, now).await?;
    if !changes.is_empty() {
        let mut card = own;
        card.extend(changes.iter().map(|change| (change.field.clone(), change.after.clone())));
        store::rewrite_contact(conn, survivor, &card, now).await?;
    }
    store::accept_proposals_within(conn, survivor, viewer.user_id, now).await?;
    let change = Change {
        action: "contact.join",
        subject_kind: "contact",
        subject_id: survivor.0,
        before: None,
        after: Some(json!({ "join_id": id, "absorbed_id": absorbed, "fields": fields })),
    };
    trace::record(conn, viewer, now, change).await?;
    Ok(JoinOutcome { join_id: Some(id), survivor_id: survivor.0, changes })
}

/// The ledger's key for the join of clients that came along.
pub(super) const CLIENT_JOIN: &str = "client_join";

/// A person of a foreign company is not joined over the head of its manager (I.3).
async fn require_all_clients(conn: &mut PgConnection, viewer: &Viewer, contact: ContactId) -> Result<()> {
    for client in reach::store::clients_of_contact(conn, contact).await? {
        reach::client_under(conn, viewer, Right::ClientsJoin, client.id).await?;
    }
    Ok(())
}

/// The survivor and the absorbed one of the two clients, where one of them is nothing but an automatic card of its
/// contact.
async fn automatic_pair(
    conn: &mut PgConnection,
    survivor: ContactId,
    absorbed: ContactId,
) -> Result<Option<(ClientId, ClientId)>> {
    let own = reach::store::clients_of_contact(conn, survivor).await?;
    let other = reach::store::clients_of_contact(conn, absorbed).await?;
    let ([own], [other]) = (own.as_slice(), other.as_slice()) else { return Ok(None) };
    let (own, other) = (own.id, other.id);
    if own == other {
        return Ok(None);
    }
    if store::is_mere_card_of(conn, other, absorbed).await? {
        return Ok(Some((own, other)));
    }
    Ok(store::is_mere_card_of(conn, own, survivor).await?.then_some((other, own)))
}

async fn join_automatic(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    (survivor, absorbed): (ClientId, ClientId),
) -> Result<JoinId> {
    let own = object(&client_store::fields(conn, survivor).await?);
    let other = object(&client_store::fields(conn, absorbed).await?);
    // An automatic card has nothing that a person wrote; what still differs stays with the survivor.
    let changes = match merged(&own, &other, &Choices::new()) {
        Ok(changes) => changes,
        Err(conflicts) => {
            let keep =
                conflicts.into_iter().map(|conflict| (conflict.field, super::Side::Survivor)).collect();
            merged(&own, &other, &keep).map_err(ClientError::Conflicts)?
        }
    };
    pointed(conn, viewer, now, (survivor, absorbed), "contacts_joined", &changes).await
}
