//! Requests as those see them who decide, and as their authors do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{RequestField, field, store};
use crate::{
    ChangeRequestId, ClientId, ContactId, UserId,
    access::{ClientScope, Right, Viewer},
    clients::{ClientError, client::Person, error::Result},
};

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = ChangeRequestState)]
pub enum RequestState {
    /// Nobody has decided yet.
    Open,
    /// The value is changed.
    Approved,
    /// The value stays; the comment says why.
    Refused,
    /// The author took it back.
    Withdrawn,
}

/// «Запрос на изменение»
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChangeRequest {
    /// Which.
    pub id: ChangeRequestId,
    /// What shall change.
    pub field: RequestField,
    /// The company; `null` for a person without one.
    #[schema(required = true)]
    pub client_id: Option<ClientId>,
    /// The person, for a field of a person.
    #[schema(required = true)]
    pub contact_id: Option<ContactId>,
    /// Name of the company or the person; `null` when the author sees it no longer.
    #[schema(required = true)]
    pub subject: Option<String>,
    /// As it was when it was asked for.
    #[schema(required = true)]
    pub old_value: Option<String>,
    /// As it is now, while the request is open. Another value than `old_value` was set meanwhile.
    #[schema(required = true)]
    pub current_value: Option<String>,
    /// As it shall be; `null` takes it away.
    #[schema(required = true)]
    pub new_value: Option<String>,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub author: Person,
    /// The author sees the client no longer.
    pub author_lost_access: bool,
    /// When.
    pub created_at: DateTime<Utc>,
    /// How it stands.
    pub state: RequestState,
    /// Who decided.
    #[schema(required = true)]
    pub decided_by: Option<Person>,
    /// When.
    #[schema(required = true)]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// Other open requests for the same field.
    pub rivals: i64,
    /// To be sent back with the answer.
    pub revision: i32,
}

/// At most `rows` requests over which the viewer decides, the newest first; `open` leaves out those that have ended.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    open: bool,
    before: Option<ChangeRequestId>,
    rows: i64,
) -> Result<Vec<ChangeRequest>> {
    viewer.require(Right::ContactsCorrect)?;
    let found =
        store::decidable(conn, viewer.clients_under(Right::ContactsCorrect), open, before, rows).await?;
    let mut requests = Vec::with_capacity(found.len());
    for row in found {
        requests.push(shown(conn, row).await?);
    }
    Ok(requests)
}

/// How many requests wait for the viewer.
pub async fn waiting(conn: &mut PgConnection, viewer: &Viewer) -> Result<i64> {
    match viewer.clients_under(Right::ContactsCorrect) {
        ClientScope::Nothing => Ok(0),
        scope => Ok(store::waiting(conn, scope).await?),
    }
}

/// At most `rows` requests of the viewer, the newest first. Of a client that he sees no longer nothing is told but the end.
pub async fn own(
    conn: &mut PgConnection,
    viewer: &Viewer,
    before: Option<ChangeRequestId>,
    rows: i64,
) -> Result<Vec<ChangeRequest>> {
    let found = store::of_author(conn, viewer.user_id, before, rows).await?;
    let mut requests = Vec::with_capacity(found.len());
    for row in found {
        let hidden = !row.is_seen_by(viewer);
        let mut request = shown(conn, row).await?;
        if hidden {
            request.subject = None;
            request.old_value = None;
            request.current_value = None;
            request.new_value = None;
            request.client_id = None;
            request.contact_id = None;
        }
        requests.push(request);
    }
    Ok(requests)
}

/// One request, as whoever decides sees it.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer, id: ChangeRequestId) -> Result<ChangeRequest> {
    viewer.require(Right::ContactsCorrect)?;
    let row = store::one(conn, id).await?.ok_or(ClientError::NotFound)?;
    let scope = viewer.clients_under(Right::ContactsCorrect);
    // A person without a company is for those who see all.
    let covered = scope.sees_all() || row.client_id.is_some_and(|id| scope.covers(id, row.responsible_id));
    if !covered {
        return Err(ClientError::NotFound);
    }
    shown(conn, row).await
}

async fn shown(conn: &mut PgConnection, row: store::Row) -> Result<ChangeRequest> {
    let open = row.state == RequestState::Open;
    let current_value = if open { field::current(conn, &row.asked()).await? } else { None };
    let rivals = if open { store::rivals(conn, &row).await? } else { 0 };
    let author_lost_access = !store::sees(conn, row.author_id, row.client_id).await?;
    Ok(ChangeRequest {
        id: row.id,
        field: row.field,
        client_id: row.client_id,
        contact_id: row.contact_id,
        subject: Some(row.subject),
        old_value: row.old_value,
        current_value,
        new_value: row.new_value,
        reason: row.reason,
        author: Person { id: row.author_id, name: row.author_name },
        author_lost_access,
        created_at: row.created_at,
        state: row.state,
        decided_by: row
            .decided_by
            .zip(row.decided_name)
            .map(|(id, name): (UserId, String)| Person { id, name }),
        decided_at: row.decided_at,
        comment: row.comment,
        rivals,
        revision: row.revision,
    })
}

/// The question for the messenger.
pub(super) async fn question(conn: &mut PgConnection, id: ChangeRequestId) -> Result<String> {
    let row = store::one(conn, id).await?.ok_or(ClientError::NotFound)?;
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "пусто".to_owned());
    let now = if row.seen_value == row.old_value {
        String::new()
    } else {
        format!("\nВнимание: значение тем временем изменилось, сейчас {}.", value(&row.seen_value))
    };
    Ok(cut(&format!(
        "Запрос на изменение: {}\n{}: {} → {}\nПричина: {}\nПросит: {}{now}",
        row.subject,
        row.field.words(),
        value(&row.old_value),
        value(&row.new_value),
        row.reason,
        row.author_name,
    )))
}

/// One message of any messenger.
fn cut(text: &str) -> String {
    const LONGEST: usize = 3000;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
