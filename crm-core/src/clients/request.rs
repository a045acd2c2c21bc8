//! «Запрос на изменение»: whoever may not correct frozen contact data asks those who may (S0.2). The answer is a
//! [decision](crate::decisions): in the product, or on a button in the messenger.

mod field;
mod store;
mod view;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

pub use field::RequestField;
pub use view::{ChangeRequest, RequestState, get, list, own, waiting};

use super::{
    ClientError,
    error::Result,
    reach,
    text::words,
    trace::{self, Change},
};
use crate::{
    ChangeRequestId, ClientId, ContactId, IdentityId, UserId,
    access::{Right, Viewer},
    decisions::{self, DecisionOption, Effect, NewDecision},
    timeline::feed::{self, Changes, RequestChange},
};

/// The word by which decisions name a request.
pub const SUBJECT: &str = "change_request";

/// The answer that changes the value.
pub const APPROVE: &str = "approve";

/// The answer that does not, with a reason for the author.
pub const REFUSE: &str = "refuse";

/// A change to ask for.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChangeRequest {
    /// What shall change.
    pub field: RequestField,
    /// The card; for a field of a person the company through which he is seen, where there is one.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// The person, for a field of a person.
    #[serde(default)]
    pub contact_id: Option<ContactId>,
    /// The address that is replaced or taken away; absent for one more address.
    #[serde(default)]
    pub identity_id: Option<IdentityId>,
    /// As the author sees it; refused when it is another one by now.
    #[serde(default)]
    pub old_value: Option<String>,
    /// As it shall be; `null` takes an address away.
    #[serde(default)]
    pub new_value: Option<String>,
    /// Why, for whoever decides.
    pub reason: String,
}

/// What is asked for, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub field: RequestField,
    pub client_id: Option<ClientId>,
    pub contact_id: Option<ContactId>,
    pub identity_id: Option<IdentityId>,
    pub new_value: Option<String>,
}

/// Asks for a change. The same again while it is open is the same request. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewChangeRequest,
    now: DateTime<Utc>,
) -> Result<ChangeRequestId> {
    if viewer.scope(Right::ContactsCorrect).is_some() {
        return Err(ClientError::NotNow("Вы можете изменить это поле сами."));
    }
    let reason = words(Some(new.reason))
        .ok_or(ClientError::Invalid {
            field: "reason", reason: "Напишите, почему это нужно изменить."
        })?;
    let mut asked = Asked {
        field: new.field,
        client_id: new.client_id,
        contact_id: new.contact_id,
        identity_id: new.identity_id,
        new_value: words(new.new_value),
    };
    found(conn, viewer, &mut asked).await?;
    let current = field::current(conn, &asked).await?;
    if words(new.old_value) != current {
        return Err(ClientError::NotNow("Значение уже другое: обновите карточку и посмотрите ещё раз."));
    }
    field::check(conn, &mut asked).await?;
    if asked.new_value == current {
        return Err(ClientError::Invalid {
            field: "new_value",
            reason: "Новое значение совпадает с прежним.",
        });
    }
    store::lock_author(conn, viewer.user_id).await?;
    if let Some((id, wanted)) = store::open_of(conn, viewer.user_id, &asked).await? {
        if wanted == asked.new_value {
            return Ok(id);
        }
        return Err(ClientError::NotNow(
            "Ваш запрос на это поле ещё не рассмотрен. Отзовите его, чтобы попросить другое.",
        ));
    }
    let id = ChangeRequestId::at(now);
    store::insert(conn, id, &asked, current.as_deref(), &reason, viewer.user_id, now).await?;
    let text = view::question(conn, id).await?;
    let options =
        [option(APPROVE, "Одобрить", "Одобрено", false), option(REFUSE, "Отклонить", "Отклонено", true)];
    let decision = NewDecision {
        subject_kind: SUBJECT,
        subject_id: id.0,
        right: Right::ContactsCorrect,
        text: &text,
        options: &options,
    };
    decisions::ask(conn, &decision, now).await?;
    let after = json!({ "field": asked.field, "from": current, "to": asked.new_value, "reason": reason });
    traced(conn, viewer, now, "change_request.create", (id, &asked), None, after).await?;
    tell(conn, id, viewer.user_id, now).await?;
    Ok(id)
}

fn option(word: &str, label: &str, done: &str, asks: bool) -> DecisionOption {
    DecisionOption { word: word.to_owned(), label: label.to_owned(), done: done.to_owned(), asks }
}

/// The roots of what is named, as far as the viewer reaches them.
async fn found(conn: &mut PgConnection, viewer: &Viewer, asked: &mut Asked) -> Result<()> {
    if let Some(client) = asked.client_id {
        asked.client_id = Some(reach::client_under(conn, viewer, Right::ClientsWrite, client).await?.id);
    }
    if !asked.field.is_of_contact() {
        if asked.client_id.is_none() || asked.contact_id.is_some() || asked.identity_id.is_some() {
            return Err(ClientError::Invalid {
                field: "client_id", reason: "Укажите карточку клиента."
            });
        }
        return Ok(());
    }
    let contact = asked
        .contact_id
        .ok_or(ClientError::Invalid {
            field: "contact_id", reason: "Укажите контактное лицо."
        })?;
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    asked.contact_id = Some(root);
    let clients = reach::store::clients_of_contact(conn, root).await?;
    let readable = |client: &&reach::Root| viewer.readable_clients().covers(client.id, client.responsible_id);
    match asked.client_id {
        Some(named) if clients.iter().any(|client| client.id == named) => {}
        Some(_) => return Err(ClientError::NotFound),
        None => asked.client_id = clients.iter().find(readable).map(|client| client.id),
    }
    Ok(())
}

/// Takes one's own open request back. Wants a transaction; repeats safely.
pub async fn withdraw(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ChangeRequestId,
    now: DateTime<Utc>,
) -> Result<()> {
    decisions::lock(conn, SUBJECT, id.0).await?;
    let row = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    if row.author_id != viewer.user_id {
        return Err(ClientError::NotFound);
    }
    match row.state {
        RequestState::Withdrawn => return Ok(()),
        RequestState::Open => {}
        _ => return Err(ClientError::NotNow("Запрос уже рассмотрен.")),
    }
    store::withdraw(conn, id).await?;
    decisions::withdraw(conn, SUBJECT, id.0, now).await?;
    traced(conn, viewer, now, "change_request.withdraw", (id, &row.asked), None, json!({})).await?;
    Ok(tell(conn, id, viewer.user_id, now).await?)
}

/// What an answer does. Whoever approves a value that has changed meanwhile is shown the new one and asked again.
pub(crate) async fn decided(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: Uuid,
    word: &str,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Effect> {
    let id = ChangeRequestId(id);
    let row = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    let approves = word == APPROVE;
    covered(conn, viewer, &row.asked).await?;
    let current = field::current(conn, &row.asked).await?;
    if approves && current != row.seen_value {
        store::saw(conn, id, current.as_deref()).await?;
        tell(conn, id, row.author_id, now).await?;
        return Ok(Effect::Outdated(view::question(conn, id).await?));
    }
    if approves {
        field::apply(conn, viewer, &row.asked, now).await?;
    }
    let state = if approves { RequestState::Approved } else { RequestState::Refused };
    store::decide(conn, id, state, viewer.user_id, comment, now).await?;
    // Both names stand in the history of the card: whoever asked in the values, whoever decided as the one who acts.
    let action = if approves { "change_request.approve" } else { "change_request.refuse" };
    let before = json!({ "value": current });
    let after = json!({
        "field": row.asked.field, "value": row.asked.new_value, "asked_by": row.author_name,
        "decided_by": viewer.name, "reason": row.reason, "comment": comment,
    });
    traced(conn, viewer, now, action, (id, &row.asked), Some(before), after).await?;
    tell(conn, id, row.author_id, now).await?;
    Ok(Effect::Done)
}

/// Refuses those whose right does not reach the card.
async fn covered(conn: &mut PgConnection, viewer: &Viewer, asked: &Asked) -> Result<()> {
    match (asked.client_id, asked.contact_id) {
        (Some(client), _) => {
            reach::client_under(conn, viewer, Right::ContactsCorrect, client).await?;
        }
        (None, Some(contact)) => {
            reach::contact_under(conn, viewer, Right::ContactsCorrect, contact).await?;
        }
        (None, None) => return Err(ClientError::NotFound),
    }
    Ok(())
}

/// The trace stands at the card or the person that changes.
async fn traced(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    action: &str,
    (id, asked): (ChangeRequestId, &Asked),
    before: Option<serde_json::Value>,
    mut after: serde_json::Value,
) -> sqlx::Result<()> {
    after["request_id"] = json!(id);
    let (subject_kind, subject_id) = match (asked.field.is_of_contact(), asked.contact_id, asked.client_id) {
        (true, Some(contact), _) => ("contact", contact.0),
        (_, _, Some(client)) => ("client", client.0),
        _ => (SUBJECT, id.0),
    };
    let change = Change { action, subject_kind, subject_id, before, after: Some(after) };
    trace::record(conn, viewer, now, change).await
}

async fn tell(
    conn: &mut PgConnection,
    request: ChangeRequestId,
    author: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changes = Changes { requests: vec![RequestChange { request, author }], ..Changes::default() };
    feed::tell(conn, &changes, now).await
}
