//! `uzel check`.

use std::process::ExitCode;

use crate::accounts::Accounts;
use crate::config::Config;
use crate::worker::mail::tried;
use crate::{clock, database, http_client, run};

/// Prints a line for each thing looked at; fails when one of them is wrong.
pub(super) async fn check(config: &Config) -> anyhow::Result<ExitCode> {
    for warning in &config.warnings {
        println!("внимание: {warning}");
    }
    println!("настройки: в порядке");
    let database = database::open(config, clock::now).await?;
    println!("база данных: отвечает, миграции применены");
    let accounts =
        Accounts::load(database.pool.clone(), run::seal_key(config)?, http_client::build()?).await?;
    let broken = accounts.broken();
    for account in accounts.all() {
        let state = if account.enabled { "в порядке" } else { "выключен" };
        println!("канал «{}» ({}): {state}", account.name, account.connector_name);
    }
    for account in &broken {
        println!("канал «{}» ({}): не работает: {}", account.name, account.connector_name, account.error);
    }
    let mail = mail(config).await?;
    database.close().await;
    Ok(if broken.is_empty() && mail { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the mail server lets us in, or is not wanted.
async fn mail(config: &Config) -> anyhow::Result<bool> {
    let Some(mailer) = run::mailer(config)? else {
        println!("почта: не настроена, письма администраторам не уходят");
        return Ok(true);
    };
    let checked = tried(mailer.check().await);
    match &checked.reason {
        None => println!("почта: сервер впускает"),
        Some(reason) => println!("почта: не работает: {reason}"),
    }
    Ok(checked.reason.is_none())
}
