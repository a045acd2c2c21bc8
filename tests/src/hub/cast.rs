//! The accounts of a hub and the fake providers that speak with them.

use std::collections::BTreeMap;

use anyhow::Context;
use mocks::{Hooks, Provider, Providers, ProvidersConfig};
use serde_json::{Value, json};

use super::Api;

/// Accounts that are connected, and who posts to them.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The fakes' configuration, with the hook URLs of this hub.
    pub config: ProvidersConfig,
    /// Account id by provider.
    pub accounts: BTreeMap<Provider, String>,
}

impl Cast {
    /// The makers of requests.
    pub fn providers(&self) -> Providers {
        Providers::new(self.config.clone())
    }
}

/// Connects an account of each provider over the API.
pub async fn connect(api: &Api) -> anyhow::Result<Cast> {
    let mut config = ProvidersConfig::example(&Hooks::under("http://127.0.0.1:1"));
    let mut accounts = BTreeMap::new();
    for provider in Provider::ALL {
        let form = json!({
            "connector": provider.name(),
            "name": provider.name(),
            "settings": config.form(provider),
        });
        let made = api.post("/api/accounts", &form).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let hook = text(&made["account"]["webhook"]["url"]).context("an account has a webhook address")?;
        accounts.insert(provider, text(&made["account"]["id"]).context("an account has an id")?);
        config.set_hook(provider, hook);
    }
    Ok(Cast { config, accounts })
}
