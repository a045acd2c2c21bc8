//! Contracts with a client, and what we hold of each on paper (S0.13).

pub(super) mod store;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    ClientError,
    client::{ContractMark, present},
    error::Result,
    freeze,
    reach::{self, Root},
    text::words,
    trace::{self, Change},
};
use crate::{
    ClientId, ContractId,
    access::{Right, Viewer},
};

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contract {
    /// To change it.
    pub id: ContractId,
    /// As printed on it.
    #[schema(required = true)]
    pub number: Option<String>,
    /// The date printed on it.
    #[schema(required = true)]
    pub signed_on: Option<NaiveDate>,
    /// What we hold; none is flagged on the screen.
    #[schema(required = true)]
    pub mark: Option<ContractMark>,
    /// Words of ours about it.
    #[schema(required = true)]
    pub note: Option<String>,
    /// To be sent back with a change.
    pub version: i32,
    /// When it was put down.
    pub created_at: DateTime<Utc>,
    /// By whom; nobody for a mark that the card had before.
    #[schema(required = true)]
    pub created_by: Option<String>,
}

/// A contract to put down. It has a number, or says what we hold.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// Made by the client; the same id again with the same content is the same contract.
    pub id: ContractId,
    /// As printed on it.
    #[serde(default)]
    pub number: Option<String>,
    /// The date printed on it.
    #[serde(default)]
    pub signed_on: Option<NaiveDate>,
    /// What we hold.
    #[serde(default)]
    pub mark: Option<ContractMark>,
    /// Words of ours about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// What to change. An absent field stays, a null one is emptied.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractEdit {
    /// The version that was read.
    pub version: i32,
    /// As printed on it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub number: Option<Option<String>>,
    /// The date printed on it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<NaiveDate>)]
    pub signed_on: Option<Option<NaiveDate>>,
    /// What we hold.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ContractMark>)]
    pub mark: Option<Option<ContractMark>>,
    /// Words of ours about it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
}

/// What a person writes of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    number: Option<String>,
    signed_on: Option<NaiveDate>,
    mark: Option<ContractMark>,
    note: Option<String>,
}

impl Terms {
    fn checked(self) -> Result<Self> {
        let terms = Self { number: words(self.number), note: words(self.note), ..self };
        if terms.number.is_none() && terms.mark.is_none() {
            return Err(ClientError::Invalid {
                field: "number",
                reason: "Напишите номер договора или отметьте, что у нас есть: оригинал, скан, разовый.",
            });
        }
        Ok(terms)
    }

    /// Number and date are requisites: given once, they are frozen like those of the card.
    fn touches_frozen(&self, after: &Self) -> bool {
        self.number.is_some() && self.number != after.number
            || self.signed_on.is_some() && self.signed_on != after.signed_on
    }
}

/// Puts a contract on a card. The same id again with the same content by the same person is the same contract; with any
/// other it is refused. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    client: ClientId,
    new: NewContract,
) -> Result<ContractId> {
    let root = reach::client_under(conn, viewer, Right::ClientsWrite, client).await?;
    let terms = Terms { number: new.number, signed_on: new.signed_on, mark: new.mark, note: new.note };
    let terms = terms.checked()?;
    if !store::insert(conn, new.id, root.id, &terms, viewer.user_id, now).await? {
        return pressed_before(conn, viewer, (root, new.id), &terms).await;
    }
    changed(conn, viewer, now, (root, new.id), ("contract.create", None, Some(json!(terms)))).await?;
    Ok(new.id)
}

/// The contract of a press that came before, however it was changed since. Other content under its id is another one.
async fn pressed_before(
    conn: &mut PgConnection,
    viewer: &Viewer,
    (root, id): (Root, ContractId),
    terms: &Terms,
) -> Result<ContractId> {
    let first = store::first_press(conn, id).await?.filter(|first| {
        let entered = first.entered.clone().and_then(|entered| serde_json::from_value::<Terms>(entered).ok());
        (first.root, first.by, entered.as_ref()) == (root.id, Some(viewer.user_id), Some(terms))
    });
    first
        .map(|_| id)
        .ok_or(ClientError::NotNow("Этот договор уже внесён, но записан иначе: посмотрите в карточке."))
}

/// Changes a contract whose version the viewer has read. Wants a transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ContractId,
    edit: ContractEdit,
) -> Result<()> {
    let (root, stored) = locked(conn, viewer, id).await?;
    if stored.withdrawn {
        return Err(ClientError::NotNow("Договор уже убран из карточки."));
    }
    if stored.version != edit.version {
        return Err(ClientError::Stale { current: stored.version });
    }
    let before = stored.terms;
    let after = Terms {
        number: edit.number.unwrap_or_else(|| before.number.clone()),
        signed_on: edit.signed_on.unwrap_or(before.signed_on),
        mark: edit.mark.unwrap_or(before.mark),
        note: edit.note.unwrap_or_else(|| before.note.clone()),
    };
    let after = after.checked()?;
    if after == before {
        return Ok(());
    }
    if before.touches_frozen(&after) {
        freeze::pass(conn, viewer).await?;
    }
    store::update(conn, id, &after, now).await?;
    changed(conn, viewer, now, (root, id), ("contract.edit", Some(json!(before)), Some(json!(after)))).await
}

/// Takes a contract off its card; one with a number or a date is frozen as these are. Wants a transaction; repeats safely.
pub async fn withdraw(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ContractId,
) -> Result<()> {
    let (root, stored) = locked(conn, viewer, id).await?;
    if stored.withdrawn {
        return Ok(());
    }
    if stored.terms.number.is_some() || stored.terms.signed_on.is_some() {
        freeze::pass(conn, viewer).await?;
    }
    store::withdraw(conn, id, viewer.user_id, now).await?;
    changed(conn, viewer, now, (root, id), ("contract.withdraw", Some(json!(stored.terms)), None)).await
}

/// Puts a withdrawn contract back. Wants a transaction; repeats safely.
pub async fn restore(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ContractId,
) -> Result<()> {
    let (root, stored) = locked(conn, viewer, id).await?;
    if !stored.withdrawn {
        return Ok(());
    }
    store::restore(conn, id, now).await?;
    changed(conn, viewer, now, (root, id), ("contract.restore", None, Some(json!(stored.terms)))).await
}

/// A contract of a card that the viewer changes, and that card; locked.
async fn locked(conn: &mut PgConnection, viewer: &Viewer, id: ContractId) -> Result<(Root, store::Stored)> {
    viewer.require(Right::ClientsWrite)?;
    let client = store::client(conn, id).await?.ok_or(ClientError::NotFound)?;
    let root = match reach::client_under(conn, viewer, Right::ClientsWrite, client).await {
        // Of a foreign client even this is not said, that it has such a contract.
        Err(ClientError::Foreign(_)) => return Err(ClientError::NotFound),
        other => other?,
    };
    Ok((root, store::read(conn, id).await?))
}

/// Settles the mark of the card and leaves the trace.
async fn changed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    (root, id): (Root, ContractId),
    (action, before, after): (&str, Option<Value>, Option<Value>),
) -> Result<()> {
    store::settle_mark(conn, root.id).await?;
    let named = |value: Option<Value>| {
        value.map(|mut value| {
            value["contract_id"] = json!(id);
            value
        })
    };
    let change = Change {
        action,
        subject_kind: "client",
        subject_id: root.id.0,
        before: named(before),
        after: named(after),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}
