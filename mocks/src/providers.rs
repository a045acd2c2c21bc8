//! The fakes together, as a scenario needs them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::max::{self, FakeMax};
use crate::outgoing::Provider;
use crate::smsc::{self, FakeSmsc};
use crate::smsru::{self, FakeSmsRu};
use crate::telegram::{self, FakeTelegram};
use crate::telphin::{self, FakeTelphin};
use crate::whatsapp::{self, FakeWhatsApp};

/// The hub's hook URLs, one per account, complete with their secret parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// For WhatsApp.
    pub whatsapp: String,
    /// For Telphin.
    pub telphin: String,
    /// For Telegram.
    pub telegram: String,
    /// For SMSC.ru.
    pub smsc: String,
    /// For SMS.ru.
    pub smsru: String,
    /// For MAX.
    pub max: String,
}

impl Hooks {
    /// All under one address, each under its provider's name: `{base}/whatsapp`, `{base}/telphin` and so on.
    pub fn under(base: &str) -> Self {
        let url = |provider: Provider| format!("{}/{}", base.trim_end_matches('/'), provider.name());
        Self {
            whatsapp: url(Provider::WhatsApp),
            telphin: url(Provider::Telphin),
            telegram: url(Provider::Telegram),
            smsc: url(Provider::Smsc),
            smsru: url(Provider::SmsRu),
            max: url(Provider::Max),
        }
    }
}

/// An address where nobody listens, until a hub is told where the fake does: never the real provider's.
const NOBODY: &str = "http://127.0.0.1:1";

/// Every provider's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvidersConfig {
    /// WhatsApp.
    pub whatsapp: whatsapp::Config,
    /// Telphin.
    pub telphin: telphin::Config,
    /// Telegram.
    pub telegram: telegram::Config,
    /// SMSC.ru.
    pub smsc: smsc::Config,
    /// SMS.ru.
    pub smsru: smsru::Config,
    /// MAX.
    pub max: max::Config,
}

impl ProvidersConfig {
    /// The invented accounts, with these hook URLs.
    pub fn example(hooks: &Hooks) -> Self {
        Self {
            whatsapp: whatsapp::Config::example(&hooks.whatsapp),
            telphin: telphin::Config::example(&hooks.telphin),
            telegram: telegram::Config::example(&hooks.telegram),
            smsc: smsc::Config::example(&hooks.smsc),
            smsru: smsru::Config::example(&hooks.smsru),
            max: max::Config::example(&hooks.max),
        }
    }
}

impl ProvidersConfig {
    /// What the set-up form of an account is filled with that speaks with this fake.
    pub fn form(&self, provider: Provider) -> Value {
        match provider {
            Provider::WhatsApp => json!({
                "app_secret": self.whatsapp.app_secret,
                "verify_token": self.whatsapp.verify_token,
                "access_token": self.whatsapp.access_token,
                "phone_number_id": self.whatsapp.phone_number_id,
                "waba_id": self.whatsapp.waba_id,
                // Nobody listens there: whoever starts the fake puts its address here, and nobody calls the real one.
                "api_url": "http://127.0.0.1:9",
            }),
            Provider::Telphin => {
                let staff: Vec<&str> =
                    self.telphin.staff.iter().map(|extension| extension.number.as_str()).collect();
                let (menu, queue) = (&self.telphin.ivr.number, &self.telphin.queue.number);
                json!({
                    "extensions": staff.join(", "),
                    "groups": format!("{menu}:menu, {queue}:queue"),
                    "app_id": self.telphin.app_id,
                    "app_secret": self.telphin.app_secret,
                    "api_url": NOBODY,
                })
            }
            Provider::Telegram => json!({
                "token": self.telegram.token,
                "secret_token": self.telegram.secret_token,
            }),
            Provider::Smsc => json!({
                "secret": self.smsc.secret,
                "apikey": self.smsc.apikey,
                "sender": self.smsc.our_number,
            }),
            Provider::SmsRu => json!({ "api_id": self.smsru.api_id }),
            Provider::Max => json!({ "token": self.max.token, "secret": self.max.secret }),
        }
    }

    /// Where this provider posts its webhooks.
    pub fn set_hook(&mut self, provider: Provider, url: String) {
        match provider {
            Provider::WhatsApp => self.whatsapp.hook_url = url,
            Provider::Telphin => self.telphin.hook_url = url,
            Provider::Telegram => self.telegram.hook_url = url,
            Provider::Smsc => self.smsc.hook_url = url,
            Provider::SmsRu => self.smsru.hook_url = url,
            Provider::Max => self.max.hook_url = url,
        }
    }
}

/// The makers of requests.
#[derive(Debug, Clone)]
pub struct Providers {
    /// WhatsApp.
    pub whatsapp: FakeWhatsApp,
    /// Telphin.
    pub telphin: FakeTelphin,
    /// Telegram.
    pub telegram: FakeTelegram,
    /// SMSC.ru.
    pub smsc: FakeSmsc,
    /// SMS.ru.
    pub smsru: FakeSmsRu,
    /// MAX.
    pub max: FakeMax,
}

impl Providers {
    /// Fakes of these accounts.
    pub fn new(config: ProvidersConfig) -> Self {
        Self {
            whatsapp: FakeWhatsApp::new(config.whatsapp),
            telphin: FakeTelphin::new(config.telphin),
            telegram: FakeTelegram::new(config.telegram),
            smsc: FakeSmsc::new(config.smsc),
            smsru: FakeSmsRu::new(config.smsru),
            max: FakeMax::new(config.max),
        }
    }

    /// Fakes of the invented accounts, with these hook URLs.
    pub fn example(hooks: &Hooks) -> Self {
        Self::new(ProvidersConfig::example(hooks))
    }
}
