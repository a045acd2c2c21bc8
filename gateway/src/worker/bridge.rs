//! The bridge at work: keeps a thread in the messenger for each bridged room and conversation, hands its outbox over to the
//! sender of the bot's account, one message after the other, and passes on what was said there to clients. One copy of the
//! program does it at a time.

mod inbox;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use connector_api::{ExternalId, Outbound, SendError, Threads};
use crm_core::AccountId;
use crm_core::bridge::duty;
use crm_core::bridge::mirror::{self, Mirrored, Next};
use crm_core::decisions::copies;
use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::accounts::{Account, Accounts};
use crate::clock::Clock;

/// A look without any notice.
const LOOK_ANYWAY: Duration = Duration::from_secs(2);

/// While a message is under way.
const UNDER_WAY: Duration = Duration::from_millis(200);

/// After the database failed, or while another copy does it.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// After the messenger refused a thread or could not be reached.
const AFTER_TROUBLE: Duration = Duration::from_secs(15);

/// What the bridge needs.
#[derive(Clone)]
pub struct Bridging {
    /// The database.
    pub pool: PgPool,
    /// The bot is one of them.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// What the bot's answers depend on.
    pub duty: duty::Context,
}

/// Until `stop`.
pub async fn run(bridging: Bridging, stop: CancellationToken) {
    let keep = async {
        loop {
            if let Err(error) = lead(&bridging).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the bridge waits for the database");
            }
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    };
    let both = Box::pin(async { tokio::join!(keep, show_menus(&bridging)) });
    let _: Option<(std::convert::Infallible, ())> = stop.run_until_cancelled(both).await;
}

/// Shows each bot of the bridge its menu, once for as long as this copy lives.
async fn show_menus(bridging: &Bridging) {
    let mut shown = HashSet::new();
    loop {
        for account in bridging.accounts.all().iter().filter(|account| account.enabled) {
            let Some(threads) = account.connector.threads() else { continue };
            if !shown.contains(&account.id) && threads.set_menu(&duty::Command::MENU).await.is_ok() {
                shown.insert(account.id);
            }
        }
        tokio::time::sleep(AFTER_TROUBLE).await;
    }
}

/// Works while this copy leads; returns at once when another one does.
async fn lead(bridging: &Bridging) -> sqlx::Result<()> {
    let mut leading = PgConnection::connect_with(&bridging.pool.connect_options()).await?;
    if !mirror::lead(&mut leading).await? {
        return Ok(());
    }
    let mut listener = PgListener::connect_with(&bridging.pool).await?;
    listener.listen(mirror::CHANNEL).await?;
    let mut rests = Rests::default();
    loop {
        let busy = round(bridging, &mut rests).await?;
        leading.ping().await?;
        let pause = if busy { UNDER_WAY } else { LOOK_ANYWAY };
        if let Ok(notice) = tokio::time::timeout(pause, listener.recv()).await {
            notice?;
        }
    }
}

/// Threads that the messenger has refused lately.
type Rests = HashMap<Uuid, Instant>;

/// A step that fails is tried in the next round and holds nothing else up.
fn passed<T: Default>(step: &'static str, result: sqlx::Result<T>) -> T {
    result.unwrap_or_else(|error| {
        tracing::warn!(step, error = &error as &dyn std::error::Error, "a step of the bridge waits");
        T::default()
    })
}

/// Looks at every thread in which something is to be done, or was said; whether something is under way.
async fn round(bridging: &Bridging, rests: &mut Rests) -> sqlx::Result<bool> {
    let mut conn = bridging.pool.acquire().await?;
    let now = (bridging.clock)();
    passed("decisions", copies::review(&mut conn, now).await);
    passed("commands", duty::answer(&mut conn, &bridging.duty, now).await);
    let listening = passed("inbox", Box::pin(inbox::pass_on(bridging, &mut conn)).await);
    let Some((account, chat, threads)) = mirror::due(&mut conn).await? else { return Ok(listening) };
    rests.retain(|_, until| *until > Instant::now());
    let Some(account) = bridging.accounts.by_id(account).filter(|account| account.enabled) else {
        return Ok(listening);
    };
    let Some(at_work) = AtWork::of(bridging, &account, &chat) else { return Ok(listening) };
    let mut busy = listening;
    for thread in threads.into_iter().filter(|thread| !rests.contains_key(thread)).collect::<Vec<_>>() {
        match at_work.step(&mut conn, thread).await? {
            Done::UnderWay => busy = true,
            Done::Trouble(pause) => {
                rests.insert(thread, Instant::now() + pause);
            }
        }
    }
    Ok(busy)
}

struct AtWork<'a> {
    bridging: &'a Bridging,
    account: AccountId,
    chat: &'a ExternalId,
    threads: &'a dyn Threads,
    outbound: &'a dyn Outbound,
}

/// How a look at a thread ended.
enum Done {
    /// All is done that can be done now.
    UnderWay,
    /// The messenger does not want to; it is tried again after this pause.
    Trouble(Duration),
}

impl<'a> AtWork<'a> {
    fn of(bridging: &'a Bridging, account: &'a Account, chat: &'a ExternalId) -> Option<Self> {
        let (threads, outbound) = (account.connector.threads()?, account.connector.outbound()?);
        Some(Self { bridging, account: account.id, chat, threads, outbound })
    }

    async fn step(&self, conn: &mut PgConnection, thread: Uuid) -> sqlx::Result<Done> {
        loop {
            let now = (self.bridging.clock)();
            let next = mirror::look(conn, thread, &self.bridging.duty.screens, now).await?;
            let failed = match next {
                Next::Rest => return Ok(Done::UnderWay),
                Next::Send(mirrored) => {
                    self.hand_over(conn, &mirrored).await?;
                    continue;
                }
                Next::Open(name) => match self.threads.open(self.chat, &name).await {
                    Ok(place) => {
                        mirror::opened(conn, thread, &place, &name).await?;
                        continue;
                    }
                    Err(error) => error,
                },
                Next::Rename(place, name) => match self.threads.rename(&place, &name).await {
                    Ok(()) => {
                        mirror::renamed(conn, thread, &name).await?;
                        continue;
                    }
                    Err(error) => error,
                },
                Next::SetClosed(place, closed) => match self.threads.set_closed(&place, closed).await {
                    Ok(()) => {
                        mirror::set_closed(conn, thread, closed).await?;
                        continue;
                    }
                    Err(error) => error,
                },
            };
            if is_gone(&failed) {
                mirror::lost(conn, thread).await?;
                continue;
            }
            let (reason, pause) = words(failed);
            if mirror::troubled(conn, thread, &reason).await? {
                tracing::warn!(thread.id = %thread, "a thread of the bridge cannot be kept");
            }
            return Ok(Done::Trouble(pause));
        }
    }

    async fn hand_over(&self, conn: &mut PgConnection, mirrored: &Mirrored) -> sqlx::Result<()> {
        let now = (self.bridging.clock)();
        match self.outbound.parts(&mirrored.message) {
            Ok(parts) => mirror::queue(conn, self.account, mirrored, parts, now).await,
            Err(error) => mirror::impossible(conn, mirrored, &words(error).0, now).await,
        }
    }
}

/// Somebody removed the thread by hand: it is opened anew when there is something to say.
fn is_gone(error: &SendError) -> bool {
    matches!(error, SendError::Rejected { code, .. } if code == "topic_gone")
}

/// For the screen, and how long to wait.
fn words(error: SendError) -> (String, Duration) {
    match error {
        SendError::Rejected { reason, .. } | SendError::AccountStopped { reason, .. } => {
            (reason, AFTER_TROUBLE)
        }
        SendError::RateLimited { retry_after, .. } => {
            ("Telegram просит подождать.".to_owned(), retry_after.unwrap_or(AFTER_TROUBLE))
        }
        SendError::NotReady(_) | SendError::Temporary(_) | SendError::Unknown(_) => {
            ("Telegram сейчас недоступен: сообщения ждут и уйдут по порядку.".to_owned(), AFTER_TROUBLE)
        }
    }
}
