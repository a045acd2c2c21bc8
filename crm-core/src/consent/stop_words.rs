//! STOP words: a client who writes one of them, and nothing else, takes no advertising any more.

mod store;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
};

/// The words with the times in which each of them counts.
#[derive(Clone, Debug, Default)]
pub struct StopWords(Vec<Known>);

/// One word. It counts from `since` and before `until`.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub word: String,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

/// The longest word that is taken.
const LONGEST: usize = 40;

impl StopWords {
    /// Whether a whole message is one of the words that counted at its moment. Pure.
    pub fn hold(&self, text: &str, at: DateTime<Utc>) -> bool {
        let word = normal(text);
        let counts = |known: &Known| {
            known.since.is_none_or(|since| since <= at) && known.until.is_none_or(|until| at < until)
        };
        !word.is_empty() && self.0.iter().any(|known| known.word == word && counts(known))
    }
}

fn normal(text: &str) -> String {
    text.trim().to_lowercase()
}

/// All words that ever counted, as the ingest needs them.
pub(crate) async fn all(conn: &mut PgConnection) -> sqlx::Result<StopWords> {
    Ok(StopWords(store::all(conn).await?))
}

/// The words that count now, sorted. For any signed-in user: who writes to clients should know what ends it.
pub async fn list(conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    store::in_force(conn).await
}

/// Replaces the list from now on; what was said before keeps its meaning. Wants a transaction.
pub async fn replace(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    words: &[String],
) -> Result<()> {
    viewer.require(Right::MessagesRules)?;
    let mut wanted: Vec<String> = words.iter().map(|word| normal(word)).collect();
    wanted.sort();
    wanted.dedup();
    if wanted.len() > 100 || wanted.iter().any(|word| word.is_empty() || word.chars().count() > LONGEST) {
        return Err(ClientError::Invalid {
            field: "stop_words",
            reason: "СТОП-слова: до 100 слов, в каждом от 1 до 40 знаков.",
        });
    }
    store::lock(conn).await?;
    let before = store::in_force(conn).await?;
    if before == wanted {
        return Ok(());
    }
    store::close(conn, &wanted, now).await?;
    let new: Vec<String> = wanted.iter().filter(|word| !before.contains(word)).cloned().collect();
    store::open(conn, &new, now).await?;
    let subject = Subject::new("messaging_rules", "stop_words");
    let (before, after) = (json!(before), json!(wanted));
    audit::record(
        conn,
        &Actor::User(viewer),
        "messaging_rules.edit",
        subject,
        Some(before),
        Some(after),
        now,
    )
    .await?;
    Ok(())
}
