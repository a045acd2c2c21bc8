//! What the bot tells those who are bound: by a command, and every morning by itself.

mod digest;
mod figures;
mod store;
mod words;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use connector_api::{ExternalId, MenuCommand, OutboundAction, OutboundContent, OutboundMessage};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

pub use digest::{Digest, get, send, set};
pub use figures::DayFigures;

use super::setup;
use crate::{
    AccountId, UserId,
    access::{self, Right, Scope, Viewer},
    clients::{ClientError, error::Result, reach::Reach},
    delivery::press,
    id::uuid_at,
    rates::{self, Currency},
    telephony::debt,
    timeline::conversation::{self, ConversationFilter, ConversationSort, Standing},
};

/// So many debts of each kind fit on a phone's screen.
const SHOWN: i64 = 10;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Rates in force, and how they moved.
    Rates,
    /// The figures of today.
    Day,
    /// Missed calls and unanswered conversations.
    Debts,
    /// What is bridged.
    Chats,
    /// What can be asked for.
    Help,
}

impl Command {
    /// The menu of the bot: names in Latin letters, which alone the messenger takes, and what they give.
    pub const MENU: [MenuCommand; 4] = [
        MenuCommand { name: "rates", about: "Курсы валют на сегодня" },
        MenuCommand { name: "day", about: "Показатели дня" },
        MenuCommand { name: "debts", about: "Кто ждёт звонка или ответа" },
        MenuCommand { name: "chats", about: "Чаты, связанные с Telegram" },
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Rates => "rates",
            Self::Day => "day",
            Self::Debts => "debts",
            Self::Chats => "chats",
            Self::Help => "help",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Rates, Self::Day, Self::Debts, Self::Chats, Self::Help]
            .into_iter()
            .find(|command| command.word() == word)
    }

    /// A command as a person writes it: `/rates`, `/rates@our_bot`, «/курсы».
    pub(super) fn read(text: &str) -> Option<Self> {
        let word = text.trim().strip_prefix('/')?;
        let word = word.split_once('@').map_or(word, |(word, _)| word).to_lowercase();
        Some(match word.as_str() {
            "курсы" => Self::Rates,
            "день" => Self::Day,
            "долги" => Self::Debts,
            "чаты" => Self::Chats,
            "помощь" | "start" => Self::Help,
            word => Self::from_word(word)?,
        })
    }
}

/// What answers depend on beside the database.
#[derive(Clone, Debug)]
pub struct Context {
    /// The company's zone.
    pub zone: Tz,
    /// Whose rates are told.
    pub currencies: Vec<Currency>,
    /// Begins addresses of screens, without a slash at the end; empty where nobody could open them.
    pub screens: String,
}

/// Remembers a command until [`answer`]. In the transaction that hears it.
pub(super) async fn remember(
    conn: &mut PgConnection,
    account: AccountId,
    who: &Viewer,
    place: &ExternalId,
    command: Command,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::remember(conn, uuid_at(now), account, who.user_id, place.as_str(), command.word(), now).await
}

/// Answers the commands that were heard. Repeats safely.
pub async fn answer(conn: &mut PgConnection, context: &Context, now: DateTime<Utc>) -> sqlx::Result<()> {
    loop {
        let mut tx = conn.begin().await?;
        let Some(asked) = store::take(&mut tx).await? else { return tx.commit().await };
        let viewer = access::viewer_unscoped(&mut tx, asked.user_id).await?;
        let viewer = viewer.filter(|viewer| viewer.scope(Right::BridgeUse).is_some());
        if let (Some(viewer), Some(command)) = (viewer, Command::from_word(&asked.command)) {
            let text = told(&mut tx, &viewer, command, context, now).await?;
            tell(&mut tx, asked.account_id, &asked.place, text, now).await?;
        }
        tx.commit().await?;
    }
}

/// What the answer to a command says, under the rights of whoever asks.
pub async fn told(
    conn: &mut PgConnection,
    viewer: &Viewer,
    command: Command,
    context: &Context,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    let text = match command {
        Command::Rates => Ok(words::rates(&rates::overview(conn, &context.currencies, now).await?)),
        Command::Day => day(conn, viewer, context, now).await,
        Command::Debts => debts(conn, viewer, context, now).await,
        Command::Chats => chats(conn, viewer, context).await,
        Command::Help => Ok(words::help()),
    };
    match text {
        Ok(text) => Ok(text),
        Err(ClientError::Database(error)) => Err(error),
        Err(_) => Ok("На это у вас нет права в Узле.".to_owned()),
    }
}

async fn day(
    conn: &mut PgConnection,
    viewer: &Viewer,
    context: &Context,
    now: DateTime<Utc>,
) -> Result<String> {
    // The figures are those of the whole company.
    if viewer.require(Right::ClientsRead)? != Scope::All {
        return Err(ClientError::NotFound);
    }
    let today = now.with_timezone(&context.zone).date_naive();
    let figures = figures::of_day(conn, today, context.zone).await?;
    Ok(words::day("Сегодня", today, &figures))
}

async fn debts(
    conn: &mut PgConnection,
    viewer: &Viewer,
    context: &Context,
    now: DateTime<Utc>,
) -> Result<String> {
    let calls = debt::oldest(conn, viewer, SHOWN, now).await?;
    let filter = ConversationFilter {
        sort: ConversationSort::Waiting,
        standing: Some(Standing::Open),
        ..ConversationFilter::default()
    };
    let waiting = conversation::list(conn, viewer, &filter, None, SHOWN).await?;
    let people: Vec<_> =
        calls.iter().map(|debt| debt.contact.id).chain(waiting.iter().map(|row| row.contact.id)).collect();
    let managers = store::managers(conn, &people).await?;
    Ok(words::debts(&calls, &waiting, &managers, context, now))
}

async fn chats(conn: &mut PgConnection, viewer: &Viewer, context: &Context) -> Result<String> {
    let rooms = setup::store::rooms(conn, viewer).await?.into_iter().map(|room| words::Chat {
        name: room.name.filter(|_| room.enabled),
        waiting: room.waiting,
        path: format!("rooms/{}", room.room_id),
    });
    let reach = Reach::reading(viewer).ok();
    let talks = setup::store::conversations(conn, reach).await?.into_iter().map(|talk| words::Chat {
        name: talk.name.filter(|_| talk.enabled),
        waiting: talk.waiting,
        path: format!("dialogs/{}", talk.conversation_id),
    });
    Ok(words::chats(rooms.chain(talks), context))
}

/// Says something in a person's own chat, or in the group beside all threads.
async fn tell(
    conn: &mut PgConnection,
    account: AccountId,
    place: &str,
    text: String,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let action = OutboundAction::Send { content: OutboundContent::Text { text }, quote: None };
    let message =
        OutboundMessage { id: uuid_at(now), conversation: ExternalId::new(place), to: Vec::new(), action };
    press::aside(conn, account, &message, 1, Uuid::nil(), now).await
}

/// Somebody who is bound, and where his own chat with the bot is.
pub(super) struct Bound {
    pub(super) user_id: UserId,
    pub(super) account_id: AccountId,
    pub(super) chat: String,
}

#[cfg(test)]
mod tests;
