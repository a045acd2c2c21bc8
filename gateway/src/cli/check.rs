//! `uzel check`.

use std::process::ExitCode;

use crate::accounts::Accounts;
use crate::config::Config;
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
    database.close().await;
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
