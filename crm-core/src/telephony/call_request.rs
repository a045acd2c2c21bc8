//! Calls started from here: one press, one question to the provider, and what came of it.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::PhoneNumber;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::extension::store as extensions;
use crate::{
    AccountId, CallRequestId, InteractionId, UserId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::ClientError,
};

/// A question that has had no answer for so long never gets one: its copy of the program has died.
const ANSWER_WITHIN: TimeDelta = TimeDelta::seconds(90);
/// How long after a request whose answer was lost its call may come.
pub(crate) const CALL_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum CallRequestState {
    /// The provider is being asked.
    Asking,
    /// The provider rings the employee first.
    Accepted,
    /// No phone rang; `reason` says why.
    Refused,
    /// The provider's answer was lost: phones may have rung. Nothing is asked again by itself.
    Unknown,
}

/// A call started from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CallRequest {
    /// Made by whoever pressed.
    pub id: CallRequestId,
    /// By which account.
    pub account_id: AccountId,
    /// Who is rung first.
    pub extension: String,
    /// Who is called, `+79…`.
    pub number: String,
    /// What came of it.
    pub state: CallRequestState,
    /// Why it was refused, or what is not known: a Russian sentence.
    pub reason: Option<String>,
    /// When it was pressed.
    pub requested_at: DateTime<Utc>,
    /// The call, as soon as its first event has come.
    pub interaction_id: Option<InteractionId>,
}

/// A press.
#[derive(Clone, Debug)]
pub struct NewCallRequest {
    /// Made by whoever pressed; the same press is the same id.
    pub id: CallRequestId,
    /// By which account; where none is named, the first at which the viewer sits.
    pub account: Option<AccountId>,
    /// Whom to call.
    pub to: PhoneNumber,
}

/// What the provider said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It rings; its id of the request, where it gave one.
    Accepted(Option<String>),
    /// It does not ring.
    Refused(String),
    /// Nobody knows.
    Unknown,
}

/// Stores a press. Returns it, and whether it is new: only then is the provider to be asked, once, after the commit.
pub async fn press(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewCallRequest,
    now: DateTime<Utc>,
) -> Result<(CallRequest, bool), ClientError> {
    viewer.require(Right::ClientsRead)?;
    if let Some(known) = store::find(conn, new.id).await? {
        return Ok((own(conn, viewer, known, now).await?, false));
    }
    let (account, extension) =
        extensions::of_user(conn, viewer.user_id, new.account).await?.ok_or(ClientError::NotNow(
            "За вами не закреплён добавочный номер. Администратор закрепит его на странице канала телефонии: «Настройки», «Каналы», «Кто за каким добавочным».",
        ))?;
    let fresh = store::insert(conn, new.id, viewer.user_id, account, &extension, new.to.e164(), now).await?;
    if fresh {
        let subject = Subject::new("call_request", &new.id);
        let after = json!({ "account_id": account, "extension": extension });
        audit::record(conn, &Actor::User(viewer), "call.request", subject, None, Some(after), now).await?;
    }
    let stored = store::find(conn, new.id).await?.ok_or(ClientError::NotFound)?;
    Ok((own(conn, viewer, stored, now).await?, fresh))
}

/// Keeps what the provider said. The first answer stays.
pub async fn answered_unscoped(
    conn: &mut PgConnection,
    id: CallRequestId,
    answer: &Answer,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (state, reason, external_id) = match answer {
        Answer::Accepted(external_id) => (CallRequestState::Accepted, None, external_id.as_deref()),
        Answer::Refused(reason) => (CallRequestState::Refused, Some(reason.as_str()), None),
        Answer::Unknown => (CallRequestState::Unknown, None, None),
    };
    store::answer(conn, id, state, reason, external_id, now).await
}

/// A request of the viewer's own, with its call where that has come.
pub async fn read(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: CallRequestId,
    now: DateTime<Utc>,
) -> Result<CallRequest, ClientError> {
    let stored = store::find(conn, id).await?.ok_or(ClientError::NotFound)?;
    own(conn, viewer, stored, now).await
}

/// A request as it is stored.
#[derive(Clone, Debug)]
struct Stored {
    id: CallRequestId,
    user_id: UserId,
    account_id: AccountId,
    extension: String,
    number: String,
    state: CallRequestState,
    reason: Option<String>,
    external_id: Option<String>,
    requested_at: DateTime<Utc>,
}

/// Somebody else's request is as if it did not exist.
async fn own(
    conn: &mut PgConnection,
    viewer: &Viewer,
    stored: Stored,
    now: DateTime<Utc>,
) -> Result<CallRequest, ClientError> {
    if stored.user_id != viewer.user_id {
        return Err(ClientError::NotFound);
    }
    let state = match stored.state {
        CallRequestState::Asking if now - stored.requested_at > ANSWER_WITHIN => CallRequestState::Unknown,
        state => state,
    };
    let interaction_id = match (&stored.external_id, state) {
        (Some(external_id), _) => store::call_of(conn, stored.account_id, external_id).await?,
        (None, CallRequestState::Refused) => None,
        (None, _) => store::fitting_call(conn, &stored).await?,
    };
    let reason = match state {
        CallRequestState::Unknown if interaction_id.is_none() => Some(
            "Ответ телефонии не получен: звонок мог начаться. Сам он повторён не будет: посмотрите на телефон и, если \
             звонка нет, позвоните ещё раз."
                .to_owned(),
        ),
        _ => stored.reason,
    };
    Ok(CallRequest {
        id: stored.id,
        account_id: stored.account_id,
        extension: stored.extension,
        number: stored.number,
        state: if interaction_id.is_some() { CallRequestState::Accepted } else { state },
        reason,
        requested_at: stored.requested_at,
        interaction_id,
    })
}
