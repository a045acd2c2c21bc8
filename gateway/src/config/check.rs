//! Rules over values, and guesses at what was meant.

use std::str::FromStr;

use http::Uri;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use tracing_subscriber::EnvFilter;

use super::source::Source;
use super::{Config, Entry, MailConfig};

/// Names that start like ours and belong to the build or to the command line.
const NOT_SETTINGS: [&str; 3] = ["UZEL_WEB", "UZEL_CONFIG", "UZEL_ROLE"];

pub(super) fn check(config: &Config, source: &mut Source) {
    if let Some(url) = &config.server.public_url {
        let parsed = url.parse::<Uri>().ok();
        let good = parsed.is_some_and(|url| {
            matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() && url.path() == "/"
        });
        if !good || url.ends_with('/') || url.contains('?') {
            source.wrong(format!(
                "UZEL_PUBLIC_URL (`public_url` in [server]) must be scheme and host without a path or a slash at the \
                 end, such as https://uzel.example.ru, not `{url}`."
            ));
        }
        if config.server.secure_cookies == Some(true) && url.starts_with("http://") {
            source.wrong(
                "UZEL_SECURE_COOKIES is true while UZEL_PUBLIC_URL begins with http: browsers would not keep the \
                 session; serve the hub over https or leave UZEL_SECURE_COOKIES out."
                    .to_owned(),
            );
        }
    }
    if let Some(url) = &config.database.url {
        let url = url.expose_secret();
        let known = url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !known || PgConnectOptions::from_str(url).is_err() {
            // The value may hold a password and is not repeated.
            source.wrong(
                "DATABASE_URL (`url` in [database]) must look like postgres://user:password@host:5432/database, with \
                 signs such as @ and / in the password written as %40 and %2F; leave it out to use the private server."
                    .to_owned(),
            );
        }
    }
    let addresses = [
        ("UZEL_RATES_URL", "url", Some(&config.rates.url)),
        ("UZEL_RATES_MIRROR_URL", "mirror_url", config.rates.mirror_url.as_ref()),
    ];
    for (env, key, address) in addresses {
        let Some(address) = address else { continue };
        let known = address.starts_with("https://") || address.starts_with("http://");
        if !known || address.ends_with('/') || address.parse::<Uri>().is_err() {
            source.wrong(format!(
                "{env} (`{key}` in [rates]) must be an address without a slash at the end, such as \
                 https://www.cbr.ru/scripts, not `{address}`."
            ));
        }
    }
    let is_proxy = |text: &str| {
        let schemes = ["http://", "https://", "socks5://", "socks5h://"];
        schemes.iter().any(|scheme| text.starts_with(scheme)) && reqwest::Proxy::all(text).is_ok()
    };
    if config.rates.proxy.as_ref().is_some_and(|proxy| !is_proxy(proxy.expose_secret())) {
        // The value may hold a password and is not repeated.
        source.wrong(
            "UZEL_RATES_PROXY (`proxy` in [rates]) must be an address such as http://proxy.local:3128 or \
             socks5://user:password@proxy.local:1080."
                .to_owned(),
        );
    }
    mail(&config.mail, source);
    if EnvFilter::builder().parse(&config.log.filter).is_err() {
        source.wrong(format!(
            "UZEL_LOG (`filter` in [log]) must be a level such as info, or levels by part such as \
             info,gateway=debug, not `{}`.",
            config.log.filter
        ));
    }
    let media = &config.media;
    let keys = media.s3_access_key.is_some() && media.s3_secret_key.is_some();
    if media.s3_bucket.is_some() && !keys {
        source.wrong(
            "UZEL_MEDIA_S3_BUCKET needs UZEL_MEDIA_S3_ACCESS_KEY and UZEL_MEDIA_S3_SECRET_KEY beside it."
                .to_owned(),
        );
    }
    if media.s3_bucket.is_some() && media.folder.is_some() {
        source.wrong(
            "UZEL_MEDIA_FOLDER and UZEL_MEDIA_S3_BUCKET are both set: files are kept in one place, leave one out."
                .to_owned(),
        );
    }
    let ranges = [
        (
            "UZEL_MEDIA_MAX_PICTURE_BYTES",
            "max_picture_bytes",
            "media",
            media.max_picture_bytes,
            1 << 20,
            1 << 40,
        ),
        ("UZEL_MEDIA_MAX_VIDEO_BYTES", "max_video_bytes", "media", media.max_video_bytes, 1 << 20, 1 << 40),
        ("UZEL_MEDIA_MAX_AUDIO_BYTES", "max_audio_bytes", "media", media.max_audio_bytes, 1 << 20, 1 << 40),
        (
            "UZEL_MEDIA_MAX_DOCUMENT_BYTES",
            "max_document_bytes",
            "media",
            media.max_document_bytes,
            1 << 20,
            1 << 40,
        ),
        (
            "UZEL_MEDIA_MAX_RECORDING_BYTES",
            "max_recording_bytes",
            "media",
            media.max_recording_bytes,
            1 << 20,
            1 << 40,
        ),
        (
            "UZEL_MEDIA_MAX_UPLOAD_BYTES",
            "max_upload_bytes",
            "media",
            media.max_upload_bytes,
            1 << 20,
            1 << 40,
        ),
        (
            "UZEL_MEDIA_RECORDING_WAIT_DAYS",
            "recording_wait_days",
            "media",
            u64::from(media.recording_wait_days),
            1,
            60,
        ),
        (
            "UZEL_MEDIA_RECORDING_KEEP_DAYS",
            "recording_keep_days",
            "media",
            u64::from(media.recording_keep_days),
            1,
            36_500,
        ),
        ("UZEL_POOL_SIZE", "pool_size", "database", u64::from(config.database.pool_size), 4, 500),
        ("UZEL_DATABASE_SLOW_MS", "slow_ms", "database", config.database.slow_ms, 10, 10_000),
        (
            "UZEL_INTAKE_MAX_BODY_BYTES",
            "max_body_bytes",
            "intake",
            config.intake.max_body_bytes,
            65_536,
            1 << 30,
        ),
        ("UZEL_INTAKE_READ_TIMEOUT_S", "read_timeout_s", "intake", config.intake.read_timeout_s, 1, 300),
        ("UZEL_RAW_KEEP_DAYS", "keep_days", "raw", u64::from(config.raw.keep_days), 1, 36_500),
        ("UZEL_SPOOL_MAX_BYTES", "max_bytes", "spool", config.spool.max_bytes, 1 << 20, 1 << 40),
        ("UZEL_HEALTH_MAX_BACKLOG", "max_backlog", "health", config.health.max_backlog, 1, 1 << 32),
    ];
    for (env, key, section, value, least, most) in ranges {
        if !(least..=most).contains(&value) {
            source.wrong(format!(
                "{env} (`{key}` in [{section}]) must be from {least} to {most}, not {value}."
            ));
        }
    }
    if config.spool.max_bytes < config.intake.max_body_bytes {
        source.wrong(
            "UZEL_SPOOL_MAX_BYTES must be at least UZEL_INTAKE_MAX_BODY_BYTES, so that the largest request fits."
                .to_owned(),
        );
    }
}

fn mail(mail: &MailConfig, source: &mut Source) {
    if mail.server.is_some() && mail.from.is_none() {
        source.wrong(
            "UZEL_MAIL_SERVER is set and UZEL_MAIL_FROM is not; `from` in [mail] must say who writes, such as Узел \
             <uzel@example.ru>."
                .to_owned(),
        );
    }
    if mail.user.is_some() != mail.password.is_some() {
        source.wrong(
            "UZEL_MAIL_USER and UZEL_MAIL_PASSWORD (`user` and `password` in [mail]) belong together; set both or none."
                .to_owned(),
        );
    }
}

/// Names in the environment that look like ours and are not: most often misspelt.
pub(super) fn unknown_names(names: Vec<String>, entries: &[Entry]) -> Vec<String> {
    let mut unknown: Vec<String> = names
        .into_iter()
        .filter(|name| name.starts_with("UZEL_"))
        .filter(|name| {
            !NOT_SETTINGS.contains(&name.as_str()) && entries.iter().all(|entry| entry.env != name)
        })
        .map(|name| match nearest(&name, entries.iter().map(|entry| entry.env)) {
            Some(known) => format!("{name} in the environment is not known; did you mean {known}?"),
            None => format!("{name} in the environment is not known and has no effect."),
        })
        .collect();
    unknown.sort();
    unknown
}

/// The known word that is the fewest keystrokes away, unless it is another word altogether.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    known
        .map(|known| (keystrokes(word, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .map(|(_, known)| known.to_owned())
}

/// The distance of Levenshtein.
fn keystrokes(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}
