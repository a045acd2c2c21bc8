//! The five accounts of a hub and the fake providers that speak with them.

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
            "settings": account_settings(&config, provider),
        });
        let made = api.post("/api/accounts", &form).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let hook = text(&made["account"]["webhook"]["url"]).context("an account has a webhook address")?;
        accounts.insert(provider, text(&made["account"]["id"]).context("an account has an id")?);
        match provider {
            Provider::WhatsApp => config.whatsapp.hook_url = hook,
            Provider::Telphin => config.telphin.hook_url = hook,
            Provider::Telegram => config.telegram.hook_url = hook,
            Provider::Smsc => config.smsc.hook_url = hook,
            Provider::SmsRu => config.smsru.hook_url = hook,
        }
    }
    Ok(Cast { config, accounts })
}

/// What the set-up form of the account is filled with.
pub fn account_settings(config: &ProvidersConfig, provider: Provider) -> Value {
    match provider {
        Provider::WhatsApp => json!({
            "app_secret": config.whatsapp.app_secret,
            "verify_token": config.whatsapp.verify_token,
            "phone_number_id": config.whatsapp.phone_number_id,
        }),
        Provider::Telphin => {
            let staff: Vec<&str> =
                config.telphin.staff.iter().map(|extension| extension.number.as_str()).collect();
            let (menu, queue) = (&config.telphin.ivr.number, &config.telphin.queue.number);
            json!({ "extensions": staff.join(", "), "groups": format!("{menu}:menu, {queue}:queue") })
        }
        Provider::Telegram => json!({
            "token": config.telegram.token,
            "secret_token": config.telegram.secret_token,
        }),
        Provider::Smsc => json!({ "secret": config.smsc.secret }),
        Provider::SmsRu => json!({ "api_id": config.smsru.api_id }),
    }
}
