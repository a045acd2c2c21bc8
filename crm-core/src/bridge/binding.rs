//! Which employee is which person in the messenger. He shows it there by a code that the product gave him.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{BridgeSender, ExternalId};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    AccountId, UserId,
    access::{
        self, Forbidden, Right, Token, Viewer,
        audit::{self, Actor, Subject},
        token,
    },
};

/// A code is carried from one screen to another at once.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Longer than a provider goes on repeating, and than a raw event waits to be read again.
const HEARD_FOR: TimeDelta = TimeDelta::days(90);

/// A stranger is answered so seldom that nobody makes the bot talk.
const STRANGER_ANSWERED_EVERY: TimeDelta = TimeDelta::days(1);

/// Why a binding is not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum BindingError {
    /// A right is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database failed.
    #[error("the binding could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// The viewer's person in the messenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = BridgeBinding)]
pub struct Binding {
    /// As he calls himself there.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Since when.
    pub bound_at: DateTime<Utc>,
}

/// What to send to the bot.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BridgeCode)]
pub struct BindingCode {
    /// Shown once.
    pub code: String,
    /// Good until then.
    pub expires_at: DateTime<Utc>,
}

/// The viewer's own binding.
pub async fn own(conn: &mut PgConnection, viewer: &Viewer) -> Result<Option<Binding>, BindingError> {
    viewer.require(Right::BridgeUse)?;
    Ok(store::of_user(conn, viewer.user_id).await?)
}

/// A new code for the viewer; his former one dies, his binding stays until the code is used. Wants a transaction.
pub async fn issue_code(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<BindingCode, BindingError> {
    viewer.require(Right::BridgeUse)?;
    let token = Token::code();
    let expires_at = now + LIFETIME;
    store::put_code(conn, viewer.user_id, &token.hash(), expires_at).await?;
    let subject = Subject::new("user", &viewer.user_id);
    audit::record(conn, &Actor::User(viewer), "bridge.code", subject, None, None, now).await?;
    Ok(BindingCode { code: token.into_text(), expires_at })
}

/// Ends the viewer's binding: from now on the bot does not hear him. Wants a transaction; repeats safely.
pub async fn unbind(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), BindingError> {
    viewer.require(Right::BridgeUse)?;
    store::drop_code(conn, viewer.user_id).await?;
    if let Some(former) = store::delete(conn, viewer.user_id).await? {
        let subject = Subject::new("user", &viewer.user_id);
        let before = Some(json!({ "address": former }));
        audit::record(conn, &Actor::User(viewer), "bridge.unbind", subject, before, None, now).await?;
    }
    Ok(())
}

/// The employee whom the messenger's person is bound to, with his rights of this moment; nobody when he has left or may
/// not use the bridge any more.
pub(super) async fn viewer(
    conn: &mut PgConnection,
    account: AccountId,
    sender: &BridgeSender,
) -> sqlx::Result<Option<Viewer>> {
    let Some(user) = store::user(conn, account, &sender.address.key()).await? else { return Ok(None) };
    let viewer = access::viewer_unscoped(conn, user).await?;
    Ok(viewer.filter(|viewer| viewer.scope(Right::BridgeUse).is_some()))
}

/// Where somebody used a code.
pub(super) struct Arrival<'a> {
    pub account: AccountId,
    pub sender: &'a BridgeSender,
    /// His own chat with the bot.
    pub chat: &'a str,
}

/// Uses a code up and binds whoever sent it; `None` for a code that is unknown, used or too old. Both a former person of
/// the employee and a former employee of the person are bound no longer.
pub(super) async fn bind(
    conn: &mut PgConnection,
    arrival: &Arrival<'_>,
    code: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Viewer>> {
    let Some(user) = store::use_code(conn, &token::hash(code), now).await? else { return Ok(None) };
    let viewer = access::viewer_unscoped(conn, user).await?;
    let Some(viewer) = viewer.filter(|viewer| viewer.scope(Right::BridgeUse).is_some()) else {
        return Ok(None);
    };
    let address = arrival.sender.address.key();
    let former = store::put(conn, arrival, user, &address, now).await?;
    let actor = Actor::Arriving { user_id: user, name: &viewer.name, remote: None };
    let after = json!({ "address": address, "name": arrival.sender.name });
    let before = former.map(|former| json!({ "address": former }));
    audit::record(conn, &actor, "bridge.bind", Subject::new("user", &user), before, Some(after), now).await?;
    Ok(Some(viewer))
}

/// Notes down that somebody whom nobody knows wrote to the bot; whether he is to be answered.
pub(super) async fn refused(
    conn: &mut PgConnection,
    account: AccountId,
    sender: &BridgeSender,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let address = sender.address.key();
    if !store::stranger(conn, account, &address, now, now - STRANGER_ANSWERED_EVERY).await? {
        return Ok(false);
    }
    let subject = Subject::new("bridge_stranger", &address);
    let after = Some(json!({ "name": sender.name }));
    audit::record(
        conn,
        &Actor::System("мост: незнакомый человек"),
        "bridge.refuse",
        subject,
        None,
        after,
        now,
    )
    .await?;
    Ok(true)
}

/// Says something to everybody who is bound, in his own chat with the bot. Wants a transaction.
pub(super) async fn tell_all(
    conn: &mut PgConnection,
    account: AccountId,
    words: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for chat in store::chats(conn, account).await? {
        super::arrive::say(conn, account, &ExternalId::new(chat), words, None, now).await?;
    }
    Ok(())
}

/// The numbers of those who are bound.
pub(super) async fn bound(conn: &mut PgConnection) -> sqlx::Result<Vec<UserId>> {
    store::users(conn).await
}

/// Drops codes whose term is over, and questions and what was heard so long ago that no provider repeats it. Returns how many.
pub async fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let codes = store::drop_expired(conn, now).await?;
    let questions = super::ask::forget_before(conn, now - HEARD_FOR).await?;
    Ok(codes + questions + super::buttons::forget_before(conn, now - HEARD_FOR).await?)
}
