//! `uzel serve`.

use std::process::ExitCode;

use crate::clock;
use crate::config::Config;
use crate::run::{self, Hub, Role};
use crate::{logs, shutdown};

/// Runs until told to stop.
pub(super) async fn serve(config: &Config, role: Role) -> anyhow::Result<ExitCode> {
    logs::start(&config.log)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let stop = shutdown::on_signal();
    let hub = run::start(config, role, clock::now).await?;
    welcome(config, &hub);
    stop.cancelled().await;
    tracing::info!("stopping");
    hub.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn welcome(config: &Config, hub: &Hub) {
    let url = config.server.public_url.clone().unwrap_or_else(|| format!("http://{}", hub.address));
    tracing::info!(address = %hub.address, "uzel listens");
    if let Some(token) = &hub.setup_token {
        // On the terminal and not in the log: who reads logs is not who sets up.
        println!("Администратора ещё нет. Откройте ссылку, она действует один раз:");
        println!("  {url}/setup#{token}");
        println!("или создайте его командой:");
        println!("  uzel user add ЛОГИН");
    }
}
