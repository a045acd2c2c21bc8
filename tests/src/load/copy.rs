//! `copy … from stdin` in the text format.

use std::io::Write;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat};
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;
use uuid::Uuid;

/// Rows as PostgreSQL reads them.
#[derive(Default)]
pub(super) struct Rows {
    bytes: Vec<u8>,
    begun: bool,
}

impl Rows {
    fn field(&mut self) -> &mut Vec<u8> {
        if self.begun {
            self.bytes.push(b'\t');
        }
        self.begun = true;
        &mut self.bytes
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        let bytes = self.field();
        for byte in text.bytes() {
            match byte {
                b'\\' => bytes.extend_from_slice(b"\\\\"),
                b'\t' => bytes.extend_from_slice(b"\\t"),
                b'\n' => bytes.extend_from_slice(b"\\n"),
                b'\r' => bytes.extend_from_slice(b"\\r"),
                byte => bytes.push(byte),
            }
        }
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.field().extend_from_slice(b"\\N");
        self
    }

    pub fn optional<T>(
        &mut self,
        value: Option<T>,
        write: impl FnOnce(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    pub fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.field().extend_from_slice(id.simple().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        self
    }

    /// Microseconds of the epoch.
    pub fn moment(&mut self, at: i64) -> &mut Self {
        let at = DateTime::from_timestamp_micros(at).unwrap_or_default();
        let text = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        self.field().extend_from_slice(text.as_bytes());
        self
    }

    pub fn plain(&mut self, value: impl std::fmt::Display) -> &mut Self {
        write!(self.field(), "{value}").expect("memory takes any text");
        self
    }

    pub fn end(&mut self) {
        self.bytes.push(b'\n');
        self.begun = false;
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Rows of one chunk, by its number.
pub(super) const CHUNK: usize = 20_000;

/// Copies `count` things into `table (columns)`, each written by `write`.
pub(super) async fn copy(
    pool: &PgPool,
    table: &str,
    count: usize,
    mut write: impl FnMut(&mut Rows, usize),
) -> anyhow::Result<()> {
    let mut copy = pool.copy_in_raw(&format!("copy {table} from stdin")).await?;
    for begin in (0..count).step_by(CHUNK) {
        let mut rows = Rows::default();
        for number in begin..(begin + CHUNK).min(count) {
            write(&mut rows, number);
        }
        copy.send(rows.into_bytes()).await.with_context(|| format!("rows of {table}"))?;
    }
    copy.finish().await.with_context(|| format!("rows of {table}"))?;
    Ok(())
}
