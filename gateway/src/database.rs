//! The database: the given server, or a private one in the data folder; migrations; the pools.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use crm_core::timeline::raw_event;
use private_postgres::{PrivatePostgres, Settings, Stopped};
use secrecy::ExposeSecret;
use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool, Postgres};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;

/// How often the private server is looked after.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// A connection that lay idle for so long may have lost its server.
const TRIED_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// An open database.
#[derive(Clone)]
pub struct Database {
    /// For everything but the intake.
    pub pool: PgPool,
    /// For the intake alone, so that slow reads never take its connections.
    pub intake: PgPool,
    /// For the lanes of senders alone: people who read never wait for them, nor they for people.
    pub senders: PgPool,
    private: Option<Arc<Mutex<Option<PrivatePostgres>>>>,
}

/// Opens the database and brings it up to date.
pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Database> {
    let folder = &config.data.folder;
    make_data_folder(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let (options, private) = match &config.database.url {
        Some(url) => {
            let options: PgConnectOptions =
                url.expose_secret().parse().context("DATABASE_URL is no address of a PostgreSQL server")?;
            (options, None)
        }
        None => {
            let server = start_private(config).await?;
            let options = PgConnectOptions::new_without_pgpass()
                .socket(server.socket_dir())
                .username(server.user())
                .database(server.database());
            (options, Some(Arc::new(Mutex::new(Some(server)))))
        }
    };
    // Whatever the server's own defaults are: what is acknowledged is on disk; timelines are walked along their indexes,
    // where a price made for turning disks would read and sort whole timelines for every page; and a statement is planned
    // once for a connection, for many take longer to be planned than to run and none needs another plan for other values.
    // None runs long enough to be worth compiling: with `jit` a list of dialogs took five times as long.
    let session = [
        ("synchronous_commit", "on"),
        ("random_page_cost", "1.1"),
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
    ];
    let options = options.application_name("uzel").options(session);
    let intake_options = options.clone().options([("statement_timeout", "5s")]);
    let database = Database {
        senders: pool(8).connect_lazy_with(options.clone()),
        pool: pool(config.database.pool_size).connect_lazy_with(options),
        intake: pool(4).connect_lazy_with(intake_options),
        private,
    };
    database.migrate(clock).await?;
    Ok(database)
}

/// A connection is tried whenever it comes back. Before it is taken again that is repeated only after a while, for a
/// round trip before each first statement is a good part of what a quick answer costs.
fn pool(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size.max(4))
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(|conn, known| {
            Box::pin(async move {
                if known.idle_for >= TRIED_AGAIN_AFTER {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
}

async fn start_private(config: &Config) -> anyhow::Result<PrivatePostgres> {
    let settings = Settings {
        data_dir: absolute(&config.data.folder)?,
        bin_dir: config.database.pg_bin.clone(),
        parameters: Vec::new(),
    };
    let started = tokio::task::spawn_blocking(move || private_postgres::start(&settings)).await?;
    let server = started.context("the private PostgreSQL does not start")?;
    tracing::info!(version = server.version(), adopted = server.adopted(), "the private PostgreSQL runs");
    Ok(server)
}

fn absolute(folder: &Path) -> anyhow::Result<std::path::PathBuf> {
    folder.canonicalize().with_context(|| format!("the data folder {} cannot be entered", folder.display()))
}

/// Makes the data folder where it is missing. Nobody else may list it, but PostgreSQL's account, which is not ours when we
/// are root, must pass through it to its own folder.
fn make_data_folder(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o711)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

impl Database {
    /// Runs what is missing under an advisory lock, so that copies which start at once wait for each other.
    async fn migrate(&self, clock: Clock) -> anyhow::Result<()> {
        let mut conn = self.pool.acquire().await.context("the database cannot be reached")?;
        match crm_core::MIGRATOR.run(&mut conn).await {
            Ok(()) => {}
            Err(MigrateError::VersionMissing(version)) => anyhow::bail!(
                "the database is newer than this program: it has migration {version}, which this version of uzel does not \
                 know; start the newer version, or restore a backup made before the upgrade"
            ),
            Err(error) => return Err(error).context("the database cannot be brought up to date"),
        }
        if let Err(error) = raw_event::make_partitions(&mut conn, clock()).await {
            // The default partition takes the events of such a day, and housekeeping tries again.
            tracing::error!(%error, "the partitions of the raw log cannot be made");
        }
        Ok(())
    }

    /// Brings the private server back when it dies, until `stop`.
    pub async fn look_after(self, stop: CancellationToken) {
        let Some(private) = self.private else { return };
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_AFTER) => {}
                () = stop.cancelled() => return,
            }
            let mut guard = private.clone().lock_owned().await;
            let looked = tokio::task::spawn_blocking(move || match guard.as_mut() {
                Some(server) => server.ensure_running().map_err(|error| error.to_string()),
                None => Ok(false),
            });
            match looked.await {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => tracing::warn!("the private PostgreSQL was started again"),
                Ok(Err(error)) => tracing::error!(error, "the private PostgreSQL does not come back"),
                Err(error) => tracing::error!(%error, "looking after the private PostgreSQL failed"),
            }
        }
    }

    /// Closes the pools and stops the private server, unless another copy works on it.
    pub async fn close(self) {
        self.intake.close().await;
        self.senders.close().await;
        self.pool.close().await;
        let Some(private) = self.private else { return };
        let Some(server) = private.lock().await.take() else { return };
        match tokio::task::spawn_blocking(move || server.stop()).await {
            Ok(Ok(Stopped::Stopped)) => tracing::info!("the private PostgreSQL is stopped"),
            Ok(Ok(Stopped::InUseByAnother)) => {
                tracing::info!("the private PostgreSQL goes on: another copy works on it");
            }
            Ok(Err(error)) => tracing::warn!(%error, "the private PostgreSQL was not stopped"),
            Err(error) => tracing::warn!(%error, "the private PostgreSQL was not stopped"),
        }
    }
}

/// A connection that a worker keeps from one statement to the next: the pool tries every connection that comes back.
pub struct HeldConnection {
    pool: PgPool,
    held: Option<PoolConnection<Postgres>>,
    used: Instant,
}

impl HeldConnection {
    /// None yet.
    pub fn of(pool: PgPool) -> Self {
        Self { pool, held: None, used: Instant::now() }
    }

    /// The connection; a tried one after a pause.
    pub async fn get(&mut self) -> sqlx::Result<&mut PgConnection> {
        if self.used.elapsed() >= TRIED_AGAIN_AFTER {
            self.let_go();
        }
        self.used = Instant::now();
        match &mut self.held {
            Some(conn) => Ok(conn),
            none => Ok(none.insert(self.pool.acquire().await?)),
        }
    }

    /// Gives the connection back, after a failure or a statement that was given up.
    pub fn let_go(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_data_folder_can_be_passed_and_not_listed_and_an_old_one_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("var").join("uzel");
        let mode = || fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        make_data_folder(&folder).unwrap();
        assert_eq!(mode(), 0o711);
        fs::set_permissions(&folder, Permissions::from_mode(0o750)).unwrap();
        make_data_folder(&folder).unwrap();
        assert_eq!(mode(), 0o750);
    }
}
