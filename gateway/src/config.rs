//! The one configuration: `uzel.toml` and the environment, read and checked once, at the start.
//!
//! The table below is the only list of settings: the structs, their defaults, the names in the environment and
//! `gateway/CONFIGURATION.md` all come from it.

mod check;
mod error;
mod reference;
mod source;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use email::Security;
use secrecy::SecretString;

use crate::app::{Company, HttpSettings};

pub use error::ConfigError;
pub use reference::reference;
pub use value::{Currencies, LogFormat, SecretKey, Setting};

use source::Source;

/// The file that is read where no other is named.
const USUAL_FILE: &str = "uzel.toml";

/// One line of the table.
struct Entry {
    section: &'static str,
    key: &'static str,
    env: &'static str,
    default: &'static str,
    doc: &'static str,
    expected: &'static str,
}

/// `field: Type = "default", "NAME_IN_ENVIRONMENT";` An empty default is a setting that is not set.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $section:ident: $Section:ident {
            $( $(#[doc = $doc:literal])+ $key:ident: $kind:ty = $default:literal, $env:literal; )+
        }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug)]
            pub struct $Section {
                $( $(#[doc = $doc])+ pub $key: $kind, )+
            }
        )+

        /// Everything that can be set, checked.
        #[derive(Clone, Debug)]
        pub struct Config {
            $( $(#[doc = $about])+ pub $section: $Section, )+
            /// What is odd, but no reason not to start; for the log.
            pub warnings: Vec<String>,
        }

        /// Every section and what it is about.
        const SECTIONS: &[(&str, &str)] = &[ $( (stringify!($section), concat!($($about),+)), )+ ];

        /// Every setting, in the order of the reference.
        const ENTRIES: &[Entry] = &[
            $($( Entry {
                section: stringify!($section),
                key: stringify!($key),
                env: $env,
                default: $default,
                doc: concat!($($doc),+),
                expected: <$kind as Setting>::EXPECTED,
            }, )+)+
        ];

        fn take(source: &mut Source) -> Config {
            Config {
                $( $section: $Section {
                    $( $key: source.take(stringify!($section), stringify!($key), $env, $default), )+
                }, )+
                warnings: Vec::new(),
            }
        }
    };
}

settings! {
    /// How people and providers reach the hub.
    server: ServerConfig {
        /// Address and port on which the hub listens.
        listen: SocketAddr = "127.0.0.1:8080", "UZEL_LISTEN";
        /// The address that people type and providers post to, such as `https://uzel.example.ru`. Without it webhook
        /// addresses are shown as the browser sees them.
        public_url: Option<String> = "", "UZEL_PUBLIC_URL";
        /// Whether a reverse proxy of yours stands in front; then the last entry of `X-Forwarded-For` is believed.
        behind_proxy: bool = "false", "UZEL_BEHIND_PROXY";
        /// Whether the session cookie is sent over HTTPS only. Not set: yes, when `public_url` begins with `https`.
        secure_cookies: Option<bool> = "", "UZEL_SECURE_COOKIES";
    }
    /// What the hub keeps on its own disk.
    data: DataConfig {
        /// The folder of the private database, the spool, the files and the key file. Made when it is missing.
        folder: PathBuf = "uzel-data", "UZEL_DATA";
        /// The key that seals passwords and tokens of channels. Not set: a key file in the data folder, made at the
        /// first start. Keep a copy: without it channels have to be connected anew.
        secret_key: Option<SecretKey> = "", "UZEL_SECRET_KEY";
    }
    /// PostgreSQL.
    database: DatabaseConfig {
        /// The server to use. Not set: the hub starts a private PostgreSQL inside the data folder.
        url: Option<SecretString> = "", "DATABASE_URL";
        /// The folder of `postgres` and `initdb` for the private server. Not set: where Debian puts them.
        pg_bin: Option<PathBuf> = "", "UZEL_PG_BIN";
        /// At most so many connections of one copy of the hub.
        pool_size: u32 = "20", "UZEL_POOL_SIZE";
        /// After so many milliseconds without an answer the intake writes to the spool instead.
        slow_ms: u64 = "300", "UZEL_DATABASE_SLOW_MS";
    }
    /// Webhooks of providers.
    intake: IntakeConfig {
        /// The largest request that is taken. WhatsApp posts more than 3 MB at once when it sends history.
        max_body_bytes: u64 = "4194304", "UZEL_INTAKE_MAX_BODY_BYTES";
        /// A request whose body has not come whole within so many seconds is dropped.
        read_timeout_s: u64 = "10", "UZEL_INTAKE_READ_TIMEOUT_S";
    }
    /// The file that takes webhooks while the database is slow or away.
    spool: SpoolConfig {
        /// When it holds so much, providers are answered 503 and post again later.
        max_bytes: u64 = "536870912", "UZEL_SPOOL_MAX_BYTES";
    }
    /// «Журнал событий канала»: requests of providers as they came.
    raw: RawConfig {
        /// They are kept for so many days; the timeline that was made of them stays.
        keep_days: u32 = "180", "UZEL_RAW_KEEP_DAYS";
    }
    /// Our own copies of photos, voice notes, documents and recordings.
    media: MediaConfig {
        /// The folder of the files. Not set: `media` in the data folder. Copies of the hub on several machines need the
        /// same one, or S3.
        folder: Option<PathBuf> = "", "UZEL_MEDIA_FOLDER";
        /// The bucket, to keep files in S3 or in a service that speaks like it instead of a folder.
        s3_bucket: Option<String> = "", "UZEL_MEDIA_S3_BUCKET";
        /// Address of the service, such as `https://storage.example.ru`. Not set: Amazon's own.
        s3_endpoint: Option<String> = "", "UZEL_MEDIA_S3_ENDPOINT";
        /// The service's word for its place.
        s3_region: Option<String> = "", "UZEL_MEDIA_S3_REGION";
        /// Key of the bucket.
        s3_access_key: Option<SecretString> = "", "UZEL_MEDIA_S3_ACCESS_KEY";
        /// Secret of that key.
        s3_secret_key: Option<SecretString> = "", "UZEL_MEDIA_S3_SECRET_KEY";
        /// The largest photo or sticker that is kept.
        max_picture_bytes: u64 = "33554432", "UZEL_MEDIA_MAX_PICTURE_BYTES";
        /// The largest film that is kept.
        max_video_bytes: u64 = "268435456", "UZEL_MEDIA_MAX_VIDEO_BYTES";
        /// The largest sound or voice note that is kept.
        max_audio_bytes: u64 = "134217728", "UZEL_MEDIA_MAX_AUDIO_BYTES";
        /// The largest document that is kept.
        max_document_bytes: u64 = "268435456", "UZEL_MEDIA_MAX_DOCUMENT_BYTES";
        /// The largest recording of a call that is kept.
        max_recording_bytes: u64 = "536870912", "UZEL_MEDIA_MAX_RECORDING_BYTES";
        /// The largest file that somebody may upload to send it.
        max_upload_bytes: u64 = "134217728", "UZEL_MEDIA_MAX_UPLOAD_BYTES";
        /// A recording that the provider announced and does not have yet is asked for during so many days.
        recording_wait_days: u32 = "3", "UZEL_MEDIA_RECORDING_WAIT_DAYS";
        /// After so many days the sound of a call is deleted, its row stays; a client under a legal hold keeps
        /// everything.
        recording_keep_days: u32 = "180", "UZEL_MEDIA_RECORDING_KEEP_DAYS";
    }
    /// The log, on the standard error.
    log: LogConfig {
        /// What is written: `error`, `warn`, `info`, `debug`, `trace`, or by part as in `info,gateway=debug`.
        filter: String = "info", "UZEL_LOG";
        /// `text` for people, `json` for programs.
        format: LogFormat = "text", "UZEL_LOG_FORMAT";
    }
    /// Figures about the hub itself.
    metrics: MetricsConfig {
        /// Whether `/metrics` answers everybody. Otherwise it answers this machine and private networks only.
        public: bool = "false", "UZEL_METRICS_PUBLIC";
    }
    /// The company that uses the hub.
    company: CompanyConfig {
        /// The zone of its clocks: what happens "at nine" happens by it, unless a branch has another.
        zone: Tz = "Europe/Moscow", "UZEL_COMPANY_ZONE";
    }
    /// Official rates of the Bank of Russia.
    rates: RatesConfig {
        /// Whether the bank is asked at all. Without it only rates by hand come in.
        enabled: bool = "true", "UZEL_RATES_ENABLED";
        /// Codes of the currencies to keep, in the order to show them.
        currencies: Currencies = "USD,CNY,KGS", "UZEL_RATES_CURRENCIES";
        /// Where the bank publishes them.
        url: String = "https://www.cbr.ru/scripts", "UZEL_RATES_URL";
        /// A mirror in the format of `https://www.cbr-xml-daily.ru`, asked while the bank cannot be reached for hours. Its
        /// figures are marked until the bank's replace them. Not set: none, because it is nobody's official site.
        mirror_url: Option<String> = "", "UZEL_RATES_MIRROR_URL";
        /// A proxy for these questions, such as `http://proxy.local:3128` or `socks5://user:password@proxy.local:1080`.
        proxy: Option<SecretString> = "", "UZEL_RATES_PROXY";
    }
    /// The mail server by which the hub writes to its own people: of channels that do not work and the like.
    mail: MailConfig {
        /// Name of the server, such as `smtp.yandex.ru`. Not set: no letters are sent.
        server: Option<String> = "", "UZEL_MAIL_SERVER";
        /// Its port. Not set: the usual one, 465 for `tls`, 587 for `starttls`, 25 for `plain`.
        port: Option<u16> = "", "UZEL_MAIL_PORT";
        /// `tls`: from the first byte; `starttls`: after a greeting; `plain`: none, for a relay inside your own network.
        security: Security = "tls", "UZEL_MAIL_SECURITY";
        /// The log-in, mostly the address itself. Not set: the server knows this machine.
        user: Option<String> = "", "UZEL_MAIL_USER";
        /// Its password; Yandex and Mail.ru want one made for applications.
        password: Option<SecretString> = "", "UZEL_MAIL_PASSWORD";
        /// Who writes, such as `Узел <uzel@example.ru>`; most servers want the address of the log-in.
        from: Option<String> = "", "UZEL_MAIL_FROM";
        /// A file of PEM certificates trusted beside the usual ones, for a server with a certificate of your own house.
        trusted_roots: Option<PathBuf> = "", "UZEL_MAIL_TRUSTED_ROOTS";
    }
    /// When `/health/ready` says no.
    health: HealthConfig {
        /// With more accepted requests than this waiting to be put on the timeline, the hub is not ready.
        max_backlog: u64 = "10000", "UZEL_HEALTH_MAX_BACKLOG";
    }
}

impl Config {
    /// Reads `file`, or `uzel.toml` in the current folder where there is one, and the environment, which wins.
    #[expect(clippy::disallowed_methods, reason = "this is the only reader of the environment")]
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match file {
            Some(path) => Some((path, std::fs::read_to_string(path))),
            None => Some((Path::new(USUAL_FILE), std::fs::read_to_string(USUAL_FILE))).filter(
                |(_, read)| !matches!(read, Err(error) if error.kind() == std::io::ErrorKind::NotFound),
            ),
        };
        let text = match text {
            None => None,
            Some((path, Ok(text))) => Some((path.display().to_string(), text)),
            Some((path, Err(error))) => return Err(ConfigError::unreadable(path, &error)),
        };
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
        let file = text.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
        Self::read(file, &|name| std::env::var(name).ok(), names)
    }

    /// Reads a file's name and text, and an environment.
    fn read(
        file: Option<(&str, &str)>,
        environment: &dyn Fn(&str) -> Option<String>,
        environment_names: Vec<String>,
    ) -> Result<Self, ConfigError> {
        let mut source = Source::new(file, environment)?;
        source.refuse_unknown(ENTRIES);
        let mut config = take(&mut source);
        check::check(&config, &mut source);
        config.warnings = check::unknown_names(environment_names, ENTRIES);
        source.finish(config)
    }

    /// What is in force when nothing is set; for tests and for `uzel demo`.
    pub fn usual() -> Self {
        Self::read(None, &|_| None, Vec::new()).expect("the defaults are right")
    }

    /// Whether the session cookie goes over HTTPS only.
    pub fn secure_cookies(&self) -> bool {
        let https = || self.server.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        self.server.secure_cookies.unwrap_or_else(https)
    }

    /// What the API tells about the company.
    pub fn company(&self) -> Company {
        Company { zone: self.company.zone, currencies: self.rates.currencies.0.clone().into() }
    }

    /// What the HTTP handlers need.
    pub fn http_settings(&self) -> HttpSettings {
        HttpSettings {
            public_url: self.server.public_url.clone(),
            secure_cookies: self.secure_cookies(),
            behind_proxy: self.server.behind_proxy,
        }
    }
}

#[cfg(test)]
mod tests;
