//! One text written beforehand: of the company, or a person's own.

mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::text::unknown_source;
use crate::{
    PhraseId, UserId,
    access::{
        Forbidden, Right, Viewer,
        audit::{self, Actor, Subject},
    },
};

const LONGEST_NAME: usize = 100;
const LONGEST_CODE: usize = 30;
const LONGEST_TEXT: usize = 4000;

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum PhraseKind {
    /// For any channel.
    QuickReply,
    /// For channels that are paid by parts.
    Sms,
}

impl PhraseKind {
    fn word(self) -> &'static str {
        match self {
            Self::QuickReply => "quick_reply",
            Self::Sms => "sms",
        }
    }
}

/// A text written beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Phrase {
    /// Which.
    pub id: PhraseId,
    /// What it is for.
    pub kind: PhraseKind,
    /// It is the viewer's own; otherwise the company's.
    pub own: bool,
    /// As people find it.
    pub name: String,
    /// Typed behind a slash it finds the text.
    #[schema(required = true)]
    pub code: Option<String>,
    /// With its fields in braces.
    pub text: String,
    /// In which language clients read it: `ru`, `ky`, `kk`, `en`.
    pub language: String,
    /// Order among those of one kind and one owner.
    pub position: i32,
    /// Moves with every change.
    pub updated_at: DateTime<Utc>,
}

/// The row behind which the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhraseCursor {
    /// Of the last row.
    pub own: bool,
    /// Of the last row.
    pub position: i32,
    /// Of the last row.
    pub id: PhraseId,
}

impl Phrase {
    /// Where the list goes on behind this row.
    pub fn cursor(&self) -> PhraseCursor {
        PhraseCursor { own: self.own, position: self.position, id: self.id }
    }
}

/// Which texts are wanted.
#[derive(Clone, Debug, Default)]
pub struct PhraseFilter {
    /// For what.
    pub kind: Option<PhraseKind>,
    /// Words that stand in name, code or text.
    pub words: Option<String>,
}

/// What a new text is made of.
#[derive(Clone, Debug)]
pub struct NewPhrase {
    /// For what.
    pub kind: PhraseKind,
    /// The viewer's own; otherwise the company's.
    pub own: bool,
    /// As people find it.
    pub name: String,
    /// Typed behind a slash it finds the text.
    pub code: Option<String>,
    /// With its fields in braces.
    pub text: String,
    /// `ru`, `ky`, `kk`, `en`.
    pub language: String,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PhraseEdit {
    /// As people find it.
    pub name: Option<String>,
    /// Typed behind a slash it finds the text; an empty one takes it away.
    pub code: Option<String>,
    /// With its fields in braces.
    pub text: Option<String>,
    /// `ru`, `ky`, `kk`, `en`.
    pub language: Option<String>,
}

/// Why a text was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum PhraseError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such text, or it is another person's own.
    #[error("there is no such phrase")]
    Missing,
    /// A value that cannot be.
    #[error("the field {field} is wrong")]
    Invalid {
        /// As in JSON.
        field: &'static str,
        /// A Russian sentence.
        reason: String,
    },
    /// Another text of the same kind and owner has this code.
    #[error("the code is taken")]
    CodeTaken,
    /// The database failed.
    #[error("phrases could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for PhraseError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) {
            Some("phrases_code_unique") => Self::CodeTaken,
            _ => Self::Database(error),
        }
    }
}

/// The company's texts and the viewer's own, which come first, in the order that people gave them.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &PhraseFilter,
    behind: Option<&PhraseCursor>,
    rows: i64,
) -> Result<Vec<Phrase>, PhraseError> {
    viewer.require(Right::ClientsRead)?;
    Ok(store::list(conn, viewer.user_id, filter, behind, rows).await?)
}

/// One text.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer, id: PhraseId) -> Result<Phrase, PhraseError> {
    viewer.require(Right::ClientsRead)?;
    store::get(conn, viewer.user_id, id).await?.ok_or(PhraseError::Missing)
}

/// Writes a new text behind those that are there. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewPhrase,
    now: DateTime<Utc>,
) -> Result<Phrase, PhraseError> {
    may_change(viewer, new.own)?;
    let owner = new.own.then_some(viewer.user_id);
    store::lock_order(conn, new.kind, owner).await?;
    let phrase = Phrase {
        id: PhraseId::at(now),
        kind: new.kind,
        own: new.own,
        name: checked_name(&new.name)?,
        code: checked_code(new.code.as_deref().unwrap_or_default())?,
        text: checked_text(&new.text)?,
        language: checked_language(new.language)?,
        position: store::last_position(conn, new.kind, owner).await? + 1,
        updated_at: now,
    };
    store::insert(conn, &phrase, owner).await?;
    record(conn, viewer, "phrase.create", &phrase, None, Some(shown(&phrase)), now).await?;
    Ok(phrase)
}

/// Changes a text; where nothing changes nothing is written. Wants a transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PhraseId,
    edit: PhraseEdit,
    now: DateTime<Utc>,
) -> Result<Phrase, PhraseError> {
    let before = locked(conn, viewer, id).await?;
    let mut after = before.clone();
    if let Some(name) = edit.name {
        after.name = checked_name(&name)?;
    }
    if let Some(code) = edit.code {
        after.code = checked_code(&code)?;
    }
    if let Some(text) = edit.text {
        after.text = checked_text(&text)?;
    }
    if let Some(language) = edit.language {
        after.language = checked_language(language)?;
    }
    if after == before {
        return Ok(before);
    }
    after.updated_at = now;
    store::update(conn, &after).await?;
    record(conn, viewer, "phrase.edit", &after, Some(shown(&before)), Some(shown(&after)), now).await?;
    Ok(after)
}

/// Takes a text away. Wants a transaction.
pub async fn delete(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PhraseId,
    now: DateTime<Utc>,
) -> Result<(), PhraseError> {
    let before = locked(conn, viewer, id).await?;
    store::delete(conn, id).await?;
    record(conn, viewer, "phrase.delete", &before, Some(shown(&before)), None, now).await
}

/// Puts a text right before another of the same kind and owner; at the end where none is named. Wants a transaction.
pub async fn place(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PhraseId,
    before: Option<PhraseId>,
    now: DateTime<Utc>,
) -> Result<(), PhraseError> {
    let phrase = locked(conn, viewer, id).await?;
    let owner = phrase.own.then_some(viewer.user_id);
    store::lock_order(conn, phrase.kind, owner).await?;
    let order = store::order(conn, phrase.kind, owner).await?;
    let mut placed: Vec<PhraseId> = order.iter().copied().filter(|other| *other != id).collect();
    let at = match before {
        None => placed.len(),
        Some(before) => placed
            .iter()
            .position(|other| *other == before)
            .ok_or_else(|| invalid("before", "Такой заготовки в этом списке нет."))?,
    };
    placed.insert(at, id);
    if placed == order {
        return Ok(());
    }
    store::set_order(conn, &placed).await?;
    let after = json!({ "before": before });
    record(conn, viewer, "phrase.place", &phrase, None, Some(after), now).await
}

async fn locked(conn: &mut PgConnection, viewer: &Viewer, id: PhraseId) -> Result<Phrase, PhraseError> {
    viewer.require(Right::ClientsRead)?;
    let phrase = store::lock(conn, viewer.user_id, id).await?.ok_or(PhraseError::Missing)?;
    may_change(viewer, phrase.own)?;
    Ok(phrase)
}

fn may_change(viewer: &Viewer, own: bool) -> Result<(), Forbidden> {
    viewer.require(if own { Right::ClientsRead } else { Right::PhrasesManage })?;
    Ok(())
}

async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    action: &str,
    phrase: &Phrase,
    before: Option<Value>,
    after: Option<Value>,
    now: DateTime<Utc>,
) -> Result<(), PhraseError> {
    let subject = Subject::new("phrase", &phrase.id);
    Ok(audit::record(conn, &Actor::User(viewer), action, subject, before, after, now).await?)
}

fn shown(phrase: &Phrase) -> Value {
    json!({
        "kind": phrase.kind,
        "own": phrase.own,
        "name": phrase.name,
        "code": phrase.code,
        "text": phrase.text,
        "language": phrase.language,
    })
}

fn invalid(field: &'static str, reason: impl Into<String>) -> PhraseError {
    PhraseError::Invalid { field, reason: reason.into() }
}

fn checked_name(name: &str) -> Result<String, PhraseError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(invalid("name", "Название: нужен непустой текст в одну строку, до 100 знаков."));
    }
    Ok(name.to_owned())
}

/// An empty one is none.
fn checked_code(code: &str) -> Result<Option<String>, PhraseError> {
    let code = code.trim().trim_start_matches('/').to_lowercase();
    let fits = |character: char| character.is_alphanumeric() || character == '-' || character == '_';
    if code.chars().count() > LONGEST_CODE || !code.chars().all(fits) {
        return Err(invalid("code", "Код: до 30 букв и цифр без пробелов, например «счёт»."));
    }
    Ok((!code.is_empty()).then_some(code))
}

fn checked_text(text: &str) -> Result<String, PhraseError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT || text.contains('\0') {
        return Err(invalid("text", "Текст: от 1 до 4000 знаков."));
    }
    match unknown_source(text) {
        None => Ok(text.to_owned()),
        Some(written) => Err(invalid(
            "text",
            format!(
                "Поля «{written}» нет. Само заполняется то, что стоит в списке полей; своё назовите без точки."
            ),
        )),
    }
}

fn checked_language(language: String) -> Result<String, PhraseError> {
    match language.as_str() {
        "ru" | "ky" | "kk" | "en" => Ok(language),
        _ => Err(invalid("language", "Язык: нужно одно из ru, ky, kk, en.")),
    }
}

/// For a query: the word of a kind.
fn word(kind: Option<PhraseKind>) -> Option<&'static str> {
    kind.map(PhraseKind::word)
}

fn owner_key(owner: Option<UserId>) -> String {
    owner.map_or_else(|| "company".to_owned(), |owner| owner.to_string())
}
