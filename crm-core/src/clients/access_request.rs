//! «Запросить доступ»: whoever meets a foreign client asks those who may open it. The answer is a
//! [decision](crate::decisions): in the product, or on a button in the messenger.

mod store;
mod view;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

pub use view::{AccessRequest, AccessState, get, list, own, waiting};

use super::{
    ClientError, ClientStub,
    error::Result,
    loan::{self, NewLoan},
    reach, stub,
    text::words,
};
use crate::{
    AccessRequestId, ClientId, UserId,
    access::{
        Forbidden, Right, Viewer,
        audit::{self, Actor, Subject},
    },
    decisions::{self, DecisionOption, Effect, NewDecision},
    timeline::feed::{self, Changes, LoanChange},
};

/// The word by which decisions name a request.
pub const SUBJECT: &str = "access_request";

/// The answer that opens nothing, with a reason for the author.
pub const REFUSE: &str = "refuse";

/// The answers that open the client: word, label, what it is once chosen, and for how long.
const TERMS: [(&str, &str, &str, Option<TimeDelta>); 3] = [
    ("day", "На сутки", "Доступ открыт на сутки", Some(TimeDelta::days(1))),
    ("week", "На 7 дней", "Доступ открыт на 7 дней", Some(TimeDelta::days(7))),
    ("forever", "Без срока", "Доступ открыт без срока", None),
];

/// A client to ask for: by its id, or as its stub names it.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccessRequest {
    /// The card, where its address is known.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// Else the name on the stub …
    #[serde(default)]
    pub name: Option<String>,
    /// … and the ИНН; where it shows none …
    #[serde(default)]
    pub inn: Option<String>,
    /// … the responsible whom it shows.
    #[serde(default)]
    pub responsible: Option<String>,
    /// Why, for whoever decides.
    pub reason: String,
}

/// Asks for a client. The same again while it is open is the same request. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewAccessRequest,
    now: DateTime<Utc>,
) -> Result<AccessRequestId> {
    viewer.require(Right::ClientsRead)?;
    let client = wanted(conn, viewer, &new).await?;
    let reason = words(Some(new.reason))
        .ok_or(ClientError::Invalid {
            field: "reason", reason: "Напишите, зачем нужен доступ."
        })?;
    let id = AccessRequestId::at(now);
    if !store::insert(conn, id, client, viewer.user_id, &reason, now).await? {
        return store::open_of(conn, viewer.user_id, client).await?.ok_or(ClientError::NotFound);
    }
    let text = view::question(conn, id).await?;
    let mut options: Vec<_> =
        TERMS.iter().map(|(word, label, done, _)| option(word, label, done, false)).collect();
    options.push(option(REFUSE, "Отказать", "Отказано", true));
    let decision = NewDecision {
        subject_kind: SUBJECT,
        subject_id: id.0,
        right: Right::ClientsLend,
        text: &text,
        options: &options,
    };
    decisions::ask(conn, &decision, now).await?;
    let trace = Trace { id, client, author: viewer.user_id };
    trace.left(conn, viewer, "access_request.create", json!({ "reason": reason }), now).await?;
    Ok(id)
}

fn option(word: &str, label: &str, done: &str, asks: bool) -> DecisionOption {
    DecisionOption { word: word.to_owned(), label: label.to_owned(), done: done.to_owned(), asks }
}

/// The root of what is asked for, which the viewer must not see yet.
async fn wanted(conn: &mut PgConnection, viewer: &Viewer, new: &NewAccessRequest) -> Result<ClientId> {
    let known = match (new.client_id, &new.inn, &new.name) {
        (Some(id), _, _) => vec![reach::store::root(conn, id).await?.ok_or(ClientError::NotFound)?],
        (None, Some(inn), Some(name)) => {
            let found = store::by_inn(conn, inn).await?;
            let named =
                |client: &store::Named| ClientStub::new(client.name.clone(), None, None).name == *name;
            found.into_iter().filter(named).map(|client| client.root).collect()
        }
        // A number that stands for a name is not shown, so nobody is asked for by it.
        (None, None, Some(name)) if !stub::is_number(name) => {
            store::by_name(conn, name, new.responsible.as_deref()).await?
        }
        _ => {
            return Err(ClientError::Invalid {
                field: "client_id", reason: "Укажите клиента."
            });
        }
    };
    let scope = viewer.readable_clients();
    let mut foreign = known.iter().filter(|root| !scope.covers(root.id, root.responsible_id));
    match foreign.next() {
        // By an ИНН the first of several cards stands for all; of namesakes nobody knows which is meant.
        Some(_) if new.client_id.is_none() && new.inn.is_none() && foreign.next().is_some() => Err(
            ClientError::NotNow("Таких клиентов несколько: спросите ответственного, который из них нужен."),
        ),
        Some(root) => Ok(root.id),
        None if known.is_empty() => Err(ClientError::NotFound),
        None => Err(ClientError::NotNow("Этот клиент вам уже открыт.")),
    }
}

/// Takes one's own open request back. Wants a transaction; repeats safely.
pub async fn withdraw(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AccessRequestId,
    now: DateTime<Utc>,
) -> Result<()> {
    decisions::lock(conn, SUBJECT, id.0).await?;
    let row = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    if row.author_id != viewer.user_id {
        return Err(ClientError::NotFound);
    }
    match row.state {
        AccessState::Withdrawn => return Ok(()),
        AccessState::Open => {}
        _ => return Err(ClientError::NotNow("По запросу уже решено.")),
    }
    store::withdraw(conn, id).await?;
    decisions::withdraw(conn, SUBJECT, id.0, now).await?;
    let trace = Trace { id, client: row.client_id, author: row.author_id };
    Ok(trace.left(conn, viewer, "access_request.withdraw", json!({}), now).await?)
}

/// What an answer does. Of a card that was joined into another meanwhile the question is put anew, for more is asked then.
pub(crate) async fn decided(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: Uuid,
    word: &str,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Effect> {
    let id = AccessRequestId(id);
    let row = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    // No transfer slips in between; behind the lock the card may have been joined into another.
    let asked = reach::store::root(conn, row.client_id).await?.ok_or(ClientError::NotFound)?;
    reach::store::lock_client(conn, asked.id).await?;
    let root = reach::store::root(conn, row.client_id).await?.ok_or(ClientError::NotFound)?;
    if !viewer.clients_under(Right::ClientsLend).covers(root.id, root.responsible_id) {
        return Err(Forbidden(Right::ClientsLend).into());
    }
    let term = TERMS.iter().find(|term| term.0 == word);
    let has_it = root.responsible_id.is_none_or(|responsible| responsible == row.author_id);
    if term.is_some() && (has_it || row.author_id == viewer.user_id) {
        return Err(ClientError::NotNow(
            "Клиент уже у автора запроса: открывать нечего, запрос можно отклонить.",
        ));
    }
    if root.id != row.client_id && term.is_some() {
        if store::open_of(conn, row.author_id, root.id).await?.is_some() {
            return Err(ClientError::NotNow(
                "Карточка объединена с другой, о которой автор уже просит: решите тот запрос, этот отклоните.",
            ));
        }
        store::ask_for(conn, id, root.id).await?;
        return Ok(Effect::Outdated(view::question(conn, id).await?));
    }
    let state = if term.is_some() { AccessState::Granted } else { AccessState::Refused };
    store::decide(conn, id, state, viewer.user_id, comment, now).await?;
    if let Some((_, _, _, length)) = term {
        let ends_at = length.map(|length| now + length);
        let new = NewLoan { client: root.id, user: row.author_id, request: id, ends_at };
        loan::lend(conn, viewer, &new, now).await?;
    }
    let trace = Trace { id, client: row.client_id, author: row.author_id };
    let after = json!({ "answer": word, "comment": comment });
    trace.left(conn, viewer, "access_request.decide", after, now).await?;
    Ok(Effect::Done)
}

/// What a change of a request leaves behind: a row in the audit log and a word to open screens.
struct Trace {
    id: AccessRequestId,
    client: ClientId,
    author: UserId,
}

impl Trace {
    async fn left(
        &self,
        conn: &mut PgConnection,
        viewer: &Viewer,
        action: &str,
        mut after: Value,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        after["request_id"] = json!(self.id);
        after["author_id"] = json!(self.author);
        let subject = Subject::new("client", &self.client);
        audit::record(conn, &Actor::User(viewer), action, subject, None, Some(after), now).await?;
        let loans = vec![LoanChange { client: self.client, user: self.author, request: Some(self.id) }];
        feed::tell(conn, &Changes { loans, ..Changes::default() }, now).await
    }
}
