//! A file as a viewer finds it. It is seen by exactly those who see one of the rows or messages of rooms it shows in, and
//! before it is sent by the one who uploaded it.

pub(crate) mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::MediaKind;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    AccountId, MediaId, UserId,
    access::{
        Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, reach::Reach},
    timeline::{
        entry::words::MediaWord,
        feed::{Changes, tell},
    },
};

type Result<T> = std::result::Result<T, ClientError>;

/// One line of the audit log stands for so much listening by one person.
const LISTENING: TimeDelta = TimeDelta::minutes(15);

/// Where the copy of a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Waits for its turn or its next try.
    Wanted,
    /// Is being copied.
    Fetching,
    /// We have it.
    Stored,
    /// It will not come by itself; see the cause.
    Lost,
    /// The term of a recording is over.
    Expired,
}

impl FileState {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Fetching => "fetching",
            Self::Stored => "stored",
            Self::Lost => "lost",
            Self::Expired => "expired",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "wanted" => Self::Wanted,
            "fetching" => Self::Fetching,
            "stored" => Self::Stored,
            "expired" => Self::Expired,
            _ => Self::Lost,
        }
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = MediaFile)]
pub struct File {
    /// By this it is asked for.
    pub id: MediaId,
    /// How it is shown.
    #[schema(value_type = MediaWord)]
    pub kind: MediaKind,
    /// Where our copy stands.
    pub state: FileState,
    /// Why it is lost or late, for people.
    #[schema(required = true)]
    pub cause: Option<String>,
    /// Sniffed; until it is stored, as told by the provider.
    #[schema(required = true)]
    pub mime_type: Option<String>,
    /// As told by whoever sent it; see [`super::name::clean`].
    #[schema(required = true)]
    pub file_name: Option<String>,
    /// Exact once it is stored.
    #[schema(required = true)]
    pub size_bytes: Option<i64>,
    /// Length of sound or film in seconds.
    #[schema(required = true)]
    pub duration_s: Option<i32>,
    /// Name of the bytes, where they are stored.
    #[serde(skip)]
    pub sha256: Option<String>,
    /// At whose account it came.
    #[serde(skip)]
    pub account_id: Option<AccountId>,
    /// Not sent yet: its owner's alone.
    #[serde(skip)]
    pub owner_id: Option<UserId>,
    /// The provider can be asked for it again.
    pub can_be_fetched: bool,
    /// When somebody wanted it first, or again.
    pub wanted_at: DateTime<Utc>,
}

/// A file that the viewer may see; others are as if they did not exist.
pub async fn file(conn: &mut PgConnection, viewer: &Viewer, id: MediaId) -> Result<File> {
    // Who reads no clients still has what he uploaded himself.
    let reach = Reach::reading(viewer).ok();
    store::readable(conn, viewer, reach, id).await?.ok_or(ClientError::NotFound)
}

/// «Запросить снова»: a file that is lost or late is due at once, from the first try. Wants a transaction.
pub async fn request_again(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: MediaId,
    now: DateTime<Utc>,
) -> Result<File> {
    let before = file(conn, viewer, id).await?;
    match before.state {
        FileState::Lost | FileState::Wanted if before.can_be_fetched => {}
        FileState::Lost => {
            return Err(ClientError::NotNow("Файл загрузили отсюда: запросить его снова не у кого."));
        }
        FileState::Expired => {
            return Err(ClientError::NotNow("Срок хранения записи истёк, она удалена."));
        }
        // It is here or on its way: nothing is to be done.
        FileState::Wanted | FileState::Fetching | FileState::Stored => return Ok(before),
    }
    if store::want_again(conn, id, now).await? {
        let was = Some(json!({ "state": before.state, "cause": before.cause }));
        let subject = Subject::new("media", &id);
        audit::record(conn, &Actor::User(viewer), "media.request_again", subject, was, None, now).await?;
        changed(conn, id, now).await?;
    }
    file(conn, viewer, id).await
}

/// The bytes are missing in the store or damaged. What a provider gave is fetched anew; what was uploaded here is lost.
/// Wants a transaction.
pub async fn bytes_missing_unscoped(
    conn: &mut PgConnection,
    id: MediaId,
    sha256: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if store::bytes_missing(conn, id, sha256, now).await? {
        changed(conn, id, now).await?;
    }
    Ok(())
}

/// Notes down that the viewer listens to a recording: once for a while, however often the player asks. Wants a
/// transaction.
pub async fn listened(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: MediaId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if store::listened_since(conn, viewer.user_id, id, now - LISTENING).await? {
        return Ok(());
    }
    let subject = Subject::new("media", &id);
    audit::record(conn, &Actor::User(viewer), "recording.listen", subject, None, None, now).await
}

/// Tells open screens about the rows in which the file shows.
pub(super) async fn changed(conn: &mut PgConnection, id: MediaId, now: DateTime<Utc>) -> sqlx::Result<()> {
    let interactions = store::rows_of(conn, id).await?;
    let rooms = store::messages_of(conn, id).await?;
    if interactions.is_empty() && rooms.is_empty() {
        return Ok(());
    }
    tell(conn, &Changes { interactions, rooms, ..Changes::default() }, now).await
}
