//! Setting, changing, closing and handing over tasks. Whoever sees a task and its client may do all of it.

mod store;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    NOTICES,
    list::get,
    task::{NewTask, Task, TaskEdit, text_of, title_of},
};
use crate::{
    ClientId, TaskId, UserId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result, reach},
    schedule,
    timeline::{
        feed::{self, Changes, TaskChange, TaskNews},
        pin,
    },
};

/// Sets a task. The same id again with the same content by the same author is the same task; with any other it is refused.
/// Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewTask,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Task> {
    viewer.require(Right::TasksUse)?;
    let responsible = new.responsible_id.unwrap_or(viewer.user_id);
    let order = store::Order {
        responsible_id: responsible,
        kind: new.kind,
        title: title_of(new.title)?,
        text: text_of("text", new.text)?,
        due: new.due,
        client_id: new.client_id,
        interaction_id: new.interaction_id,
    };
    if let Some(task) = pressed_before(conn, viewer, new.id, &order).await? {
        return Ok(task);
    }
    order.due.ahead(zone, now)?;
    active(conn, responsible).await?;
    within_reach(conn, viewer, &order).await?;
    if !store::insert(conn, (new.id, viewer.user_id), &order, zone, now).await? {
        // The same press came twice at one moment; the other one set it.
        return pressed_before(conn, viewer, new.id, &order).await?.ok_or(ClientError::NotFound);
    }
    wake(conn, order.due.notice_at(zone, now), now).await?;
    let mut after = json!(order);
    after["responsible"] = json!(store::name(conn, responsible).await?);
    record(conn, &Actor::User(viewer), "task.create", new.id, None, Some(after), now).await?;
    let change = TaskChange {
        task: new.id,
        author: viewer.user_id,
        responsible,
        former: None,
        client: order.client_id,
        news: given_to(Some(viewer.user_id), responsible),
    };
    tell(conn, vec![change], now).await?;
    get(conn, viewer, new.id).await
}

/// The task of a press that came before, however it was changed since. Other content under its id is another task.
async fn pressed_before(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TaskId,
    order: &store::Order,
) -> Result<Option<Task>> {
    let Some((author, first)) = store::first_press(conn, id).await? else { return Ok(None) };
    let first = first.and_then(|first| serde_json::from_value::<store::Order>(first).ok());
    if author == viewer.user_id && first.as_ref() == Some(order) {
        return Ok(Some(get(conn, viewer, id).await?));
    }
    Err(ClientError::NotNow("Задача с таким номером уже есть, и она другая."))
}

/// The client of a task and the row from which it comes are the viewer's to read, and the row is one of the client's. The
/// client cannot be transferred until the transaction ends: its task would stay behind.
async fn within_reach(conn: &mut PgConnection, viewer: &Viewer, order: &store::Order) -> Result<()> {
    let root = match order.client_id {
        None => None,
        Some(client) => {
            let root = reach::readable_client(conn, viewer, client).await?;
            store::hold_client(conn, root.id).await?;
            // Once more behind the lock: it may have been joined or transferred meanwhile.
            Some(reach::readable_client(conn, viewer, client).await?.id)
        }
    };
    let Some(entry) = order.interaction_id else { return Ok(()) };
    pin::entry(conn, viewer, entry).await?;
    match root {
        Some(root) if !store::shows(conn, root, entry).await? => Err(ClientError::Invalid {
            field: "interaction_id",
            reason: "Эта запись не из ленты этого клиента.",
        }),
        _ => Ok(()),
    }
}

/// Changes a task; what is the same already leaves no trace. Wants a transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TaskId,
    edit: TaskEdit,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Task> {
    let (locked, task) = seen(conn, viewer, id).await?;
    if task.closed_at.is_some() {
        return Err(ClientError::NotNow("Задача закрыта."));
    }
    let mut next = store::Values {
        responsible_id: edit.responsible_id.unwrap_or(task.responsible.id),
        kind: edit.kind.unwrap_or(task.kind),
        title: edit.title.map_or_else(|| Ok(task.title.clone()), title_of)?,
        text: edit.text.map_or_else(|| Ok(task.text.clone()), |text| text_of("text", text))?,
        due: edit.due.unwrap_or(task.due),
        notice_at: locked.notice_at,
    };
    if next.responsible_id != task.responsible.id {
        active(conn, next.responsible_id).await?;
    }
    if next.due != task.due {
        next.notice_at = next.due.ahead(zone, now)?.notice_at(zone, now);
        wake(conn, next.notice_at, now).await?;
    }
    let (before, after) = differences(conn, &task, &next).await?;
    if before == after {
        return Ok(task);
    }
    if task.client_hidden && !is_putting_off_or_back(&task, &next) {
        return Err(NOT_HIS_CLIENT);
    }
    store::update(conn, id, &next, zone).await?;
    record(conn, &Actor::User(viewer), "task.edit", id, Some(before), Some(after), now).await?;
    let moved = next.responsible_id != task.responsible.id;
    let change = TaskChange {
        task: id,
        author: task.author.id,
        responsible: next.responsible_id,
        former: moved.then_some(task.responsible.id),
        client: locked.client_id,
        news: if moved { given_to(Some(viewer.user_id), next.responsible_id) } else { TaskNews::Changed },
    };
    tell(conn, vec![change], now).await?;
    after_all(conn, viewer, id, task).await
}

const NOT_HIS_CLIENT: ClientError =
    ClientError::NotNow("Клиента ведёт другой менеджер: задачу можно отложить, закрыть или вернуть автору.");

/// What is left to whoever is to do a task of a client that he does not read.
fn is_putting_off_or_back(task: &Task, next: &store::Values) -> bool {
    let is_his_or_back = [task.responsible.id, task.author.id].contains(&next.responsible_id);
    is_his_or_back && (task.kind, &task.title, &task.text) == (next.kind, &next.title, &next.text)
}

/// Closes a task with what came of it. The same again by whoever closed it changes nothing. Wants a transaction.
pub async fn close(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TaskId,
    result: Option<String>,
    now: DateTime<Utc>,
) -> Result<Task> {
    let (_, task) = seen(conn, viewer, id).await?;
    let result = text_of("result", result)?;
    if task.closed_at.is_some() {
        let is_same = task.closings.last().is_some_and(|closing| {
            closing.closed_by.id == viewer.user_id
                && closing.reopened_at.is_none()
                && closing.result == result
        });
        return if is_same {
            Ok(task)
        } else {
            Err(ClientError::NotNow("Эту задачу уже закрыли."))
        };
    }
    store::close(conn, id, viewer.user_id, result.as_deref(), now).await?;
    record(conn, &Actor::User(viewer), "task.close", id, None, Some(json!({ "result": result })), now)
        .await?;
    changed(conn, viewer, id, now).await
}

/// Opens a closed task again; its closings stay. An open one stays as it is. Wants a transaction.
pub async fn reopen(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TaskId,
    now: DateTime<Utc>,
) -> Result<Task> {
    let (_, task) = seen(conn, viewer, id).await?;
    if task.closed_at.is_none() {
        return Ok(task);
    }
    if task.client_hidden {
        return Err(ClientError::NotNow("Клиента ведёт другой менеджер: открыть задачу снова может он."));
    }
    store::reopen(conn, id, viewer.user_id, now).await?;
    record(conn, &Actor::User(viewer), "task.reopen", id, None, None, now).await?;
    changed(conn, viewer, id, now).await
}

/// Gives the open tasks of a client to whom the client goes: those of its former responsible alone (S1.24). In the common
/// base nobody could do them, so there they stay with him and go on with the client when it leaves the base. In the
/// transaction of the transfer.
pub(crate) async fn handed_over(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    client: ClientId,
    (from, to): (Option<UserId>, Option<UserId>),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(to) = to else { return Ok(()) };
    let former = match from {
        None => store::former_responsible(conn, client).await?,
        from => from,
    };
    let Some(from) = former.filter(|from| *from != to) else { return Ok(()) };
    let family = reach::store::client_family(conn, client).await?;
    let moved = store::hand_over(conn, &family, from, to).await?;
    if moved.is_empty() {
        return Ok(());
    }
    let names = (store::name(conn, from).await?, store::name(conn, to).await?);
    let before = json!({ "responsible_id": from, "responsible": names.0 });
    let after = json!({ "responsible_id": to, "responsible": names.1 });
    for (task, _) in &moved {
        let (before, after) = (Some(before.clone()), Some(after.clone()));
        record(conn, actor, "task.hand_over", *task, before, after, now).await?;
    }
    let change = |(task, author)| TaskChange {
        task,
        author,
        responsible: to,
        former: Some(from),
        client: Some(client),
        news: given_to(actor.user_id(), to),
    };
    tell(conn, moved.into_iter().map(change).collect(), now).await
}

/// The task as the viewer sees it, and locked until the transaction ends.
async fn seen(conn: &mut PgConnection, viewer: &Viewer, id: TaskId) -> Result<(store::Locked, Task)> {
    viewer.require(Right::TasksUse)?;
    let locked = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    Ok((locked, get(conn, viewer, id).await?))
}

async fn active(conn: &mut PgConnection, user: UserId) -> Result<()> {
    if store::is_active(conn, user).await? {
        return Ok(());
    }
    Err(ClientError::Invalid {
        field: "responsible_id", reason: "Такого сотрудника нет, или он отключён."
    })
}

/// What an edit changes, before and after. A time has the name of its day where a whole day is meant.
async fn differences(
    conn: &mut PgConnection,
    task: &Task,
    next: &store::Values,
) -> sqlx::Result<(Value, Value)> {
    let (mut before, mut after) = (json!({}), json!({}));
    let mut note = |field: &str, was: Value, is: Value| {
        if was != is {
            before[field] = was;
            after[field] = is;
        }
    };
    note("title", json!(task.title), json!(next.title));
    note("text", json!(task.text), json!(next.text));
    note("kind", json!(task.kind), json!(next.kind));
    note("due", json!(task.due), json!(next.due));
    if task.responsible.id != next.responsible_id {
        note("responsible_id", json!(task.responsible.id), json!(next.responsible_id));
        note(
            "responsible",
            json!(task.responsible.name),
            json!(store::name(conn, next.responsible_id).await?),
        );
    }
    Ok((before, after))
}

async fn changed(conn: &mut PgConnection, viewer: &Viewer, id: TaskId, now: DateTime<Utc>) -> Result<Task> {
    let locked = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    let change = TaskChange {
        task: id,
        author: locked.author_id,
        responsible: locked.responsible_id,
        former: None,
        client: locked.client_id,
        news: TaskNews::Changed,
    };
    tell(conn, vec![change], now).await?;
    get(conn, viewer, id).await
}

/// The task after a change; as it was before for whoever has just given it away and sees it no more.
async fn after_all(conn: &mut PgConnection, viewer: &Viewer, id: TaskId, before: Task) -> Result<Task> {
    match get(conn, viewer, id).await {
        Err(ClientError::NotFound) => Ok(before),
        found => found,
    }
}

fn given_to(by: Option<UserId>, responsible: UserId) -> TaskNews {
    if by == Some(responsible) { TaskNews::Changed } else { TaskNews::Given }
}

/// The schedule looks every minute: what is due earlier wakes it.
async fn wake(
    conn: &mut PgConnection,
    notice_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    match notice_at {
        Some(at) if at < now + chrono::TimeDelta::minutes(1) => {
            schedule::bring_forward(conn, NOTICES, at).await
        }
        _ => Ok(()),
    }
}

async fn record(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    action: &str,
    id: TaskId,
    before: Option<Value>,
    after: Option<Value>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    audit::record(conn, actor, action, Subject::new("task", &id), before, after, now).await
}

pub(super) async fn tell(
    conn: &mut PgConnection,
    tasks: Vec<TaskChange>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    feed::tell(conn, &Changes { tasks, ..Changes::default() }, now).await
}
