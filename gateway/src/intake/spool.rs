//! The spool: an append-only file beside the database, for the time when that is slow or away.
//!
//! A file holds records `length, crc32, JSON head, body`, each group followed by one fsync. A record that a crash cut off
//! was never acknowledged and is left out. A file is removed when all of it is in the database; read twice, its events are
//! stored once, because each has its id already.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::RawEvent;
use crm_core::timeline::raw_event::{StoredRaw, insert_group, lower_watermark};
use crm_core::{AccountId, RawEventId};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::worker::apply::ApplyQueue;

/// A file of this size is closed and the next one begun.
const FILE_BYTES: u64 = 16 << 20;
/// How many events of a file are stored by one statement.
const GROUP: usize = 256;

/// Why the spool did not take a group.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The configured size is reached.
    #[error("the spool is full: {0} bytes")]
    Full(u64),
    /// The disk failed.
    #[error("the spool's disk failed")]
    Io(#[from] io::Error),
}

/// The spool of this process. Cheap to clone.
#[derive(Clone)]
pub struct Spool {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    max_bytes: u64,
    bytes: AtomicU64,
    writer: Mutex<Writer>,
}

#[derive(Default)]
struct Writer {
    file: Option<(PathBuf, File, u64)>,
    next: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    id: RawEventId,
    account_id: AccountId,
    source: String,
    received_at: DateTime<Utc>,
    content_type: Option<String>,
    query: String,
}

impl Spool {
    /// Opens the folder; what an earlier process left there is drained like everything else.
    pub fn open(dir: &Path, max_bytes: u64) -> Result<Self, SpoolError> {
        fs::create_dir_all(dir)?;
        let files = files(dir)?;
        let mut bytes = 0;
        for file in &files {
            bytes += fs::metadata(file)?.len();
        }
        let next = files.last().and_then(|file| number(file)).map_or(1, |last| last + 1);
        let writer = Mutex::new(Writer { file: None, next });
        let shared = Shared { dir: dir.to_owned(), max_bytes, bytes: AtomicU64::new(bytes), writer };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Nothing waits in it.
    pub fn is_empty(&self) -> bool {
        self.bytes() == 0
    }

    /// Bytes that wait in it.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::Acquire)
    }

    /// Whether it takes more.
    pub fn has_room(&self) -> bool {
        self.bytes() < self.shared.max_bytes
    }

    /// Appends a group; on return it is on disk. Blocks.
    pub fn append(&self, group: &[StoredRaw]) -> Result<(), SpoolError> {
        if !self.has_room() {
            return Err(SpoolError::Full(self.bytes()));
        }
        let mut records = Vec::new();
        for stored in group {
            write_record(&mut records, stored)?;
        }
        let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.file.as_ref().is_none_or(|(_, _, written)| *written >= FILE_BYTES) {
            let path = self.shared.dir.join(format!("{:012}.spool", writer.next));
            let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
            // The name of the new file must survive a power cut as well as its bytes.
            File::open(&self.shared.dir)?.sync_all()?;
            writer.next += 1;
            writer.file = Some((path, file, 0));
        }
        let appended = match &mut writer.file {
            Some((_, file, written)) => file.write_all(&records).and_then(|()| file.sync_data()).map(|()| {
                *written += records.len() as u64;
            }),
            None => unreachable!("the file was opened above"),
        };
        // Part of a group may stand in the file: it is counted, so that the drain removes the file.
        self.shared.bytes.fetch_add(records.len() as u64, Ordering::AcqRel);
        if let Err(error) = appended {
            writer.file = None;
            return Err(error.into());
        }
        Ok(())
    }

    /// The oldest file, closed for writing.
    fn take_oldest(&self) -> io::Result<Option<PathBuf>> {
        let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = files(&self.shared.dir)?.into_iter().next();
        if let (Some(oldest), Some((open, _, _))) = (&oldest, &writer.file)
            && oldest == open
        {
            writer.file = None;
        }
        if oldest.is_none() {
            self.shared.bytes.store(0, Ordering::Release);
        }
        Ok(oldest)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let _writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        fs::remove_file(path)?;
        let mut left = 0;
        for file in files(&self.shared.dir)? {
            left += fs::metadata(file)?.len();
        }
        self.shared.bytes.store(left, Ordering::Release);
        Ok(())
    }
}

/// Moves the spool to the database, oldest first, until `stop`.
pub(super) async fn drain(spool: Spool, pool: PgPool, apply: ApplyQueue, stop: CancellationToken) {
    let mut pause = Duration::from_millis(50);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        if spool.is_empty() {
            pause = Duration::from_millis(50);
            continue;
        }
        match drain_oldest(&spool, &pool, &apply).await {
            Ok(()) => pause = Duration::from_millis(1),
            Err(error) => {
                tracing::warn!(%error, "the spool waits for the database");
                pause = (pause * 2).clamp(Duration::from_millis(100), Duration::from_secs(2));
            }
        }
    }
}

async fn drain_oldest(spool: &Spool, pool: &PgPool, apply: &ApplyQueue) -> anyhow::Result<()> {
    // Ask before a file is closed: a file per attempt would litter the folder while the database is away.
    sqlx::Connection::ping(&mut *pool.acquire().await?).await?;
    let taken = {
        let spool = spool.clone();
        tokio::task::spawn_blocking(move || -> io::Result<_> {
            let Some(path) = spool.take_oldest()? else { return Ok(None) };
            let events = read(&path)?;
            Ok(Some((path, events)))
        })
        .await??
    };
    let Some((path, events)) = taken else { return Ok(()) };
    let claimed = apply.is_here();
    for group in events.chunks(GROUP) {
        if let Some(oldest) = group.iter().map(|stored| stored.raw.received_at).min() {
            lower_watermark(&mut *pool.acquire().await?, oldest).await?;
        }
        insert_group(pool, group, claimed).await?;
        apply.offer(group.to_vec());
    }
    tracing::info!(events = events.len(), "spooled raw events are in the database");
    let spool = spool.clone();
    tokio::task::spawn_blocking(move || spool.remove(&path)).await??;
    Ok(())
}

fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| number(path).is_some())
        .collect();
    files.sort();
    Ok(files)
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_suffix(".spool")?.parse().ok()
}

fn write_record(out: &mut Vec<u8>, stored: &StoredRaw) -> io::Result<()> {
    let head = serde_json::to_vec(&Head {
        id: stored.id,
        account_id: stored.account_id,
        source: stored.raw.source.clone(),
        received_at: stored.raw.received_at,
        content_type: stored.raw.content_type.clone(),
        query: stored.raw.query.clone(),
    })?;
    let length = |bytes: &[u8]| {
        u32::try_from(bytes.len())
            .map(u32::to_le_bytes)
            .map_err(|_| io::Error::other("a record of over 4 GiB"))
    };
    let mut crc = crc32fast::Hasher::new();
    crc.update(&head);
    crc.update(&stored.raw.body);
    out.extend(length(&head)?);
    out.extend(length(&stored.raw.body)?);
    out.extend(crc.finalize().to_le_bytes());
    out.extend(head);
    out.extend_from_slice(&stored.raw.body);
    Ok(())
}

/// All whole records of a file. What follows a broken one was never acknowledged.
fn read(path: &Path) -> io::Result<Vec<StoredRaw>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    let mut rest = Bytes::from(bytes);
    let mut events = Vec::new();
    while let Some(stored) = read_record(&mut rest) {
        events.push(stored);
    }
    if !rest.is_empty() {
        tracing::warn!(bytes = rest.len(), "the end of a spool file was cut off before it was acknowledged");
    }
    Ok(events)
}

fn read_record(rest: &mut Bytes) -> Option<StoredRaw> {
    let number = |at: usize| Some(u32::from_le_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    let (head_length, body_length, crc) = (number(0)? as usize, number(4)? as usize, number(8)?);
    let end = 12usize.checked_add(head_length)?.checked_add(body_length)?;
    let record = rest.get(12..end)?;
    if crc32fast::hash(record) != crc {
        return None;
    }
    let head: Head = serde_json::from_slice(&record[..head_length]).ok()?;
    let body = rest.slice(12 + head_length..end);
    *rest = rest.slice(end..);
    Some(StoredRaw {
        id: head.id,
        account_id: head.account_id,
        raw: RawEvent {
            source: head.source,
            received_at: head.received_at,
            content_type: head.content_type,
            query: head.query,
            body,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u32) -> StoredRaw {
        let received_at =
            DateTime::from_timestamp_millis(1_795_000_000_000 + i64::from(number)).expect("a moment");
        let raw = RawEvent {
            source: "webhook".into(),
            received_at,
            content_type: None,
            query: String::new(),
            body: Bytes::from(format!("body {number}")),
        };
        StoredRaw::new(AccountId(uuid::Uuid::nil()), raw)
    }

    fn bodies(events: &[StoredRaw]) -> Vec<Bytes> {
        events.iter().map(|stored| stored.raw.body.clone()).collect()
    }

    #[test]
    fn what_was_appended_is_read_again_in_order_by_the_next_process() {
        let dir = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(dir.path(), 1 << 20).expect("opened");
        spool.append(&[event(1), event(2)]).expect("appended");
        spool.append(&[event(3)]).expect("appended");
        drop(spool);
        let spool = Spool::open(dir.path(), 1 << 20).expect("opened again");
        assert!(!spool.is_empty());
        let path = spool.take_oldest().expect("listed").expect("a file is there");
        let events = read(&path).expect("read");
        assert_eq!(bodies(&events), ["body 1", "body 2", "body 3"]);
        assert_eq!(events[0].raw, event(1).raw);
        spool.remove(&path).expect("removed");
        assert!(spool.is_empty());
    }

    #[test]
    fn a_record_that_a_crash_cut_off_is_left_out_and_its_neighbours_stay() {
        let dir = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(dir.path(), 1 << 20).expect("opened");
        spool.append(&[event(1), event(2)]).expect("appended");
        let path = spool.take_oldest().expect("listed").expect("a file is there");
        let whole = fs::read(&path).expect("read");
        for cut in [1, 5, 20] {
            fs::write(&path, &whole[..whole.len() - cut]).expect("written");
            assert_eq!(bodies(&read(&path).expect("read")), ["body 1"]);
        }
        let mut flipped = whole;
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        fs::write(&path, &flipped).expect("written");
        assert_eq!(bodies(&read(&path).expect("read")), ["body 1"]);
    }

    #[test]
    fn a_full_spool_says_so() {
        let dir = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(dir.path(), 10).expect("opened");
        spool.append(&[event(1)]).expect("an empty spool takes a group");
        assert!(matches!(spool.append(&[event(2)]), Err(SpoolError::Full(_))));
    }
}
