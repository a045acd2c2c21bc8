//! Asks providers what became of our messages where their reports did not come. The answers take the road of webhooks, and
//! what a report told already changes nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{ExternalId, FetchError};
use crm_core::delivery::silence;
use crm_core::timeline::raw_event::{StoredRaw, insert_group};
use futures::future::join_all;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::apply::ApplyQueue;
use crate::accounts::{Account, Accounts};
use crate::clock::Clock;

/// How often it is looked whether a message is due. A provider may want no more than a group a minute.
const LOOK: Duration = Duration::from_secs(60);

/// A question that failed is asked again after this time.
const AGAIN: TimeDelta = TimeDelta::minutes(2);

/// What asking needs.
#[derive(Clone)]
pub struct States {
    /// The database.
    pub pool: PgPool,
    /// Whose messages.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// Where stored answers go.
    pub apply: ApplyQueue,
}

/// Asks until `stop`. A provider that hangs delays nobody else.
pub async fn run(states: States, stop: CancellationToken) {
    loop {
        tokio::select! {
            _ = states.sweep((states.clock)()) => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl States {
    /// One group of each account that has messages to ask after. Returns how many answers were stored.
    pub async fn sweep(&self, now: DateTime<Utc>) -> usize {
        let accounts = self.accounts.all();
        let asked = accounts.iter().filter(|account| account.enabled).map(|account| async move {
            self.ask(account, now).await.unwrap_or_else(|error| {
                tracing::warn!(account.id = %account.id, %error, "states wait for the database");
                0
            })
        });
        join_all(asked).await.into_iter().sum()
    }

    async fn ask(&self, account: &Account, now: DateTime<Utc>) -> sqlx::Result<usize> {
        let Some(source) = account.connector.states() else { return Ok(0) };
        let mut conn = self.pool.acquire().await?;
        let (ask_after, at_once) = (source.ask_after(), source.at_once());
        let silent = silence::claim_unscoped(&mut conn, account.id, ask_after, at_once, now).await?;
        // No connection is held while the provider takes its time.
        drop(conn);
        if silent.is_empty() {
            return Ok(0);
        }
        let messages: Vec<ExternalId> =
            silent.iter().flat_map(|silent| silent.messages.iter().cloned()).collect();
        match source.fetch_states(&messages, now).await {
            Ok(raw) => {
                let group: Vec<StoredRaw> =
                    raw.into_iter().map(|raw| StoredRaw::new(account.id, raw)).collect();
                let stored = group.len();
                insert_group(&mut *self.pool.acquire().await?, &group, !self.apply.is_here()).await?;
                self.apply.offer(group);
                Ok(stored)
            }
            Err(error) => {
                tracing::warn!(account.id = %account.id, %error, "states could not be asked for; they are again");
                let pause = match error {
                    FetchError::RateLimited { retry_after: Some(pause) } => {
                        TimeDelta::from_std(pause).unwrap_or(AGAIN).max(AGAIN)
                    }
                    _ => AGAIN,
                };
                silence::ask_again_unscoped(&mut *self.pool.acquire().await?, &silent, now + pause).await?;
                Ok(0)
            }
        }
    }
}
