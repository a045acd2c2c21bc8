//! Questions that anybody with a right answers by one press: in the product, or on a button in his messenger. The first press
//! wins, and all who were asked see who decided.
//!
//! Whoever has a question [`ask`]s it in the transaction that raises it; [`subject`] knows what an answer does. The copies in
//! messengers follow by themselves: [`copies::review`].

pub mod copies;
mod store;
mod subject;
mod words;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
    id::uuid_at,
};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which.
    pub id: Uuid,
    /// What is decided about: a word.
    pub subject_kind: String,
    /// And its id.
    pub subject_id: Uuid,
    /// Whoever has it may decide.
    pub right: Right,
    /// The question as the messenger shows it.
    pub text: String,
    /// What can be answered, in order.
    pub options: Vec<DecisionOption>,
    /// Grows with every new text.
    pub revision: i32,
    /// How it ended.
    pub end: Option<End>,
}

/// What can be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionOption {
    /// At most 16 bytes, unique in its question.
    pub word: String,
    /// On the button.
    pub label: String,
    /// Once it is chosen: «Одобрено».
    pub done: String,
    /// Wants a reason in words.
    pub asks: bool,
}

/// How a question ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody decided.
    Chosen {
        /// The option's word.
        word: String,
        /// His name.
        by: String,
        /// Where.
        via: Via,
        /// His words.
        comment: Option<String>,
    },
    /// Nobody is asked any more.
    Withdrawn,
}

/// Where somebody decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = DecidedIn)]
pub enum Via {
    /// On a screen of ours.
    Product,
    /// On a button in his messenger.
    Messenger,
}

/// A question to ask.
pub(crate) struct NewDecision<'a> {
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub right: Right,
    pub text: &'a str,
    pub options: &'a [DecisionOption],
}

/// What somebody answers.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The option's word.
    pub word: &'a str,
    /// The revision that he saw.
    pub revision: i32,
    /// His words, where the option wants them.
    pub comment: Option<&'a str>,
    /// Where he answers.
    pub via: Via,
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts. In one word: «Одобрено».
    Taken(String),
    /// The question is another one by now: it is shown anew and has to be answered once more.
    Changed,
    /// The option wants a reason.
    WantsComment,
    /// It had ended before; how.
    Over(End),
}

/// What an answer did to the subject.
pub(crate) enum Effect {
    /// All that it should.
    Done,
    /// Nothing: things stand otherwise than the question says. The new text.
    Outdated(String),
}

/// Asks a question. Wants the transaction that raises it.
pub(crate) async fn ask(
    conn: &mut PgConnection,
    new: &NewDecision<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::insert(conn, uuid_at(now), new, now).await?;
    store::wake(conn).await
}

/// Locks the question about a subject until the transaction ends. Whoever changes a subject that is asked about begins with
/// this, as [`decide`] does: two orders of locks would wait for each other.
pub(crate) async fn lock(conn: &mut PgConnection, subject_kind: &str, subject_id: Uuid) -> sqlx::Result<()> {
    store::lock_subject(conn, subject_kind, subject_id).await
}

/// Asks nobody any more. In the transaction of the reason.
pub(crate) async fn withdraw(
    conn: &mut PgConnection,
    subject_kind: &str,
    subject_id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::withdraw(conn, subject_kind, subject_id, now).await?;
    store::wake(conn).await
}

/// The question about a subject, and its revision.
pub async fn of_subject(
    conn: &mut PgConnection,
    subject_kind: &str,
    subject_id: Uuid,
) -> sqlx::Result<Option<(Uuid, i32)>> {
    store::of_subject(conn, subject_kind, subject_id).await
}

/// Answers a question. Of two at the same moment one wins. Wants a transaction, which is committed whatever the verdict is;
/// of a refusal nothing stays.
pub async fn decide(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: Uuid,
    choice: Choice<'_>,
    now: DateTime<Utc>,
) -> Result<Verdict> {
    let decision = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    viewer.require(decision.right)?;
    if let Some(end) = decision.end {
        return Ok(Verdict::Over(end));
    }
    let option = decision.options.iter().find(|option| option.word == choice.word);
    let option = option
        .ok_or(ClientError::Invalid {
            field: "word", reason: "Такого ответа у этого вопроса нет."
        })?;
    if choice.revision != decision.revision {
        return Ok(Verdict::Changed);
    }
    let comment = choice.comment.map(str::trim).filter(|comment| !comment.is_empty());
    if option.asks && comment.is_none() {
        return Ok(Verdict::WantsComment);
    }
    // Half an answer that was refused in the middle must not stay.
    let mut attempt = conn.begin().await?;
    let effect = subject::apply(&mut attempt, viewer, &decision, choice.word, comment, now).await?;
    attempt.commit().await?;
    store::wake(conn).await?;
    if let Effect::Outdated(text) = effect {
        store::reword(conn, id, &text).await?;
        return Ok(Verdict::Changed);
    }
    store::choose(conn, id, viewer.user_id, choice, comment, now).await?;
    let after = serde_json::json!({ "choice": choice.word, "comment": comment, "via": choice.via });
    let subject = Subject::new("decision", &id);
    audit::record(conn, &Actor::User(viewer), "decision.choose", subject, None, Some(after), now).await?;
    Ok(Verdict::Taken(option.done.clone()))
}

#[cfg(test)]
mod tests;
