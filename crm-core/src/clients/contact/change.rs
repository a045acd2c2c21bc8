//! New contacts and edited ones.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{Contact, ContactEdit, NewContact, read, store};
use crate::{
    ClientId, ContactId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        error::Result,
        freeze, identity, reach,
        text::words,
        trace::{self, Change},
    },
};

const NO_NAME: ClientError =
    ClientError::Invalid { field: "name", reason: "Имя не может быть пустым." };

/// Creates a contact with its addresses; all of them or nothing. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    new: NewContact,
) -> Result<Contact> {
    let name = words(Some(new.name)).ok_or(NO_NAME)?;
    let client = reach::client_under(conn, viewer, Right::ClientsWrite, new.client_id).await?;
    let id = ContactId::at(now);
    let post = words(new.post);
    store::insert(conn, id, &name, now).await?;
    store::link(conn, id, client.id, post.as_deref(), now).await?;
    let after = json!({ "name": name, "client_id": client.id, "post": post });
    traced(conn, viewer, now, "contact.create", id, None, after).await?;
    for new in &new.addresses {
        let address = new.parse()?;
        identity::give(conn, viewer, now, id, new, &address).await?;
    }
    read(conn, viewer, id).await
}

/// Changes the name or a post. A name that a person chose is frozen but for those who correct contacts (S0.1); the name
/// that an event brought may be replaced once. Wants a transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ContactId,
    edit: ContactEdit,
) -> Result<Contact> {
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, id).await?;
    if let Some(name) = edit.name {
        let name = words(Some(name)).ok_or(NO_NAME)?;
        let before = store::name(conn, root).await?;
        if before.name_is_chosen && before.name != name {
            freeze::pass(conn, viewer).await?;
        }
        if before.name != name || !before.name_is_chosen {
            store::rename(conn, root, &name, now).await?;
            let (before, after) = (json!({ "name": before.name }), json!({ "name": name }));
            traced(conn, viewer, now, "contact.rename", root, Some(before), after).await?;
        }
    }
    if let Some(post) = edit.post {
        let client = edit.client_id.ok_or(ClientError::Invalid {
            field: "client_id",
            reason: "Укажите компанию, в которой меняется должность.",
        })?;
        let client = reach::client_under(conn, viewer, Right::ClientsWrite, client).await?;
        let post = words(post);
        let before =
            store::set_post(conn, root, client.id, post.as_deref()).await?.ok_or(ClientError::NotFound)?;
        let before = json!({ "client_id": client.id, "post": before.post });
        let after = json!({ "client_id": client.id, "post": post });
        traced(conn, viewer, now, "contact.edit_post", root, Some(before), after).await?;
    }
    read(conn, viewer, root).await
}

/// Lets a contact speak for one more company (S3.16). Wants a transaction.
pub async fn link(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    contact: ContactId,
    client: ClientId,
    post: Option<String>,
) -> Result<Contact> {
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    let client = reach::client_under(conn, viewer, Right::ClientsWrite, client).await?;
    // A loan ends, and a company that stays would keep its people open.
    if !viewer.lent.contains(&client.id)
        && !reach::owns_contact(conn, viewer, Right::ClientsWrite, root).await?
    {
        return Err(ClientError::NotNow(
            "Клиент открыт вам на время: его людей с другими компаниями связывает ответственный.",
        ));
    }
    let post = words(post);
    if store::link(conn, root, client.id, post.as_deref(), now).await? {
        let after = json!({ "client_id": client.id, "post": post });
        traced(conn, viewer, now, "contact.link", root, None, after).await?;
    }
    read(conn, viewer, root).await
}

async fn traced(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    action: &str,
    contact: ContactId,
    before: Option<Value>,
    after: Value,
) -> sqlx::Result<()> {
    let change =
        Change { action, subject_kind: "contact", subject_id: contact.0, before, after: Some(after) };
    trace::record(conn, viewer, now, change).await
}
