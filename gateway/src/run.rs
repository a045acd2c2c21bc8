//! Puts the parts together: what `uzel serve` starts, and what tests start in the same way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;
use crm_core::access::bootstrap;
use email::{Login, Mailer};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{self, Database};
use crate::http::health::{self, Vitals};
use crate::http::webhooks::{self, Hooks, Refusals};
use crate::http::{api, layers, web};
use crate::http_client;
use crate::intake::{Intake, IntakeSettings};
use crate::live::LiveFeed;
use crate::sealed::{SealKey, key_from_file};
use crate::vault::Vault;
use crate::worker::apply::{self, Applier, ApplyQueue};
use crate::worker::schedule::{Scheduler, Tasks};
use crate::worker::{
    bridge, bridge_duty, history, housekeeping, mail, media, media_terms, poll, probe, rates, send, states,
    templates, terms,
};

/// How long a stop may take before what is left is dropped; it is durable by then.
pub const STOP_WITHIN: Duration = Duration::from_secs(10);

/// What this copy of the program does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Everything.
    #[default]
    All,
    /// Takes webhooks and answers the API; other copies make timelines of what it took.
    Web,
    /// Makes timelines and asks providers; answers health and figures only.
    Worker,
}

/// A running hub.
pub struct Hub {
    /// Where it listens.
    pub address: SocketAddr,
    /// Token for setting up, while there is no administrator and this copy answers the API.
    pub setup_token: Option<String>,
    /// The accounts, for the demo.
    pub accounts: Accounts,
    /// The database, for the demo.
    pub database: Database,
    live: LiveFeed,
    http_stop: CancellationToken,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: TaskTracker,
    supervision: CancellationToken,
}

/// Opens the database, brings it up to date and starts everything that the role asks for.
pub async fn start(config: &Config, role: Role, clock: Clock) -> anyhow::Result<Hub> {
    let listener = TcpListener::bind(config.server.listen).await.with_context(|| {
        format!("the address {} cannot be listened on; set UZEL_LISTEN", config.server.listen)
    })?;
    let address = listener.local_addr()?;
    let database = database::open(config, clock).await?;
    let supervision = CancellationToken::new();
    tokio::spawn(database.clone().look_after(supervision.clone()));
    let started = assemble(config, role, clock, listener, &database).await;
    match started {
        Ok(parts) => Ok(Hub {
            address,
            setup_token: parts.setup_token,
            accounts: parts.accounts,
            live: parts.live,
            database,
            http_stop: parts.http_stop,
            stop: parts.stop,
            server: parts.server,
            tasks: parts.tasks,
            supervision,
        }),
        Err(error) => {
            supervision.cancel();
            database.close().await;
            Err(error)
        }
    }
}

struct Parts {
    setup_token: Option<String>,
    accounts: Accounts,
    live: LiveFeed,
    http_stop: CancellationToken,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: TaskTracker,
}

async fn assemble(
    config: &Config,
    role: Role,
    clock: Clock,
    listener: TcpListener,
    database: &Database,
) -> anyhow::Result<Parts> {
    let (stop, http_stop, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let pool = database.pool.clone();
    let seal_key = seal_key(config)?;
    let accounts = Accounts::load(pool.clone(), seal_key, http_client::build()?).await?;
    for broken in accounts.broken() {
        tracing::error!(account.id = %broken.id, error = broken.error, "an account cannot work");
    }
    tasks.spawn({
        let (accounts, stop) = (accounts.clone(), stop.clone());
        async move { accounts.keep_fresh(stop).await }
    });

    let vault = Vault::open(config)?;
    let queue = if role == Role::Web {
        ApplyQueue::elsewhere()
    } else {
        let (queue, work) = ApplyQueue::new();
        let settle = Arc::new(Notify::new());
        let applier =
            Applier { pool: pool.clone(), accounts: accounts.clone(), clock, settle, turn: Arc::default() };
        apply::start(&applier, work, &tasks, &stop);
        let polling =
            poll::Polling { pool: pool.clone(), accounts: accounts.clone(), clock, apply: queue.clone() };
        tasks.spawn(poll::run(polling, tasks.clone(), stop.clone()));
        let sending = send::Sending {
            pool: database.senders.clone(),
            accounts: accounts.clone(),
            clock,
            zone: config.company().zone,
            files: Arc::new(vault.clone()),
        };
        tasks.spawn(send::run(sending, tasks.clone(), stop.clone()));
        let bridging =
            bridge::Bridging { pool: pool.clone(), accounts: accounts.clone(), clock, duty: on_duty(config) };
        tasks.spawn(bridge::run(bridging, stop.clone()));
        let probing = probe::Probing {
            pool: pool.clone(),
            accounts: accounts.clone(),
            clock,
            public_url: config.http_settings().public_url,
        };
        tasks.spawn(probe::run(probing, stop.clone()));
        let downloads = media::Downloads {
            pool: pool.clone(),
            accounts: accounts.clone(),
            clock,
            vault: vault.clone(),
            recordings_wait: TimeDelta::days(i64::from(config.media.recording_wait_days)),
        };
        tasks.spawn(media::run(downloads, tasks.clone(), stop.clone()));
        let states =
            states::States { pool: pool.clone(), accounts: accounts.clone(), clock, apply: queue.clone() };
        tasks.spawn(states::run(states, stop.clone()));
        let letters = mail::Letters { pool: pool.clone(), clock, mailer: mailer(config)?.map(Arc::new) };
        tasks.spawn(mail::run(letters, stop.clone()));
        queue
    };
    let scheduler = Scheduler::new(pool.clone(), clock, by_time(config, role, &accounts, &vault, &queue)?);
    tasks.spawn(scheduler.run(tasks.clone(), stop.clone()));
    let settings = IntakeSettings {
        spool_dir: config.data.folder.join("spool"),
        spool_max_bytes: config.spool.max_bytes,
        slow_after: Duration::from_millis(config.database.slow_ms),
    };
    let intake = Intake::start(database.intake.clone(), &settings, queue.clone(), &tasks, &stop)
        .context("the spool in the data folder cannot be opened")?;

    let app = App::new(pool.clone(), clock, config.http_settings(), accounts.clone(), vault.clone())
        .of(config.company());
    let vitals = Vitals::new(config, app.clone(), Some(intake.clone()), queue.clone());
    tasks.spawn(vitals.figures.clone().keep(stop.clone()));
    tasks.spawn(app.live.clone().run());
    let live = app.live.clone();
    let refusals = Refusals::default();
    tasks.spawn(refusals.clone().keep_writing(pool.clone(), clock, stop.clone()));
    let mut router = health::router(vitals);
    if role != Role::Worker {
        let hooks = Hooks {
            accounts: accounts.clone(),
            intake,
            clock,
            max_body_bytes: usize::try_from(config.intake.max_body_bytes).unwrap_or(usize::MAX),
            read_timeout: Duration::from_secs(config.intake.read_timeout_s),
            refusals,
            app: app.clone(),
        };
        router = router.merge(webhooks::router(hooks)).merge(api::router(app).0).fallback(web::serve);
    }
    let router = layers::wrap(router).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, router).with_graceful_shutdown(http_stop.clone().cancelled_owned());
    let server = tokio::spawn(async move { server.await });
    // A copy without the API has no door for the link, and must not take it from the copy that has one.
    let setup_token = match role {
        Role::Worker => None,
        Role::All | Role::Web => bootstrap::setup_link(&mut *pool.acquire().await?, clock()).await?,
    };
    Ok(Parts { setup_token, accounts, live, http_stop, stop, server, tasks })
}

/// What the bot of the bridge tells of.
fn on_duty(config: &Config) -> crm_core::bridge::duty::Context {
    crm_core::bridge::duty::Context {
        zone: config.company().zone,
        currencies: config.rates.currencies.0.clone(),
        screens: config.http_settings().public_url.unwrap_or_default().trim_end_matches('/').to_owned(),
    }
}

/// Everything that this copy does by time: a line for each task or group of tasks.
fn by_time(
    config: &Config,
    role: Role,
    accounts: &Accounts,
    vault: &Vault,
    queue: &ApplyQueue,
) -> anyhow::Result<Tasks> {
    let mut tasks = Tasks::default();
    // In every role: copies that only take webhooks need tomorrow's partitions too.
    housekeeping::add(&mut tasks, TimeDelta::days(i64::from(config.raw.keep_days)));
    if role == Role::Web {
        return Ok(tasks);
    }
    templates::add(&mut tasks, accounts.clone());
    if config.rates.enabled {
        rates::add(&mut tasks, bank(config)?, config.rates.currencies.0.clone());
    }
    bridge_duty::add(&mut tasks, on_duty(config));
    terms::add(&mut tasks);
    history::add(&mut tasks, accounts.clone(), queue.clone());
    let keep_recordings = TimeDelta::days(i64::from(config.media.recording_keep_days));
    media_terms::add(&mut tasks, &vault.store, keep_recordings);
    Ok(tasks)
}

fn bank(config: &Config) -> anyhow::Result<cbr::Bank> {
    let http = http_client::build_for_public_pages(config.rates.proxy.clone())?;
    let about = config.server.public_url.as_deref().map_or_else(String::new, |url| format!(" (+{url})"));
    let config = cbr::Config {
        url: config.rates.url.clone(),
        mirror_url: config.rates.mirror_url.clone(),
        user_agent: format!("uzel/{}{about}", env!("CARGO_PKG_VERSION")),
    };
    Ok(cbr::Bank::new(config, http))
}

/// `None` where no mail server is configured.
pub(crate) fn mailer(config: &Config) -> anyhow::Result<Option<Mailer>> {
    let mail = &config.mail;
    let (Some(server), Some(from)) = (mail.server.clone(), mail.from.clone()) else { return Ok(None) };
    let login = mail.user.clone().zip(mail.password.clone()).map(|(user, password)| Login { user, password });
    let trusted_roots = match &mail.trusted_roots {
        Some(file) => Some(std::fs::read_to_string(file).with_context(|| {
            format!("the certificates {} cannot be read; set UZEL_MAIL_TRUSTED_ROOTS", file.display())
        })?),
        None => None,
    };
    let public_url = config.server.public_url.as_deref().and_then(|url| url.parse::<http::Uri>().ok());
    let config = email::Config {
        server,
        port: mail.port,
        security: mail.security,
        login,
        from,
        hello_name: public_url.and_then(|url| url.host().map(str::to_owned)),
        trusted_roots,
    };
    Mailer::new(config).map(Some).context("the section [mail] does not fit")
}

pub(crate) fn seal_key(config: &Config) -> anyhow::Result<SealKey> {
    match &config.data.secret_key {
        Some(key) => Ok(SealKey::from_bytes(*key.expose())),
        None => {
            key_from_file(&config.data.folder.join("secret.key")).context("the key of the channels' secrets")
        }
    }
}

impl Hub {
    /// Accepts no more, finishes, flushes, and closes the database: within [`STOP_WITHIN`].
    pub async fn stop(self) {
        let finished = tokio::time::timeout(STOP_WITHIN, async {
            self.http_stop.cancel();
            // Streams never end by themselves.
            self.live.stop();
            // Connections that stay open do not hold up the rest for ever.
            let _ = tokio::time::timeout(STOP_WITHIN / 3, self.server).await;
            self.stop.cancel();
            self.tasks.close();
            self.tasks.wait().await;
            self.supervision.cancel();
            self.database.close().await;
        });
        if finished.await.is_err() {
            tracing::warn!("the stop took too long; what is left is durable and goes on at the next start");
        }
    }
}
