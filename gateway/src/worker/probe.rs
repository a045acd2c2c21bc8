//! Asks every provider now and then how our account is doing there, and mends what was ours and got lost.

use std::time::Duration;

use chrono::TimeDelta;
use connector_api::Probe;
use crm_core::accounts::health;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::accounts::{Account, Accounts};
use crate::clock::Clock;

/// How often one account is asked after, by whichever copy.
const EVERY: TimeDelta = TimeDelta::seconds(30);
/// How often a copy looks whether it is its turn.
const LOOK: Duration = Duration::from_secs(5);
/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What asking needs.
#[derive(Clone)]
pub struct Probing {
    /// The database.
    pub pool: PgPool,
    /// Who is asked after.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// The installation's public address, where it has one.
    pub public_url: Option<String>,
}

/// Until `stop`. A provider that hangs delays nobody else.
pub async fn run(probing: Probing, stop: CancellationToken) {
    loop {
        let asked = probing.accounts.all();
        let asking = asked.iter().filter(|account| account.enabled).map(|account| probing.ask(account));
        tokio::select! {
            _ = futures::future::join_all(asking) => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl Probing {
    async fn ask(&self, account: &Account) {
        if let Err(error) = self.ask_in_turn(account).await {
            tracing::warn!(account.id = %account.id, %error, "the health of an account is not stored");
        }
    }

    async fn ask_in_turn(&self, account: &Account) -> sqlx::Result<()> {
        let Some(probe) = account.connector.probe() else { return Ok(()) };
        let mine =
            health::claim_probe(&mut *self.pool.acquire().await?, account.id, EVERY, (self.clock)()).await?;
        if !mine {
            return Ok(());
        }
        let url = self.public_url.as_deref().and_then(|base| self.accounts.webhook_url(base, account.id));
        let answer = tokio::time::timeout(PATIENCE, probe.probe(url.as_deref())).await;
        let found = match answer {
            Ok(Ok(findings)) => Ok(findings),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        if let Err(error) = &found {
            tracing::info!(account.id = %account.id, error, "a provider could not be asked");
        }
        let mut tx = self.pool.begin().await?;
        let found = found.as_deref().map_err(String::as_str);
        let now = (self.clock)();
        health::note(&mut tx, account.id, found, now).await?;
        health::watch(&mut tx, account.id, &account.name, now).await?;
        let repairs = match found {
            Ok(findings) => health::claim_repair(&mut tx, account.id, findings, now).await?,
            Err(_) => false,
        };
        tx.commit().await?;
        match url.filter(|_| repairs) {
            Some(url) => self.repair(account, probe, &url).await,
            None => Ok(()),
        }
    }

    /// What was ours is made ours again, without anybody having asked.
    async fn repair(&self, account: &Account, probe: &dyn Probe, url: &str) -> sqlx::Result<()> {
        let done = match tokio::time::timeout(PATIENCE, probe.repair(url)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        match &done {
            Ok(_) => {
                tracing::info!(account.id = %account.id, "the subscription of {} was made anew", account.id);
            }
            Err(error) => {
                tracing::warn!(account.id = %account.id, error, "a subscription could not be made anew");
            }
        }
        let mut tx = self.pool.begin().await?;
        let told = done.as_deref().map_err(String::as_str);
        health::repaired_by_itself(&mut tx, account.id, told, (self.clock)()).await?;
        tx.commit().await
    }
}
