//! A client in other hands for a time (S1.24): at the named moment it goes back to whom it came from by itself, unless
//! something happened to it meanwhile.

pub(super) mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{
    ClientError,
    client::{self, Person, Transfer},
    error::Result,
    reach::{self, Root},
    trace::{self, Change},
};
use crate::{
    ClientId, HandoverId, UserId,
    access::{Right, Viewer, audit::Actor},
};

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Outcome {
    /// The client went back.
    Returned,
    /// Somebody left it where it was, for good.
    Kept,
    /// Meanwhile it was given to somebody else.
    Moved,
    /// Meanwhile its card was joined into another.
    Joined,
    /// He to whom it was to go back is no employee any more.
    Disabled,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Kept => "kept",
            Self::Moved => "moved",
            Self::Joined => "joined",
            Self::Disabled => "disabled",
        }
    }
}

/// A client given for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Handover {
    /// To change it.
    pub id: HandoverId,
    /// The root card, as it is called now.
    pub client_id: ClientId,
    /// Its name.
    pub client_name: String,
    /// To whom it goes back.
    pub from: Person,
    /// Who has it meanwhile.
    pub to: Person,
    /// Why.
    pub reason: String,
    /// By whom.
    pub given_by: Person,
    /// When.
    pub given_at: DateTime<Utc>,
    /// When it goes back.
    pub ends_at: DateTime<Utc>,
    /// When it ended; none while it lasts.
    #[schema(required = true)]
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    #[schema(required = true)]
    pub outcome: Option<Outcome>,
    /// The viewer may end or prolong it.
    pub may_change: bool,
}

/// For how long a client that did not go back is told of, in days.
const TOLD_DAYS: i64 = 30;

/// What a card says: where the client goes next, or, to those who hand clients over, why it did not.
pub(super) async fn of_card(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    responsible: Option<UserId>,
) -> sqlx::Result<Option<Handover>> {
    let may_change = viewer.clients_under(Right::ClientsTransfer).covers(client, responsible);
    let last = store::last(conn, client).await?;
    Ok(last
        .filter(|one| match one.outcome {
            // What a join changed under it is found when its time comes.
            None => responsible == Some(one.to.id),
            Some(Outcome::Joined | Outcome::Disabled) => may_change && responsible == Some(one.to.id),
            Some(Outcome::Returned | Outcome::Kept | Outcome::Moved) => false,
        })
        .map(|one| Handover { may_change, ..one }))
}

/// Clients in other hands, the next to go back first, and behind them those that did not go back of late. For those who
/// hand clients over; at most 500.
pub async fn list(conn: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>) -> Result<Vec<Handover>> {
    viewer.require(Right::ClientsTransfer)?;
    let scope = viewer.clients_under(Right::ClientsTransfer);
    let since = now - TimeDelta::days(TOLD_DAYS);
    let all = store::list(conn, scope.sees_all(), viewer.user_id, since).await?;
    Ok(all.into_iter().map(|one| Handover { may_change: one.outcome.is_none(), ..one }).collect())
}

/// What a transfer of these clients would put an end to, the next to go back first: handovers that last, of root cards that
/// the viewer hands over.
pub async fn lasting(
    conn: &mut PgConnection,
    viewer: &Viewer,
    clients: &[ClientId],
) -> Result<Vec<Handover>> {
    viewer.require(Right::ClientsTransfer)?;
    let scope = viewer.clients_under(Right::ClientsTransfer);
    let found = store::lasting(conn, scope.sees_all(), viewer.user_id, clients).await?;
    Ok(found.into_iter().map(|one| Handover { may_change: true, ..one }).collect())
}

/// Writes down that a client goes back. The card is locked.
pub(super) async fn begin(
    conn: &mut PgConnection,
    viewer: &Viewer,
    root: Root,
    transfer: &Transfer,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(until) = transfer.until else { return Ok(()) };
    let wrong = |reason| ClientError::Invalid { field: "until", reason };
    if until <= now {
        return Err(wrong("Этот день уже наступил: выберите день возврата в будущем."));
    }
    let to = transfer.to.ok_or_else(|| wrong("В общую базу передают без срока."))?;
    let from =
        root.responsible_id.ok_or(ClientError::NotNow("Возвращать некому: у клиента нет ответственного."))?;
    let new = store::NewHandover { client: root.id, from, to, reason: transfer.reason.trim(), until };
    Ok(store::insert(conn, HandoverId::at(now), &new, viewer.user_id, now).await?)
}

/// Ends what lasts, because the client goes to somebody else. The card is locked.
pub(super) async fn supersede(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(open) = store::open_of(conn, client).await? else { return Ok(()) };
    end(conn, &Actor::User(viewer), &open, Outcome::Moved, now).await
}

/// Gives the client another day to go back. Wants a transaction.
pub async fn prolong(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: HandoverId,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let (_, open) = open_under(conn, viewer, id).await?;
    put_off(conn, viewer, &open, until, now).await
}

/// The client is given to whoever has it already: for good, where that was for a time, or until another day. The card is
/// locked.
pub(super) async fn stays(
    conn: &mut PgConnection,
    viewer: &Viewer,
    root: Root,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = store::open_of(conn, root.id).await?.filter(|open| root.responsible_id == Some(open.to_id));
    match (open, until) {
        (Some(open), None) => end(conn, &Actor::User(viewer), &open, Outcome::Kept, now).await,
        (Some(open), Some(until)) => put_off(conn, viewer, &open, until, now).await,
        (None, None) => Ok(()),
        (None, Some(_)) => Err(ClientError::NotNow("Клиент уже у этого сотрудника, и насовсем.")),
    }
}

async fn put_off(
    conn: &mut PgConnection,
    viewer: &Viewer,
    open: &store::Open,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    if until <= now {
        return Err(ClientError::Invalid {
            field: "until",
            reason: "Этот день уже наступил: чтобы вернуть клиента сейчас, нажмите «Вернуть сейчас».",
        });
    }
    store::set_end(conn, open.id, until).await?;
    let change = Change {
        action: "client.handover_prolong",
        subject_kind: "client",
        subject_id: open.client_id.0,
        before: Some(json!({ "until": open.ends_at })),
        after: Some(json!({ "until": until, "back_to": open.from_id })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

/// Gives the client back before its time. Wants a transaction.
pub async fn give_back(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: HandoverId,
    now: DateTime<Utc>,
) -> Result<()> {
    let (root, open) = open_under(conn, viewer, id).await?;
    match obstacle(conn, root, &open).await? {
        None => returned(conn, &Actor::User(viewer), &open, now).await,
        Some(Outcome::Disabled) => {
            Err(ClientError::NotNow("Возвращать некому: прежний ответственный отключён."))
        }
        Some(_) => Err(ClientError::NotNow("Клиент за это время перешёл в другие руки.")),
    }
}

/// Leaves the client where it is, for good. Wants a transaction.
pub async fn keep(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: HandoverId,
    now: DateTime<Utc>,
) -> Result<()> {
    let (_, open) = open_under(conn, viewer, id).await?;
    end(conn, &Actor::User(viewer), &open, Outcome::Kept, now).await
}

/// One that lasts, of a card that the viewer may hand over; locked.
async fn open_under(conn: &mut PgConnection, viewer: &Viewer, id: HandoverId) -> Result<(Root, store::Open)> {
    viewer.require(Right::ClientsTransfer)?;
    let client = store::client(conn, id).await?.ok_or(ClientError::NotFound)?;
    let root = reach::client_under(conn, viewer, Right::ClientsTransfer, client).await?;
    let open = store::open(conn, id).await?;
    let open = open.ok_or(ClientError::NotNow("Временная передача уже закончилась."))?;
    Ok((root, open))
}

/// What is due, the longest due first, and when the next one is.
pub async fn due_unscoped(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<(Vec<HandoverId>, Option<DateTime<Utc>>)> {
    Ok((store::due(conn, now).await?, store::next_end(conn, now).await?))
}

/// Ends one that is due: gives the client back, unless something happened to it meanwhile, and says which it was. Wants a
/// transaction of its own; repeats safely.
pub async fn end_due_unscoped(
    conn: &mut PgConnection,
    id: HandoverId,
    now: DateTime<Utc>,
) -> Result<Option<Outcome>> {
    let Some(client) = store::client(conn, id).await? else { return Ok(None) };
    let root = reach::store::root(conn, client).await?.ok_or(ClientError::NotFound)?;
    reach::store::lock_client(conn, root.id).await?;
    let root = reach::store::root(conn, client).await?.ok_or(ClientError::NotFound)?;
    let Some(open) = store::open(conn, id).await?.filter(|open| open.ends_at <= now) else {
        return Ok(None);
    };
    let actor = Actor::System("День возврата");
    let obstacle = obstacle(conn, root, &open).await?;
    match obstacle {
        None => returned(conn, &actor, &open, now).await?,
        Some(outcome) => end(conn, &actor, &open, outcome, now).await?,
    }
    Ok(Some(obstacle.unwrap_or(Outcome::Returned)))
}

/// What happened meanwhile, so that the client does not go back.
async fn obstacle(conn: &mut PgConnection, root: Root, open: &store::Open) -> sqlx::Result<Option<Outcome>> {
    Ok(if root.id != open.client_id {
        Some(Outcome::Joined)
    } else if root.responsible_id != Some(open.to_id) {
        Some(Outcome::Moved)
    } else if client::store::active_user(conn, open.from_id).await?.is_none() {
        Some(Outcome::Disabled)
    } else {
        None
    })
}

async fn returned(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    open: &store::Open,
    now: DateTime<Utc>,
) -> Result<()> {
    let hands = (Some(open.to_id), Some(open.from_id));
    client::change_hands(conn, actor, open.client_id, hands, now).await?;
    end(conn, actor, open, Outcome::Returned, now).await
}

async fn end(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    open: &store::Open,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<()> {
    store::end(conn, open.id, outcome, actor.user_id(), now).await?;
    let change = Change {
        action: match outcome {
            Outcome::Returned => "client.give_back",
            Outcome::Kept => "client.handover_keep",
            Outcome::Moved | Outcome::Joined | Outcome::Disabled => "client.not_given_back",
        },
        subject_kind: "client",
        subject_id: open.client_id.0,
        before: Some(json!({ "responsible_id": open.to_id, "until": open.ends_at })),
        after: Some(json!({ "back_to": open.from_id, "outcome": outcome, "reason": open.reason })),
    };
    Ok(trace::record_by(conn, actor, now, change).await?)
}
