use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use connector_api::{
    BoxError, Channel, Connector, MediaRef, MediaSource, MediaStream, ParseError, Parsed, RawEvent, Verified,
    VerifyError, WebhookRequest,
};
use crm_core::access::Viewer;
use crm_core::fixture::{Said, client, contact, file, message, user};
use crm_core::media::{self, File, FileState};
use crm_core::timeline::feed::{self, Position};
use crm_core::{AccountId, InteractionId, MediaId};
use futures::stream;
use sha2::{Digest, Sha256};

use super::*;
use crate::accounts::double;
use crate::http::testing::{now, wait};
use crate::sealed::SealKey;

type Answer = Box<dyn FnOnce() -> Result<MediaStream, MediaError> + Send>;

/// Provider of every account of a test: what it answers, by the handle of the file, one after the other. A handle without
/// an answer hangs.
#[derive(Clone, Default)]
struct Depot {
    answers: Arc<Mutex<HashMap<String, Vec<Answer>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Depot {
    fn gives(&self, handle: &str, answer: impl FnOnce() -> Result<MediaStream, MediaError> + Send + 'static) {
        self.answers.lock().unwrap().entry(handle.to_owned()).or_default().push(Box::new(answer));
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait]
impl MediaSource for Depot {
    async fn fetch_media(&self, media: &MediaRef) -> Result<MediaStream, MediaError> {
        self.asked.lock().unwrap().push(media.id.to_string());
        let answer = {
            let mut answers = self.answers.lock().unwrap();
            answers
                .get_mut(media.id.as_str())
                .filter(|answers| !answers.is_empty())
                .map(|some| some.remove(0))
        };
        match answer {
            Some(answer) => answer(),
            None => std::future::pending().await,
        }
    }
}

struct Provider(Depot);

impl Connector for Provider {
    fn channel(&self) -> Channel {
        Channel::Telephony
    }

    fn verify(&self, _: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        Err(VerifyError::Refused)
    }

    fn parse(&self, _: &RawEvent) -> Result<Parsed, ParseError> {
        Ok(Parsed::default())
    }

    fn media(&self) -> Option<&dyn MediaSource> {
        Some(&self.0)
    }
}

fn stream_of(chunks: Vec<Result<Bytes, BoxError>>, size_bytes: Option<u64>) -> MediaStream {
    MediaStream { bytes: Box::pin(stream::iter(chunks)), size_bytes, mime_type: None, file_name: None }
}

/// The whole of a body, of which the provider told the size.
fn whole(body: &'static [u8]) -> MediaStream {
    stream_of(vec![Ok(Bytes::from_static(body))], Some(body.len() as u64))
}

struct Stand {
    downloads: Downloads,
    depot: Depot,
    account: AccountId,
    row: InteractionId,
    viewer: Viewer,
    folder: tempfile::TempDir,
}

impl Stand {
    async fn new(pool: PgPool) -> Self {
        let depot = Depot::default();
        let given = depot.clone();
        let build = Arc::new(move |_: &str, _| Ok(Box::new(Provider(given.clone())) as Box<dyn Connector>));
        let accounts = Accounts::with_build(pool.clone(), SealKey::random(), build);
        let folder = tempfile::tempdir().unwrap();
        let mut vault = Vault::in_memory();
        vault.store = media_store::Store::in_folder(folder.path()).unwrap();
        let downloads = Downloads { pool, accounts, clock: now, vault, recordings_wait: TimeDelta::days(3) };
        let account = Self::account(&downloads, "Телефония").await;
        let mut conn = downloads.pool.acquire().await.unwrap();
        let viewer = user(&mut conn, "Анна", "manager").await;
        let company = client(&mut conn, "Ромашка", Some(&viewer)).await;
        let contact = contact(&mut conn, "Инна", company).await;
        let said =
            Said { account, contact, conversation: None, at: now(), direction: "inbound", text: "вот" };
        let row = message(&mut conn, said).await;
        drop(conn);
        Self { downloads, depot, account, row, viewer, folder }
    }

    async fn account(downloads: &Downloads, name: &str) -> AccountId {
        let key = downloads.accounts.seal_key();
        let made = double::store(&downloads.pool, key, "provider", name, "s", now()).await;
        downloads.accounts.reload().await.unwrap();
        made.id
    }

    async fn wants(&self, handle: &str, kind: &str) -> MediaId {
        self.wants_of(self.account, handle, kind).await
    }

    async fn wants_of(&self, account: AccountId, handle: &str, kind: &str) -> MediaId {
        let mut conn = self.downloads.pool.acquire().await.unwrap();
        file(&mut conn, account, handle, kind, self.row, now()).await
    }

    /// Begins what is due for an account.
    async fn begin(&self, account: AccountId) -> TaskTracker {
        let account = self.downloads.accounts.by_id(account).unwrap();
        let tasks = TaskTracker::new();
        for due in self.downloads.claim(&account).await.unwrap() {
            tasks.spawn(self.downloads.clone().fetch(account.clone(), due, CancellationToken::new()));
        }
        tasks.close();
        tasks
    }

    /// One look at the account, to the end of its downloads.
    async fn look(&self) {
        self.begin(self.account).await.wait().await;
    }

    async fn file(&self, id: MediaId) -> File {
        media::file::file(&mut self.downloads.pool.acquire().await.unwrap(), &self.viewer, id).await.unwrap()
    }

    fn bytes_in_store(&self) -> usize {
        fn count(folder: &std::path::Path) -> usize {
            let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
            let paths = entries.map(|entry| entry.unwrap().path());
            paths.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(self.folder.path())
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_file_is_copied_sniffed_and_told_to_open_screens(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("a", "document").await;
    stand.depot.gives("a", || Ok(whole(b"%PDF-1.7 words")));
    stand.look().await;
    let stored = stand.file(id).await;
    assert_eq!((stored.state, stored.size_bytes), (FileState::Stored, Some(14)));
    assert_eq!(stored.mime_type.as_deref(), Some("application/pdf"));
    assert_eq!(stored.sha256.unwrap(), hex::encode(Sha256::digest(b"%PDF-1.7 words")));
    let mut conn = stand.downloads.pool.acquire().await.unwrap();
    // Readable once every older transaction of the server is through, those of other tests among them.
    let told = async {
        loop {
            let told = feed::read(&mut conn, Position::START, 10).await.unwrap();
            if told.entries.iter().any(|entry| entry.changes.interactions == [stand.row]) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("open screens are told");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_recording_that_appears_twenty_minutes_late_is_stored(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("late", "recording").await;
    let begin = now();
    while now() < begin + TimeDelta::minutes(40) {
        let there = now() >= begin + TimeDelta::minutes(20);
        stand.depot.answers.lock().unwrap().clear();
        stand
            .depot
            .gives("late", move || if there { Ok(whole(b"ID3 sound")) } else { Err(MediaError::NotYet) });
        stand.look().await;
        if stand.file(id).await.state == FileState::Stored {
            break;
        }
        assert_eq!(stand.file(id).await.state, FileState::Wanted);
        wait(TimeDelta::seconds(10));
    }
    assert_eq!(stand.file(id).await.state, FileState::Stored);
    assert!(now() - begin <= TimeDelta::minutes(26), "{}", now() - begin);
    assert!(stand.depot.asked() < 12, "the provider is not asked in a loop");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_recording_that_never_appears_is_lost_with_its_cause_and_heals_when_asked_for_again(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("never", "recording").await;
    for _ in 0..200 {
        stand.depot.gives("never", || Err(MediaError::NotYet));
        stand.look().await;
        if stand.file(id).await.state == FileState::Lost {
            break;
        }
        wait(TimeDelta::minutes(30));
    }
    let lost = stand.file(id).await;
    assert_eq!(lost.state, FileState::Lost);
    assert_eq!(lost.cause.as_deref(), Some("запись так и не появилась у провайдера"));
    assert!(stand.depot.asked() < 60, "{}", stand.depot.asked());

    let mut tx = stand.downloads.pool.begin().await.unwrap();
    media::file::request_again(&mut tx, &stand.viewer, id, now()).await.unwrap();
    tx.commit().await.unwrap();
    stand.depot.answers.lock().unwrap().clear();
    stand.depot.gives("never", || Ok(whole(b"ID3 sound")));
    stand.look().await;
    assert_eq!(stand.file(id).await.state, FileState::Stored);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn what_comes_cut_off_or_with_another_hash_is_never_stored(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("a", "document").await;
    let mut conn = stand.downloads.pool.acquire().await.unwrap();
    sqlx::query("update media set provider_sha256 = $1")
        .bind(hex::encode(Sha256::digest(b"right")))
        .execute(&mut *conn)
        .await
        .unwrap();
    drop(conn);
    stand.depot.gives("a", || Ok(stream_of(vec![Ok(Bytes::from_static(b"rig"))], Some(5))));
    stand.depot.gives("a", || Ok(stream_of(vec![Ok(Bytes::from_static(b"rig")), Err("cable".into())], None)));
    stand.depot.gives("a", || Ok(whole(b"wrong")));
    stand.depot.gives("a", || Ok(whole(b"")));
    for _ in 0..4 {
        stand.look().await;
        assert_eq!(stand.file(id).await.state, FileState::Wanted);
        assert_eq!(stand.bytes_in_store(), 0);
        wait(TimeDelta::minutes(15));
    }
    stand.depot.gives("a", || Ok(whole(b"right")));
    stand.look().await;
    assert_eq!(stand.file(id).await.state, FileState::Stored);
    assert_eq!(stand.bytes_in_store(), 1);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_file_larger_than_allowed_is_lost_and_takes_no_room(pool: PgPool) {
    let mut stand = Stand::new(pool).await;
    let mut config = crate::config::Config::usual().media;
    config.max_document_bytes = 4;
    stand.downloads.vault.limits = crate::vault::Limits::new(&config);
    let (told, silent) = (stand.wants("told", "document").await, stand.wants("silent", "document").await);
    stand.depot.gives("told", || Ok(whole(b"12345")));
    stand.depot.gives("silent", || Ok(stream_of(vec![Ok(Bytes::from_static(b"12345"))], None)));
    stand.look().await;
    for id in [told, silent] {
        let lost = stand.file(id).await;
        assert_eq!(lost.state, FileState::Lost);
        assert!(lost.cause.unwrap().starts_with("файл больше допустимого размера"));
    }
    assert_eq!(stand.bytes_in_store(), 0);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_killed_worker_leaves_nothing_half_and_its_file_comes_later(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("a", "document").await;
    let (sent, hold) = tokio::sync::oneshot::channel::<()>();
    stand.depot.gives("a", move || {
        let first = stream::iter([Ok(Bytes::from_static(b"half"))]);
        let rest = stream::once(async move {
            let _ = hold.await;
            Ok(Bytes::new())
        });
        let bytes = Box::pin(futures::StreamExt::chain(first, rest));
        Ok(MediaStream { bytes, size_bytes: Some(8), mime_type: None, file_name: None })
    });
    let account = stand.downloads.accounts.by_id(stand.account).unwrap();
    let due = stand.downloads.claim(&account).await.unwrap().remove(0);
    let task = tokio::spawn(stand.downloads.clone().fetch(account, due, CancellationToken::new()));
    while stand.depot.asked() == 0 {
        tokio::task::yield_now().await;
    }
    task.abort();
    let _ = task.await;
    drop(sent);
    assert_eq!(stand.file(id).await.state, FileState::Fetching);
    stand.look().await;
    assert_eq!(stand.depot.asked(), 1, "its lease has not ended");
    wait(LEASE);
    stand.depot.gives("a", || Ok(whole(b"all of it")));
    stand.look().await;
    assert_eq!(stand.file(id).await.state, FileState::Stored);
    assert_eq!(stand.downloads.vault.store.sweep(DateTime::<Utc>::MAX_UTC).await.unwrap(), 0);
    assert_eq!(stand.bytes_in_store(), 1);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_hanging_provider_keeps_nobody_elses_files_waiting(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let other = Stand::account(&stand.downloads, "WhatsApp").await;
    for n in 0..20 {
        stand.wants(&format!("hangs {n}"), "image").await;
    }
    let sick = stand.begin(stand.account).await;
    stand.begin(stand.account).await;
    while stand.depot.asked() < usize::try_from(AT_ONCE).unwrap() {
        tokio::task::yield_now().await;
    }
    for n in 0..8 {
        let handle = format!("comes {n}");
        stand.wants_of(other, &handle, "image").await;
        stand.depot.gives(&handle, || Ok(whole(b"picture")));
    }
    for _ in 0..2 {
        stand.begin(other).await.wait().await;
    }
    let mut conn = stand.downloads.pool.acquire().await.unwrap();
    let stored: i64 = sqlx::query_scalar("select count(*) from media where state = 'stored'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(stored, 8);
    assert_eq!(stand.depot.asked(), 4 + 8, "the sick one is asked no further");
    assert!(!sick.is_empty());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_limit_or_a_refusal_holds_the_account_and_nothing_is_lost(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("a", "image").await;
    stand.depot.gives("a", || Err(MediaError::RateLimited { retry_after: Some(Duration::from_secs(300)) }));
    stand.look().await;
    let second = stand.wants("b", "image").await;
    stand.look().await;
    assert_eq!(stand.depot.asked(), 1, "the second file waits too");
    wait(TimeDelta::seconds(300));
    stand.depot.gives("a", || Err(MediaError::Refused("token".into())));
    stand.depot.gives("b", || Err(MediaError::Refused("token".into())));
    stand.look().await;
    let waiting = stand.file(id).await;
    assert_eq!(waiting.state, FileState::Wanted);
    assert!(waiting.cause.unwrap().contains("не принимает доступ"));
    wait(TimeDelta::days(2));
    stand.depot.gives("a", || Ok(whole(b"picture")));
    stand.depot.gives("b", || Err(MediaError::Gone("файл удалён у провайдера".into())));
    stand.look().await;
    assert_eq!(stand.file(id).await.state, FileState::Stored);
    assert_eq!(stand.file(second).await.cause.as_deref(), Some("файл удалён у провайдера"));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_stop_gives_a_running_download_back_at_once(pool: PgPool) {
    let stand = Stand::new(pool).await;
    let id = stand.wants("hangs", "image").await;
    let account = stand.downloads.accounts.by_id(stand.account).unwrap();
    let due = stand.downloads.claim(&account).await.unwrap().remove(0);
    let stop = CancellationToken::new();
    let task = tokio::spawn(stand.downloads.clone().fetch(account, due, stop.clone()));
    stop.cancel();
    task.await.unwrap();
    assert_eq!(stand.file(id).await.state, FileState::Wanted);
    stand.depot.gives("hangs", || Ok(whole(b"picture")));
    stand.look().await;
    assert_eq!(stand.file(id).await.state, FileState::Stored);
}

/// In kilobytes; of the whole process, and at its highest.
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_recording_of_100_megabytes_passes_through_little_memory(pool: PgPool) {
    const CHUNKS: u64 = 1600;
    let stand = Stand::new(pool).await;
    // Everything that is made once is made before.
    stand.wants("small", "recording").await;
    stand.depot.gives("small", || Ok(whole(b"ID3")));
    stand.look().await;

    let id = stand.wants("large", "recording").await;
    stand.depot.gives("large", || {
        let chunk = |number: u64| Ok(Bytes::from(vec![u8::try_from(number % 251).unwrap(); 65_536]));
        let bytes = Box::pin(stream::iter((0..CHUNKS).map(chunk)));
        Ok(MediaStream { bytes, size_bytes: Some(CHUNKS * 65_536), mime_type: None, file_name: None })
    });
    let before = highest_memory();
    stand.look().await;
    let stored = stand.file(id).await;
    assert_eq!((stored.state, stored.size_bytes), (FileState::Stored, Some(104_857_600)));
    let opened = stand.downloads.vault.store.open(&stored.sha256.unwrap(), None).await.unwrap().unwrap();
    let read = futures::TryStreamExt::try_fold(opened.bytes, 0, async |sum, chunk| Ok(sum + chunk.len()));
    assert_eq!(read.await.unwrap(), 104_857_600);
    let more = highest_memory() - before;
    println!("{{\"recording_bytes\":104857600,\"more_memory_kb\":{more}}}");
    assert!(more < 20 * 1024, "{more} kB more");
}
