//! What bound people say beside all threads: in their own chats with the bot, and in the group outside of its threads.

use chrono::{DateTime, Utc};
use connector_api::{Content, ExternalId};
use sqlx::PgConnection;

use super::{
    arrive::Bridged,
    buttons,
    duty::{self, Command},
    setup,
};
use crate::{access::Viewer, decisions};

/// What becomes of words to the bot.
pub(super) enum Reply {
    /// They are nothing of ours.
    Pass,
    /// They were heard before, or are answered later.
    Silence,
    /// This is the answer.
    Say(String),
}

/// Takes words to the bot; told twice they are heard once.
pub(super) async fn take(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    content: &Content,
    quote: Option<&ExternalId>,
    now: DateTime<Utc>,
) -> sqlx::Result<Reply> {
    let Bridged { account_id: account, external_id, told } = event;
    let Content::Text { text } = content else { return Ok(Reply::Pass) };
    if !buttons::heard(conn, *account, external_id, now).await? {
        return Ok(Reply::Silence);
    }
    // What is answered there is read by everybody in the group.
    let elsewhere = told.chat.shared && !setup::is_chosen(conn, *account, &told.chat.id).await?;
    if let Some(command) = Command::read(text).filter(|_| !elsewhere) {
        duty::remember(conn, *account, viewer, &told.place, command, now).await?;
        return Ok(Reply::Silence);
    }
    if told.chat.shared {
        return Ok(Reply::Pass);
    }
    let told = decisions::copies::heard(conn, viewer, quote, text, now).await?;
    Ok(told.map_or(Reply::Pass, Reply::Say))
}
