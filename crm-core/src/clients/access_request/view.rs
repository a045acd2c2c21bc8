//! Requests for access as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::store;
use crate::{
    AccessRequestId, ClientId,
    access::{ClientScope, Right, Viewer},
    clients::{ClientError, ClientStub, client::Person, error::Result},
};

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum AccessState {
    /// Nobody has decided.
    Open,
    /// The client was opened.
    Granted,
    /// It was not.
    Refused,
    /// Taken back by its author.
    Withdrawn,
}

/// A request for access to a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AccessRequest {
    /// Which.
    pub id: AccessRequestId,
    /// What is known of a foreign client.
    pub client: ClientStub,
    /// The card, where the viewer reads it.
    #[schema(required = true)]
    pub client_id: Option<ClientId>,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub author: Person,
    /// When.
    pub created_at: DateTime<Utc>,
    /// How it stands.
    pub state: AccessState,
    /// Who decided.
    #[schema(required = true)]
    pub decided_by: Option<Person>,
    /// When.
    #[schema(required = true)]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// When the access ends that it gave; none without a term.
    #[schema(required = true)]
    pub ends_at: Option<DateTime<Utc>>,
    /// The access that it gave is over.
    pub is_over: bool,
    /// To be sent back with the answer.
    pub revision: i32,
}

/// At most `rows` requests on which the viewer decides, the newest first; `open` leaves out those that have ended.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    open: bool,
    before: Option<AccessRequestId>,
    rows: i64,
    now: DateTime<Utc>,
) -> Result<Vec<AccessRequest>> {
    viewer.require(Right::ClientsLend)?;
    let scope = viewer.clients_under(Right::ClientsLend);
    let found = store::decidable(conn, scope, open, before, rows).await?;
    Ok(found.into_iter().map(|row| row.shown(viewer, now)).collect())
}

/// How many requests wait for the viewer.
pub async fn waiting(conn: &mut PgConnection, viewer: &Viewer) -> Result<i64> {
    match viewer.clients_under(Right::ClientsLend) {
        ClientScope::Nothing => Ok(0),
        scope => Ok(store::waiting(conn, scope).await?),
    }
}

/// At most `rows` requests of the viewer, the newest first.
pub async fn own(
    conn: &mut PgConnection,
    viewer: &Viewer,
    before: Option<AccessRequestId>,
    rows: i64,
    now: DateTime<Utc>,
) -> Result<Vec<AccessRequest>> {
    let found = store::of_author(conn, viewer.user_id, before, rows).await?;
    Ok(found.into_iter().map(|row| row.shown(viewer, now)).collect())
}

/// One request, as its author or whoever decides sees it.
pub async fn get(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AccessRequestId,
    now: DateTime<Utc>,
) -> Result<AccessRequest> {
    let row = store::one(conn, id).await?.ok_or(ClientError::NotFound)?;
    let decides = viewer.clients_under(Right::ClientsLend).covers(row.client_id, row.responsible_id);
    if !decides && row.author_id != viewer.user_id {
        return Err(ClientError::NotFound);
    }
    Ok(row.shown(viewer, now))
}

/// The question for the messenger.
pub(super) async fn question(conn: &mut PgConnection, id: AccessRequestId) -> Result<String> {
    let row = store::one(conn, id).await?.ok_or(ClientError::NotFound)?;
    let inn = row.inn.as_ref().map(|inn| format!(", ИНН {inn}")).unwrap_or_default();
    let responsible = row.responsible.as_deref().unwrap_or("не назначен");
    Ok(format!(
        "Запрос доступа к клиенту: {}{inn}\nОтветственный: {responsible}\nПросит: {}\nПричина: {}",
        row.name, row.author_name, row.reason
    ))
}
