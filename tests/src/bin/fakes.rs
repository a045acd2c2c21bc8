//! `fakes`: the fake providers alone, for other programs to talk to. Prints their addresses as one line of JSON and ends
//! with its standard input.

use std::io::Read;
use std::sync::Arc;

use gateway::clock;
use mocks::post::Settings;
use mocks::{Fakes, FakesConfig, Hooks, ProvidersConfig};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let fakes = Fakes::start(FakesConfig {
        // Nobody listens there: whoever wants webhooks sets them.
        providers: ProvidersConfig::example(&Hooks::under("http://127.0.0.1:9/hooks")),
        poster: Settings::fast(),
        telegram_webhook: false,
        clock: Arc::new(clock::now),
    })
    .await?;
    println!("{}", serde_json::to_string(&fakes.addresses())?);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
