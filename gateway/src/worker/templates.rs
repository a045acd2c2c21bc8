//! The task that keeps our copy of the providers' templates. Notices of a provider bring it forward.

use chrono::{DateTime, TimeDelta, Utc};
use crm_core::schedule::{Plan, Report};
use crm_core::templates::sync;
use sqlx::PgPool;

use super::schedule::Tasks;
use crate::accounts::Accounts;
use crate::templates::{self, Asked};

/// WhatsApp allows 200 questions in an hour; a list of 250 templates is three.
const EVERY: TimeDelta = TimeDelta::minutes(10);

/// Adds the task.
pub fn add(tasks: &mut Tasks, accounts: Accounts) {
    tasks.add(
        sync::TASK,
        "Шаблоны сообщений: сверка с провайдером",
        Plan::Every(EVERY),
        move |pool, now| {
            let accounts = accounts.clone();
            async move { sync_all(&pool, &accounts, now).await }
        },
    );
}

/// Of one account after the other; one that fails does not keep the others from theirs.
async fn sync_all(pool: &PgPool, accounts: &Accounts, now: DateTime<Utc>) -> anyhow::Result<Report> {
    let (mut listed, mut changed, mut gone, mut failed) = (0, 0, 0, 0);
    for account in accounts.all().iter().filter(|account| account.enabled) {
        match templates::ask(pool, account, now).await? {
            Asked::Done(tally) => {
                listed += tally.listed;
                changed += tally.changed;
                gone += tally.gone;
            }
            Asked::Failed(_) => failed += 1,
            Asked::None => {}
        }
    }
    let words = format!("Шаблонов: {listed}, изменилось: {changed}, пропало: {gone}.");
    Ok(if failed == 0 {
        Report::done(words)
    } else {
        Report::failed(format!("{words} Не ответили каналы: {failed}, причины стоят на экране канала."))
    })
}

#[cfg(test)]
mod tests;
