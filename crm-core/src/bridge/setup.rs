//! What is bridged, and into which group. Both are chosen by the director or an administrator, and every choice is audited.

pub(crate) mod store;

use chrono::{DateTime, Utc};
use connector_api::ExternalId;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    AccountId, ConversationId, RoomId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result, reach::Reach},
    id::uuid_at,
    rooms::{reach, room},
    timeline::{
        conversation,
        feed::{self, Changes},
    },
};

/// The bridge as those see it who choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BridgeSetup {
    /// The group in which the threads are; `null`: nothing is bridged yet.
    #[schema(required = true)]
    pub group: Option<BridgeGroup>,
    /// Groups in which the bot was met, the last heard of first.
    pub groups: Vec<BridgeGroup>,
    /// Rooms that are bridged, or were.
    pub rooms: Vec<BridgedRoom>,
    /// Conversations with clients that are bridged, or were, by name.
    pub conversations: Vec<BridgedConversation>,
    /// How many employees answer from their messenger.
    pub bound: usize,
}

/// A group in the messenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BridgeGroup {
    /// The account of the bot.
    pub account_id: AccountId,
    /// The group's key at the provider.
    pub chat: String,
    /// Its name.
    #[schema(required = true)]
    pub title: Option<String>,
    /// It has threads.
    pub threads: bool,
    /// The bot is in it.
    pub present: bool,
}

/// A room that is bridged, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct BridgedRoom {
    /// Which.
    pub room_id: RoomId,
    /// Its name; `null` for one that the viewer does not see.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Its messages go out.
    pub enabled: bool,
    /// How many of them wait.
    pub waiting: i64,
    /// Why nothing gets there.
    #[schema(required = true)]
    pub trouble: Option<String>,
}

/// A conversation with a client that is bridged, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct BridgedConversation {
    /// Which.
    pub conversation_id: ConversationId,
    /// How its thread is called; `null` for one that the viewer does not read.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Its messages go out.
    pub enabled: bool,
    /// How many of them wait.
    pub waiting: i64,
    /// Why nothing gets there.
    #[schema(required = true)]
    pub trouble: Option<String>,
}

/// How the bridge stands.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer) -> Result<BridgeSetup> {
    viewer.require(Right::BridgeManage)?;
    let groups = store::groups(conn).await?;
    let chosen = store::chosen(conn).await?;
    let is_chosen = |group: &&BridgeGroup| chosen.as_ref() == Some(&(group.account_id, group.chat.clone()));
    Ok(BridgeSetup {
        group: groups.iter().find(is_chosen).cloned(),
        groups,
        rooms: store::rooms(conn, viewer).await?,
        conversations: store::conversations(conn, Reach::reading(viewer).ok()).await?,
        bound: super::binding::bound(conn).await?.len(),
    })
}

/// Puts the threads into another group; those of the former one stay there and are used no more. Wants a transaction.
pub async fn choose_group(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
    chat: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    viewer.require(Right::BridgeManage)?;
    let known = store::groups(conn).await?;
    let group = known.into_iter().find(|group| group.account_id == account && group.chat == chat);
    let group = group.ok_or(ClientError::NotFound)?;
    let before = store::chosen(conn).await?;
    if before.as_ref() == Some(&(account, group.chat.clone())) {
        return Ok(());
    }
    store::choose(conn, account, &group.chat).await?;
    store::forget_places(conn).await?;
    let words = |chosen: &(AccountId, String)| json!({ "account_id": chosen.0, "chat": chosen.1 });
    let after = words(&(account, group.chat));
    let subject = Subject::new("bridge", "group");
    let actor = Actor::User(viewer);
    audit::record(conn, &actor, "bridge.group", subject, before.as_ref().map(words), Some(after), now)
        .await?;
    Ok(())
}

/// Bridges a room from now on, or no longer. Only what the viewer reads himself can be shown to others. Wants a
/// transaction; repeats safely.
pub async fn set_bridged(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomId,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    viewer.require(Right::BridgeManage)?;
    if enabled {
        reach::readable(conn, viewer, id).await?;
    } else {
        reach::found(conn, viewer, id).await?;
    }
    if !store::set_enabled(conn, uuid_at(now), id, enabled).await? {
        return Ok(());
    }
    let subject = Subject::new("room", &id);
    let (before, after) = (json!({ "bridged": !enabled }), json!({ "bridged": enabled }));
    audit::record(conn, &Actor::User(viewer), "bridge.room", subject, Some(before), Some(after), now).await?;
    Ok(room::tell(conn, id, now).await?)
}

/// The same for a conversation with a client: what is said from now on goes out.
pub async fn set_conversation_bridged(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ConversationId,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    viewer.require(Right::BridgeManage)?;
    if enabled {
        let reach = Reach::reading(viewer)?;
        if !conversation::store::is_within(conn, reach, id).await? {
            return Err(ClientError::NotFound);
        }
    }
    if !store::set_conversation_enabled(conn, uuid_at(now), id, enabled, now).await? {
        return Ok(());
    }
    let subject = Subject::new("conversation", &id);
    let (before, after) = (json!({ "bridged": !enabled }), json!({ "bridged": enabled }));
    let actor = Actor::User(viewer);
    audit::record(conn, &actor, "bridge.conversation", subject, Some(before), Some(after), now).await?;
    // Whoever has it on his screen sees that the director reads along.
    let contact = conversation::store::contact(conn, id).await?;
    let changes = Changes { contacts: contact.into_iter().collect(), ..Changes::default() };
    Ok(feed::tell(conn, &changes, now).await?)
}

/// Whether this is the chosen group.
pub(super) async fn is_chosen(
    conn: &mut PgConnection,
    account: AccountId,
    chat: &ExternalId,
) -> sqlx::Result<bool> {
    let chosen = store::chosen(conn).await?;
    Ok(chosen.is_some_and(|(by, id)| by == account && id == chat.as_str()))
}

/// The chosen group lets the bot in again: those who are bound are told in their own chats. Repeats safely.
pub(super) async fn let_in(
    conn: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(title) = store::let_in(conn, account).await? else { return Ok(()) };
    let name = title.map(|title| format!(" «{title}»")).unwrap_or_default();
    let words = format!("Бот снова в группе{name}: всё, что ждало, приходит по порядку.");
    super::binding::tell_all(conn, account, &words, now).await
}

/// The chosen group does not let the bot in any more: what waits, waits, and those who are bound are told in their own
/// chats. Repeats safely.
pub(super) async fn put_out(
    conn: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(title) = store::put_out(conn, account).await? else { return Ok(()) };
    let name = title.map(|title| format!(" «{title}»")).unwrap_or_default();
    let words = format!(
        "Бота больше нет в группе{name}, поэтому чаты в неё не приходят. Верните его администратором с правом \
         «Управление темами»: всё, что ждёт, придёт по порядку."
    );
    super::binding::tell_all(conn, account, &words, now).await
}
