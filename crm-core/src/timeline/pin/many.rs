//! «И следующие нераспределённые»: many rows pinned with one press.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{Result, company, entry, of_contact, store};
use crate::{
    ClientId, InteractionId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::reach,
    timeline::{
        entry::TimelineEntry,
        feed::{self, Changes},
    },
};

/// One press pins no more rows than this: each of them is told to open screens.
const MOST: i64 = 500;

/// What a press on one row has pinned.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Following {
    /// The row as it is now.
    pub entry: TimelineEntry,
    /// How many rows were pinned, this one among them.
    pub pinned: usize,
    /// There may be more of them behind: another press goes on.
    pub has_more: bool,
}

/// Pins a row and what the same person said or did later, as far as nobody has said of which company it is. Again pins what
/// has come since. Wants a transaction.
pub async fn pin_following(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: InteractionId,
    client: ClientId,
) -> Result<Following> {
    viewer.require(Right::ClientsWrite)?;
    let row = entry(conn, viewer, id).await?;
    let contact = of_contact(conn, viewer, &row).await?;
    let root = company(conn, viewer, contact, client).await?;
    let contacts = reach::store::contact_family(conn, contact).await?;
    let pinned = store::set_following(conn, &contacts, row.cursor(), root, now, MOST).await?;
    if !pinned.is_empty() {
        let after = json!({ "client_id": root, "interactions": pinned });
        let subject = Subject::new("interaction", &id);
        audit::record(
            conn,
            &Actor::User(viewer),
            "interaction.pin_following",
            subject,
            None,
            Some(after),
            now,
        )
        .await?;
        let changes = Changes { interactions: pinned.clone(), contacts: vec![contact], ..Changes::default() };
        feed::tell(conn, &changes, now).await?;
    }
    let has_more = i64::try_from(pinned.len()).is_ok_and(|rows| rows == MOST);
    Ok(Following { entry: entry(conn, viewer, id).await?, pinned: pinned.len(), has_more })
}
