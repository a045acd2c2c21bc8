//! Sending: every account that can write has a sender of its own in every copy, so that a sick provider holds up nobody
//! but itself. The order of a conversation is kept by its lane, `crm_core::delivery::lane`.

mod account;
mod attempt;
mod bell;
mod failover;
mod gate;
mod pace;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono_tz::Tz;
use connector_api::FileSource;
use crm_core::AccountId;
use crm_core::delivery::lane::{self, Sender};
use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::clock::Clock;
use account::AccountSender;
use bell::Bell;

/// How often the senders are compared with the directory, planned messages get their turn, and the dead are looked for.
const REVIEW: Duration = Duration::from_secs(1);

/// What sending needs.
#[derive(Clone)]
pub struct Sending {
    /// Connections for lanes alone, so that reading people never wait for them.
    pub pool: PgPool,
    /// Which accounts send.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// The company's zone.
    pub zone: Tz,
    /// Where the bytes of files come from.
    pub files: Arc<dyn FileSource>,
}

/// Keeps one sender per account that can write, until `stop`. Attempts under way are finished and recorded before it
/// ends.
pub async fn run(sending: Sending, tasks: TaskTracker, stop: CancellationToken) {
    let (number, alive) = watch::channel(None);
    tasks.spawn(enlist(sending.clone(), number, stop.clone()));
    let woken = Woken::default();
    tasks.spawn(listen(sending.pool.clone(), woken.clone(), stop.clone()));
    let bell = Bell::default();
    tasks.spawn(bell.clone().run(sending.pool.clone(), stop.clone()));

    let mut senders: HashMap<AccountId, CancellationToken> = HashMap::new();
    loop {
        let can_write =
            |account: &crate::accounts::Account| account.enabled && account.connector.outbound().is_some();
        let wanted: Vec<AccountId> = sending
            .accounts
            .all()
            .iter()
            .filter(|account| can_write(account))
            .map(|account| account.id)
            .collect();
        senders.retain(|id, sender| {
            let keep = wanted.contains(id) && !sender.is_cancelled();
            if !keep {
                sender.cancel();
            }
            keep
        });
        for id in wanted {
            senders.entry(id).or_insert_with(|| {
                let stopping = stop.child_token();
                let sender = AccountSender::new(
                    sending.clone(),
                    id,
                    alive.clone(),
                    woken.of(id),
                    bell.clone(),
                    tasks.clone(),
                    stopping.clone(),
                );
                tasks.spawn(sender.run());
                stopping
            });
        }
        if let Err(error) = review(&sending).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "sending waits for the database");
        }
        tokio::select! {
            () = tokio::time::sleep(REVIEW) => {}
            () = stop.cancelled() => break,
        }
    }
}

async fn review(sending: &Sending) -> sqlx::Result<()> {
    let mut conn = sending.pool.acquire().await?;
    lane::release_planned(&mut conn, (sending.clock)()).await?;
    let freed = lane::free_dead(&mut conn).await?;
    if freed > 0 {
        tracing::info!(lanes = freed, "lanes of a dead sender were taken back");
    }
    failover::review(sending, &mut conn).await
}

/// Keeps this copy alive in the eyes of the others: its number holds for as long as one connection does.
async fn enlist(sending: Sending, number: watch::Sender<Option<Sender>>, stop: CancellationToken) {
    let keep = async {
        loop {
            let Err(error) = enlisted(&sending.pool, &number).await;
            number.send_replace(None);
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "sending lost its place; it takes a new one"
            );
            tokio::time::sleep(REVIEW).await;
        }
    };
    let _: Option<()> = stop.run_until_cancelled(keep).await;
    // Attempts under way still have to be recorded under the number, so the last one to leave ends it.
    number.closed().await;
}

async fn enlisted(
    pool: &PgPool,
    number: &watch::Sender<Option<Sender>>,
) -> sqlx::Result<std::convert::Infallible> {
    let mut conn = PgConnection::connect_with(&pool.connect_options()).await?;
    number.send_replace(Some(Sender::enlist(&mut conn).await?));
    loop {
        tokio::time::sleep(2 * REVIEW).await;
        conn.ping().await?;
    }
}

/// Who is to be woken when a lane of an account is due.
#[derive(Clone, Default)]
struct Woken {
    accounts: Arc<Mutex<HashMap<AccountId, Arc<Notify>>>>,
}

impl Woken {
    fn of(&self, id: AccountId) -> Arc<Notify> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default().clone()
    }

    fn wake(&self, payload: &str) {
        if let Ok(id) = payload.parse::<uuid::Uuid>() {
            self.of(AccountId(id)).notify_one();
        }
    }
}

async fn listen(pool: PgPool, woken: Woken, stop: CancellationToken) {
    let follow = async {
        loop {
            let Err(error) = follow(&pool, &woken).await;
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "sending lost its listener; it looks every second"
            );
            tokio::time::sleep(REVIEW).await;
        }
    };
    let _: Option<()> = stop.run_until_cancelled(follow).await;
}

async fn follow(pool: &PgPool, woken: &Woken) -> sqlx::Result<std::convert::Infallible> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(lane::CHANNEL).await?;
    loop {
        woken.wake(listener.recv().await?.payload());
    }
}
