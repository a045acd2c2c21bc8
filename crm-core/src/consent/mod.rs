//! Consents (I.9): whether a person takes messages that are no answer to him. Every word of it is kept; what is in force
//! follows from the set of them, whatever the order in which they came.

pub mod stop_words;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    ContactId, IdentityId, InteractionId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        error::Result,
        reach,
        trace::{self, Change},
    },
    timeline::feed::{self, Changes},
};

/// `consents.kind`: what a consent is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ConsentKind {
    /// About an order, a hold, a document: taken unless the person said no.
    Service,
    /// Offers: taken only if the person said yes.
    Advertising,
}

/// What is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// The person said yes.
    Given,
    /// The person said no.
    Withdrawn,
    /// Nothing is known.
    #[default]
    Unknown,
}

/// `consents.state`: one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ConsentWord {
    /// Yes.
    Given,
    /// No.
    Withdrawn,
    /// What was said before does not count.
    Unknown,
    /// A stop pressed at the provider is taken back; a stop said anywhere else stays.
    Resumed,
}

/// `consents.source`: whose word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ConsentSource {
    /// The person wrote a STOP word.
    StopWord,
    /// The person pressed a switch at the provider.
    Provider,
    /// An employee of ours wrote it down.
    Person,
}

/// One word about consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConsentEntry {
    /// The row of the timeline that shows it.
    pub id: InteractionId,
    /// What it is about.
    pub kind: ConsentKind,
    /// What it says.
    pub word: ConsentWord,
    /// Whose word it is.
    pub source: ConsentSource,
    /// The address that it came from.
    #[schema(required = true)]
    pub identity_id: Option<IdentityId>,
    /// Name of the channel that it came by.
    #[schema(required = true)]
    pub account: Option<String>,
    /// The person's words, the provider's, or the ground that the employee named.
    #[schema(required = true)]
    pub quote: Option<String>,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// Name of the employee.
    #[schema(required = true)]
    pub by: Option<String>,
}

/// What is in force for one kind, and by which word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConsentView {
    /// For what.
    pub kind: ConsentKind,
    /// Yes, no, or not known.
    pub state: ConsentState,
    /// The word that decides; none where nothing was ever said.
    #[schema(required = true)]
    pub entry: Option<ConsentEntry>,
}

/// The consents of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Consents {
    /// What is in force, for each kind.
    pub in_force: Vec<ConsentView>,
    /// Every word, the newest first.
    pub history: Vec<ConsentEntry>,
}

/// A word that an employee writes down.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// For what.
    pub kind: ConsentKind,
    /// What holds from now on.
    pub state: ConsentState,
    /// On what ground: «сказал по телефону», «подписал договор».
    pub ground: String,
}

/// The word that is in force. `entries` are those of one person, in any order. Pure.
pub fn in_force(kind: ConsentKind, entries: &[ConsentEntry]) -> ConsentView {
    let mut words: Vec<&ConsentEntry> = entries.iter().filter(|entry| entry.kind == kind).collect();
    words.sort_by_key(|entry| (entry.at, entry.id));
    let (mut current, mut before_stop): (Option<&ConsentEntry>, Option<&ConsentEntry>) = (None, None);
    let stopped_there = |current: Option<&ConsentEntry>, at: &ConsentEntry| {
        current.is_some_and(|known| {
            known.word == ConsentWord::Withdrawn
                && known.source == ConsentSource::Provider
                && known.identity_id == at.identity_id
        })
    };
    for entry in words {
        match entry.word {
            ConsentWord::Resumed if stopped_there(current, entry) => current = before_stop,
            // Taking advertising again in one messenger takes back no word that was said elsewhere.
            ConsentWord::Resumed => {}
            _ => {
                if entry.source == ConsentSource::Provider && !stopped_there(current, entry) {
                    before_stop = current;
                }
                current = Some(entry);
            }
        }
    }
    let state = match current.map(|entry| entry.word) {
        Some(ConsentWord::Given) => ConsentState::Given,
        Some(ConsentWord::Withdrawn) => ConsentState::Withdrawn,
        _ => ConsentState::Unknown,
    };
    ConsentView { kind, state, entry: current.cloned() }
}

/// The consents of a person whom the viewer reads.
pub async fn of_contact(conn: &mut PgConnection, viewer: &Viewer, contact: ContactId) -> Result<Consents> {
    let root = reach::readable_contact(conn, viewer, contact).await?;
    Ok(of_root(conn, root).await?)
}

pub(crate) async fn of_root(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Consents> {
    let history = store::history(conn, root).await?;
    let in_force = [ConsentKind::Service, ConsentKind::Advertising].map(|kind| in_force(kind, &history));
    Ok(Consents { in_force: in_force.to_vec(), history })
}

/// Writes down what a person said elsewhere. The former words stay. Wants a transaction.
pub async fn write_down(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    contact: ContactId,
    new: &NewConsent,
) -> Result<()> {
    let ground = new.ground.trim();
    if ground.is_empty() || ground.chars().count() > 500 {
        return Err(ClientError::Invalid {
            field: "ground",
            reason: "Напишите, откуда это известно, до 500 знаков.",
        });
    }
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    let before = in_force(new.kind, &store::history(conn, root).await?);
    let id = InteractionId::at(now);
    let word = match new.state {
        ConsentState::Given => ConsentWord::Given,
        ConsentState::Withdrawn => ConsentWord::Withdrawn,
        ConsentState::Unknown => ConsentWord::Unknown,
    };
    store::write_down(conn, viewer, root, id, new.kind, word, ground, now).await?;
    let text = sentence(new.kind, word, ConsentSource::Person, Some(ground));
    store::insert_row(conn, viewer, root, id, &text, now).await?;
    let change = Change {
        action: "consent.change",
        subject_kind: "contact",
        subject_id: root.0,
        before: Some(json!({ "kind": new.kind, "state": before.state })),
        after: Some(json!({ "kind": new.kind, "state": new.state, "ground": ground })),
    };
    trace::record(conn, viewer, now, change).await?;
    let mut changed = vec![id];
    changed.extend(stop_mailings(conn, &[root], now).await?);
    Ok(feed::tell(conn, &Changes { interactions: changed, ..Changes::default() }, now).await?)
}

/// Takes back what is planned for those of these persons who said no. What is in a lane already is looked at again
/// before it goes. Returns the rows that look different now. Wants a transaction.
pub(crate) async fn stop_mailings(
    conn: &mut PgConnection,
    roots: &[ContactId],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<InteractionId>> {
    let mut stopped = Vec::new();
    for kind in [ConsentKind::Service, ConsentKind::Advertising] {
        let mut refusing = Vec::new();
        for root in roots {
            let history = store::history(conn, *root).await?;
            if in_force(kind, &history).state == ConsentState::Withdrawn {
                refusing.push(*root);
            }
        }
        if !refusing.is_empty() {
            stopped.extend(store::cancel_planned(conn, &refusing, kind, refused_words(kind), now).await?);
        }
    }
    Ok(stopped)
}

/// Why a message of this kind does not go to somebody who said no.
pub(crate) fn refused_words(kind: ConsentKind) -> &'static str {
    match kind {
        ConsentKind::Service => "Клиент отказался от служебных сообщений.",
        ConsentKind::Advertising => "Клиент отказался от рекламных сообщений.",
    }
}

/// The row of the timeline in words.
pub(crate) fn sentence(
    kind: ConsentKind,
    word: ConsentWord,
    source: ConsentSource,
    quote: Option<&str>,
) -> String {
    let what = match kind {
        ConsentKind::Service => "служебные сообщения",
        ConsentKind::Advertising => "рекламные сообщения",
    };
    let quote = quote.unwrap_or_default().trim();
    match (source, word) {
        (ConsentSource::StopWord, _) => format!("{} Его слова: «{quote}»", refused_words(kind)),
        (ConsentSource::Provider, ConsentWord::Withdrawn) => {
            format!("Клиент отключил {what} в настройках мессенджера.")
        }
        (ConsentSource::Provider, _) => format!("Клиент снова включил {what} в настройках мессенджера."),
        (ConsentSource::Person, word) => {
            let state = match word {
                ConsentWord::Given => "получено",
                ConsentWord::Withdrawn => "отозвано",
                ConsentWord::Unknown | ConsentWord::Resumed => "неизвестно",
            };
            format!("Согласие на {what}: {state}. Основание: {quote}")
        }
    }
}
