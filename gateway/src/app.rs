//! What every HTTP handler gets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use crm_core::rates::Currency;
use sqlx::PgPool;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::live::LiveFeed;
use crate::passwords::Passwords;
use crate::vault::Vault;

/// The parts of the program that handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub pool: PgPool,
    /// Where the time comes from.
    pub clock: Clock,
    /// How we are reached.
    pub settings: Arc<HttpSettings>,
    /// Whose hub it is.
    pub company: Company,
    /// Slow work with passwords.
    pub passwords: Passwords,
    /// The channel accounts.
    pub accounts: Accounts,
    /// What changes, for open screens.
    pub live: LiveFeed,
    /// Files.
    pub vault: Vault,
}

impl App {
    /// Puts the parts together.
    pub fn new(pool: PgPool, clock: Clock, settings: HttpSettings, accounts: Accounts, vault: Vault) -> Self {
        let live = LiveFeed::new(pool.clone());
        Self {
            pool,
            clock,
            settings: Arc::new(settings),
            company: Company::default(),
            passwords: Passwords::default(),
            accounts,
            live,
            vault,
        }
    }

    /// For a company that has been configured.
    #[must_use]
    pub fn of(mut self, company: Company) -> Self {
        self.company = company;
        self
    }

    /// The time of this request.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

/// What is configured about the company.
#[derive(Clone, Debug)]
pub struct Company {
    /// The zone of its clocks.
    pub zone: Tz,
    /// Whose rates it wants to see, in this order.
    pub currencies: Arc<[Currency]>,
}

impl Default for Company {
    fn default() -> Self {
        Self { zone: Tz::Europe__Moscow, currencies: Arc::new(Currency::USUAL) }
    }
}

/// How browsers and providers reach us.
#[derive(Clone, Debug, Default)]
pub struct HttpSettings {
    /// The address that people type, such as `https://uzel.example.ru`, where it differs from the `Host` we see.
    pub public_url: Option<String>,
    /// Whether the session cookie is `Secure`, so HTTPS only. Off only for plain HTTP.
    pub secure_cookies: bool,
    /// Whether a reverse proxy of ours stands in front: the last entry of `X-Forwarded-For` is then the remote address.
    pub behind_proxy: bool,
}

impl HttpSettings {
    /// The name of the session cookie.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure_cookies { "__Host-uzel" } else { "uzel" }
    }
}
