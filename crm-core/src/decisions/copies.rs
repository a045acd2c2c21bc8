//! The question in the messengers of those who may decide: sent to each bound person, kept as it stands, and answered there.

mod store;

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, OutboundAction, OutboundContent, OutboundMessage};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Choice, Decision, Verdict, Via, words};
use crate::{
    AccountId,
    access::{
        self, Right, Scope, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::ClientError,
    delivery::press,
    id::uuid_at,
};

/// Sends open questions to those who were not asked yet, and brings the copies up to date that show something else than the
/// question by now. One caller at a time; repeats safely.
pub async fn review(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    for missing in store::missing(conn).await? {
        let mut tx = conn.begin().await?;
        if let Some(decision) = super::store::lock(&mut tx, missing.decision_id).await?
            && decision.end.is_none()
        {
            send(&mut tx, &decision, &missing, now).await?;
        }
        tx.commit().await?;
    }
    for outdated in store::outdated(conn).await? {
        let mut tx = conn.begin().await?;
        if let Some(decision) = super::store::lock(&mut tx, outdated.decision_id).await? {
            let viewer = access::viewer_unscoped(&mut tx, outdated.user_id).await?;
            let shows = viewer.is_some_and(|viewer| may_be_asked(&viewer, decision.right));
            renew(&mut tx, &decision, &outdated, shows, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Whoever decides about some clients only is asked in the product, where he sees which. [`store::missing`] asks the same.
fn may_be_asked(viewer: &Viewer, right: Right) -> bool {
    viewer.scope(Right::BridgeUse).is_some() && viewer.scope(right) == Some(Scope::All)
}

async fn send(
    conn: &mut PgConnection,
    decision: &Decision,
    to: &store::Missing,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = OutboundContent::Buttons { text: words::text(decision), rows: words::buttons(decision) };
    let action = OutboundAction::Send { content, quote: None };
    let delivery = tell(conn, to.account_id, &to.place, action, decision.id, now).await?;
    store::insert(conn, to, delivery, decision.revision).await
}

/// Whoever may not decide any more learns nothing new of the question: his copy says so, and ends.
async fn renew(
    conn: &mut PgConnection,
    decision: &Decision,
    copy: &store::Outdated,
    shows: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ended = decision.end.is_some() || !shows;
    if !copy.external_ids.is_empty() {
        let action = OutboundAction::Edit {
            message: copy.external_ids.iter().map(|id| ExternalId::new(id.clone())).collect(),
            sent_at: copy.sent_at,
            caption: false,
            grows: false,
            text: if shows { words::text(decision) } else { words::OTHERS.to_owned() },
            buttons: if ended { Vec::new() } else { words::buttons(decision) },
        };
        tell(conn, copy.account_id, &copy.place, action, decision.id, now).await?;
    }
    store::shown(conn, decision.id, copy.user_id, decision.revision, ended).await
}

async fn tell(
    conn: &mut PgConnection,
    account: AccountId,
    place: &str,
    action: OutboundAction,
    about: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Uuid> {
    let conversation = ExternalId::new(place);
    let message = OutboundMessage { id: uuid_at(now), conversation, to: Vec::new(), action };
    press::aside(conn, account, &message, 1, about, now).await?;
    Ok(message.id)
}

/// Takes a press on a button; what to tell whoever pressed. `None` when it is no button of a question.
pub(crate) async fn pressed(
    conn: &mut PgConnection,
    viewer: &Viewer,
    data: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    let Some((id, revision, word)) = words::read(data) else { return Ok(None) };
    let choice = Choice { word, revision, comment: None, via: Via::Messenger };
    Ok(Some(answer(conn, viewer, id, choice, now).await?))
}

/// Takes words in somebody's own chat with the bot for the reason that he was asked for; what to tell him. `quote` is the
/// message that he answered. `None` when he was asked for nothing.
pub(crate) async fn heard(
    conn: &mut PgConnection,
    viewer: &Viewer,
    quote: Option<&ExternalId>,
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    let quote = quote.map(ExternalId::as_str);
    let Some((id, revision, word)) = store::awaiting(conn, viewer.user_id, quote).await? else {
        return Ok(None);
    };
    let choice = Choice { word: &word, revision, comment: Some(text), via: Via::Messenger };
    let told = answer(conn, viewer, id, choice, now).await?;
    store::await_reason(conn, id, viewer.user_id, None).await?;
    Ok(Some(told))
}

async fn answer(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: Uuid,
    choice: Choice<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    Ok(match super::decide(conn, viewer, id, choice, now).await {
        Ok(Verdict::Taken(done)) => format!("{done}."),
        Ok(Verdict::Changed) => "Данные изменились: посмотрите сообщение ещё раз и нажмите снова.".to_owned(),
        Ok(Verdict::WantsComment) => {
            store::await_reason(conn, id, viewer.user_id, Some(choice.word)).await?;
            "Напишите причину ответным сообщением.".to_owned()
        }
        Ok(Verdict::Over(end)) => match super::store::one(conn, id).await? {
            Some(decision) => words::ended(&decision, &end),
            None => GONE.to_owned(),
        },
        Err(ClientError::Database(error)) => return Err(error),
        Err(ClientError::Forbidden(_)) => {
            refused(conn, viewer, id, choice, now).await?;
            "У вас больше нет права решать это.".to_owned()
        }
        Err(error) => reason(&error).to_owned(),
    })
}

const GONE: &str = "Этого вопроса больше нет.";

fn reason(error: &ClientError) -> &'static str {
    match error {
        ClientError::NotNow(reason) | ClientError::Invalid { reason, .. } => reason,
        ClientError::Taken { .. } => "Такое значение уже есть у другого клиента: решите это в Узле.",
        ClientError::NotFound => GONE,
        _ => "Не получилось: откройте вопрос в Узле.",
    }
}

async fn refused(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: Uuid,
    choice: Choice<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let subject = Subject::new("decision", &id);
    let after = Some(serde_json::json!({ "choice": choice.word, "via": choice.via }));
    audit::record(conn, &Actor::User(viewer), "decision.refuse", subject, None, after, now).await
}
