//! `uzel replay`.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use crm_core::AccountId;
use crm_core::timeline::raw_event::RawState;
use crm_core::timeline::raw_log::ReplayFilter;
use serde_json::json;

use crate::accounts::Accounts;
use crate::config::Config;
use crate::{clock, database, http_client, run};

/// Events per round.
const ROUND: u64 = 5_000;

/// Replays a period, an account or the quarantine, oldest first, and prints what became of it.
pub(super) async fn replay(
    config: &Config,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    account_id: Option<AccountId>,
    quarantine: bool,
) -> anyhow::Result<ExitCode> {
    let database = database::open(config, clock::now).await?;
    let accounts =
        Accounts::load(database.pool.clone(), run::seal_key(config)?, http_client::build()?).await?;
    let state = quarantine.then_some(RawState::Quarantined);
    let mut filter = ReplayFilter { account_id, state, from, until, ..ReplayFilter::default() };
    let (mut replayed, mut healed, mut quarantined) = (0, 0, 0);
    loop {
        let round = crate::replay::replay(&database.pool, &accounts, &filter, ROUND, clock::now()).await?;
        replayed += round.replayed;
        healed += round.healed;
        quarantined += round.quarantined;
        eprintln!("перечитано {replayed}");
        filter.after = round.next;
        if filter.after.is_none() {
            break;
        }
    }
    database.close().await;
    println!("{}", json!({ "replayed": replayed, "healed": healed, "quarantined": quarantined }));
    Ok(ExitCode::SUCCESS)
}
