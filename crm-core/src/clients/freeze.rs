//! The freeze of contact data after creation (S0.1): one switch for the company (X7).

mod store;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::error::Result;
use crate::access::{
    Forbidden, Right, Scope, Viewer,
    audit::{self, Actor, Subject},
};

/// Whether contact data are frozen after creation.
pub async fn is_on(conn: &mut PgConnection) -> sqlx::Result<bool> {
    store::is_on(conn).await
}

/// Switches the freeze on or off. Wants a transaction; repeats safely.
pub async fn set(conn: &mut PgConnection, viewer: &Viewer, on: bool, now: DateTime<Utc>) -> Result<()> {
    // It is the whole company's: nothing for those who correct some clients only.
    if viewer.require(Right::ContactsCorrect)? != Scope::All {
        return Err(Forbidden(Right::ContactsCorrect).into());
    }
    if !store::set(conn, on).await? {
        return Ok(());
    }
    let subject = Subject::new("contact_freeze", "company");
    let (before, after) = (json!({ "enabled": !on }), json!({ "enabled": on }));
    audit::record(conn, &Actor::User(viewer), "contacts.freeze", subject, Some(before), Some(after), now)
        .await?;
    Ok(())
}

/// Lets those change frozen data who may correct them, and everybody while nothing is frozen.
pub(super) async fn pass(conn: &mut PgConnection, viewer: &Viewer) -> Result<()> {
    if viewer.scope(Right::ContactsCorrect).is_none() && store::is_on(conn).await? {
        viewer.require(Right::ContactsCorrect)?;
    }
    Ok(())
}
