//! The spool: an append-only file beside the database, for the time when that is slow or away.
//!
//! A file holds records `lengths, crc32, JSON head, body`, each group followed by one fsync. A record that a crash cut off
//! was never acknowledged and is left out. A file is removed when all of it is in the database; read twice, its events are
//! stored once, because each has its id already. A file with a readable record behind an unreadable one is not cut off but
//! damaged: what can be read goes to the database, and the file stays as `*.broken` for a person to look at.
//!
//! Several copies may share the folder. Who writes a file or moves it to the database holds the file's lock, which ends
//! with the process: a copy never takes a file that another one still writes, and takes over what a dead one left.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::RawEvent;
use crm_core::timeline::raw_event::{StoredRaw, insert_group};
use crm_core::{AccountId, RawEventId};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::worker::apply::ApplyQueue;

/// A file of this size is closed and the next one begun.
const FILE_BYTES: u64 = 16 << 20;
/// How many events of a file are stored by one statement.
const GROUP: usize = 256;
/// Two lengths and a sum stand before the head.
const LENGTHS: usize = 12;
/// The first field of every head.
const HEAD_BEGINS: &[u8] = br#"{"id":"#;
/// The ending of a damaged file.
const BROKEN: &str = "broken";
/// How often an idle drain looks for what a copy that died meanwhile has left.
const LOOK_FOR_LEFT: Duration = Duration::from_secs(2);

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
        // What providers post is personal.
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let files = files(dir)?;
        let mut bytes = 0;
        for file in &files {
            // Another copy may take its file away at this moment.
            bytes += fs::metadata(file).map_or(0, |metadata| metadata.len());
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

    /// How many damaged files were kept in the folder, and wait for a person.
    pub fn broken_files(&self) -> usize {
        let Ok(entries) = fs::read_dir(&self.shared.dir) else { return 0 };
        entries.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == BROKEN)).count()
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
            writer.file = None;
            let (path, file) = self.begin_file(&mut writer)?;
            // The name of the new file must survive a power cut as well as its bytes.
            File::open(&self.shared.dir)?.sync_all()?;
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

    /// A new file with its lock. Another copy may take the same number, or take the file away before it is locked.
    fn begin_file(&self, writer: &mut Writer) -> io::Result<(PathBuf, File)> {
        loop {
            let path = self.shared.dir.join(format!("{:012}.spool", writer.next));
            writer.next += 1;
            match OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path) {
                Ok(file) if hold(&file)? => return Ok((path, file)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The oldest file that no other copy writes or moves, closed for writing and locked.
    fn take_oldest(&self) -> io::Result<Option<Taken>> {
        let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for path in files(&self.shared.dir)? {
            if writer.file.as_ref().is_some_and(|(open, _, _)| *open == path) {
                writer.file = None;
            }
            if let Some(lock) = take(&path)? {
                return Ok(Some(Taken { path, _lock: lock }));
            }
        }
        self.shared.bytes.store(0, Ordering::Release);
        Ok(None)
    }

    /// Counts what a copy that died has left, so that the drain takes it.
    fn notice_left(&self) -> io::Result<()> {
        let _writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_empty() {
            return Ok(());
        }
        let mut left = 0;
        for path in files(&self.shared.dir)? {
            if let Some(file) = take(&path)? {
                left += file.metadata()?.len();
            }
        }
        self.shared.bytes.store(left, Ordering::Release);
        Ok(())
    }

    /// Takes a file out of the spool whose readable events are in the database.
    fn remove(&self, taken: &Taken, damaged: bool) -> io::Result<()> {
        let _writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if damaged {
            let kept = keep_aside(&taken.path)?;
            tracing::error!(
                file = %kept.display(),
                "a spool file is damaged in the middle: what can be read is in the database, the file is kept"
            );
        }
        fs::remove_file(&taken.path)?;
        let mut left = 0;
        for file in files(&self.shared.dir)? {
            // Another copy may take its file away at this moment.
            left += fs::metadata(file).map_or(0, |metadata| metadata.len());
        }
        self.shared.bytes.store(left, Ordering::Release);
        Ok(())
    }
}

/// A file that nobody else writes or moves while this lives.
struct Taken {
    path: PathBuf,
    _lock: File,
}

/// Locks a file; `false` when somebody else holds it, or held it and has removed it.
fn hold(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(file.metadata()?.nlink() > 0),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Opens and locks a file, unless somebody else does.
fn take(path: &Path) -> io::Result<Option<File>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(hold(&file)?.then_some(file))
}

/// A second name for a damaged file, one that no earlier file has: numbers begin anew with an empty folder.
fn keep_aside(path: &Path) -> io::Result<PathBuf> {
    let mut kept = path.with_extension(BROKEN);
    let mut more = 1;
    loop {
        match fs::hard_link(path, &kept) {
            Ok(()) => return Ok(kept),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                more += 1;
                kept = path.with_extension(format!("{more}.{BROKEN}"));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Moves the spool to the database, oldest first, until `stop`.
pub(super) async fn drain(spool: Spool, pool: PgPool, apply: ApplyQueue, stop: CancellationToken) {
    let mut pause = Duration::from_millis(50);
    let mut looked = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        if spool.is_empty() {
            pause = Duration::from_millis(50);
            if looked.elapsed() > LOOK_FOR_LEFT {
                looked = tokio::time::Instant::now();
                if let Err(error) = spool.notice_left() {
                    tracing::warn!(%error, "the folder of the spool cannot be looked at");
                }
            }
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
    let mut conn = pool.acquire().await?;
    sqlx::Connection::ping(&mut *conn).await?;
    let taken = {
        let spool = spool.clone();
        tokio::task::spawn_blocking(move || -> io::Result<_> {
            let Some(taken) = spool.take_oldest()? else { return Ok(None) };
            let contents = read(&taken.path)?;
            Ok(Some((taken, contents)))
        })
        .await??
    };
    let Some((file, Contents { events, damaged })) = taken else { return Ok(()) };
    let left = !apply.is_here();
    for group in events.chunks(GROUP) {
        insert_group(&mut conn, group, left).await?;
        apply.offer(group.to_vec());
    }
    tracing::info!(events = events.len(), "spooled raw events are in the database");
    let spool = spool.clone();
    tokio::task::spawn_blocking(move || spool.remove(&file, damaged)).await??;
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

/// What a file holds.
struct Contents {
    events: Vec<StoredRaw>,
    /// Something between its records cannot be read.
    damaged: bool,
}

/// All whole records of a file. A tail without one was cut off by a crash and never acknowledged.
fn read(path: &Path) -> io::Result<Contents> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    let mut rest = Bytes::from(bytes);
    let (mut events, mut damaged) = (Vec::new(), false);
    loop {
        while let Some(stored) = read_record(&mut rest) {
            events.push(stored);
        }
        let Some(next) = next_record(&rest) else { break };
        damaged = true;
        rest = rest.slice(next..);
    }
    if !rest.is_empty() {
        tracing::warn!(bytes = rest.len(), "the end of a spool file was cut off before it was acknowledged");
    }
    Ok(Contents { events, damaged })
}

/// Where the next readable record begins, behind bytes that are none.
fn next_record(rest: &Bytes) -> Option<usize> {
    // Looked for by the beginning of its head, so that lengths and sums are tried at few places.
    (1..rest.len()).find(|&at| {
        rest[at..].get(LENGTHS..).is_some_and(|head| head.starts_with(HEAD_BEGINS))
            && read_record(&mut rest.slice(at..)).is_some()
    })
}

fn read_record(rest: &mut Bytes) -> Option<StoredRaw> {
    let number = |at: usize| Some(u32::from_le_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    let (head_length, body_length, crc) = (number(0)? as usize, number(4)? as usize, number(8)?);
    let end = LENGTHS.checked_add(head_length)?.checked_add(body_length)?;
    let record = rest.get(LENGTHS..end)?;
    if crc32fast::hash(record) != crc {
        return None;
    }
    let head: Head = serde_json::from_slice(&record[..head_length]).ok()?;
    let body = rest.slice(LENGTHS + head_length..end);
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

    /// Of a file that is not damaged.
    fn whole_bodies(path: &Path) -> Vec<Bytes> {
        let contents = read(path).expect("read");
        assert!(!contents.damaged);
        bodies(&contents.events)
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
        let taken = spool.take_oldest().expect("listed").expect("a file is there");
        let events = read(&taken.path).expect("read").events;
        assert_eq!(bodies(&events), ["body 1", "body 2", "body 3"]);
        assert_eq!(events[0].raw, event(1).raw);
        spool.remove(&taken, false).expect("removed");
        assert!(spool.is_empty());
    }

    #[test]
    fn a_record_that_a_crash_cut_off_is_left_out_and_its_neighbours_stay() {
        let dir = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(dir.path(), 1 << 20).expect("opened");
        spool.append(&[event(1), event(2)]).expect("appended");
        let path = spool.take_oldest().expect("listed").expect("a file is there").path;
        let whole = fs::read(&path).expect("read");
        for cut in [1, 5, 20] {
            fs::write(&path, &whole[..whole.len() - cut]).expect("written");
            assert_eq!(whole_bodies(&path), ["body 1"]);
        }
        let mut flipped = whole;
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        fs::write(&path, &flipped).expect("written");
        assert_eq!(whole_bodies(&path), ["body 1"]);
    }

    #[test]
    fn what_stands_behind_a_damaged_place_is_read_and_the_file_is_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        for (round, at) in [0, 4, 8, 20, 100].into_iter().enumerate() {
            let spool = Spool::open(dir.path(), 1 << 20).expect("opened");
            spool.append(&[event(1), event(2), event(3), event(4)]).expect("appended");
            let taken = spool.take_oldest().expect("listed").expect("a file is there");
            let mut bytes = fs::read(&taken.path).expect("read");
            let record = bytes.len() / 4;
            bytes[record + at] ^= 0x55;
            bytes.truncate(bytes.len() - 3);
            fs::write(&taken.path, &bytes).expect("written");
            let contents = read(&taken.path).expect("read");
            assert_eq!(bodies(&contents.events), ["body 1", "body 3"], "byte {at}");
            assert!(contents.damaged);
            assert_eq!(spool.broken_files(), round);
            spool.remove(&taken, true).expect("put aside");
            assert_eq!(spool.broken_files(), round + 1, "none is written over");
            assert!(spool.is_empty() && spool.take_oldest().expect("listed").is_none());
        }
    }

    #[test]
    fn only_the_hub_reads_the_spool() {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path().join("spool");
        let spool = Spool::open(&dir, 1 << 20).expect("opened");
        spool.append(&[event(1)]).expect("appended");
        let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o777;
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&files(&dir).expect("listed")[0]), 0o600);
    }

    #[test]
    fn copies_on_one_folder_leave_each_other_alone_until_one_dies() {
        let dir = tempfile::tempdir().expect("a folder");
        let (one, other) = (Spool::open(dir.path(), 1 << 20), Spool::open(dir.path(), 1 << 20));
        let (one, other) = (one.expect("opened"), other.expect("opened"));
        one.append(&[event(1)]).expect("appended");
        other.append(&[event(2)]).expect("the number that the first has taken is no hindrance");
        let taken = other.take_oldest().expect("listed").expect("its own file is there");
        assert_eq!(whole_bodies(&taken.path), ["body 2"]);
        one.append(&[event(3)]).expect("appended to the file that nobody took");
        other.remove(&taken, false).expect("removed");
        assert!(other.take_oldest().expect("listed").is_none(), "the first one still writes its file");
        other.notice_left().expect("looked");
        assert!(other.is_empty());
        drop(one);
        other.notice_left().expect("looked");
        assert!(!other.is_empty(), "what the dead one left is noticed");
        let left = other.take_oldest().expect("listed").expect("the file of the dead one is there");
        assert_eq!(whole_bodies(&left.path), ["body 1", "body 3"]);
    }

    #[test]
    fn a_full_spool_says_so() {
        let dir = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(dir.path(), 10).expect("opened");
        spool.append(&[event(1)]).expect("an empty spool takes a group");
        assert!(matches!(spool.append(&[event(2)]), Err(SpoolError::Full(_))));
    }
}
