//! What every HTTP handler gets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
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
            passwords: Passwords::default(),
            accounts,
            live,
            vault,
        }
    }

    /// The time of this request.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
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
