use std::convert::Infallible;

use futures::stream;
use proptest::prelude::*;

use super::*;

fn chunks(parts: &[&'static [u8]]) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
    stream::iter(parts.iter().map(|part| Ok(Bytes::from_static(part))).collect::<Vec<_>>())
}

fn small() -> Expected {
    Expected { max_bytes: 1000, ..Expected::default() }
}

async fn whole(store: &Store, sha256: &str) -> Option<Vec<u8>> {
    let opened = store.open(sha256, None).await.unwrap()?;
    Some(opened.bytes.try_collect::<Vec<_>>().await.unwrap().concat())
}

fn files_in(folder: &FilePath) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files_in(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn bytes_come_back_whole_and_by_range_from_every_kind_of_store() {
    let folder = tempfile::tempdir().unwrap();
    let in_folder = Store::in_folder(&folder.path().join("files")).unwrap();
    for store in [in_folder, Store::in_memory()] {
        let incoming = store.receive(chunks(&[b"hello, ", b"", b"world"]), &small()).await.unwrap();
        assert_eq!(incoming.size_bytes, 12);
        assert_eq!(incoming.mime_type, "text/plain");
        let sha256 = incoming.sha256.clone();
        assert_eq!(sha256, hex::encode(Sha256::digest(b"hello, world")));
        assert!(whole(&store, &sha256).await.is_none(), "it has no name yet");
        store.keep(incoming).await.unwrap();
        assert_eq!(whole(&store, &sha256).await.unwrap(), b"hello, world");
        let part = store.open(&sha256, Some(7..9)).await.unwrap().unwrap();
        assert_eq!(part.size_bytes, 12);
        assert_eq!(part.bytes.try_collect::<Vec<_>>().await.unwrap().concat(), b"wo");
        store.remove(&sha256).await.unwrap();
        store.remove(&sha256).await.unwrap();
        assert!(whole(&store, &sha256).await.is_none());
    }
}

#[tokio::test]
async fn what_is_not_as_told_is_not_taken_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let take = async |expected: Expected| store.receive(chunks(&[b"12345", b"67890"]), &expected).await;
    let with_size = |size| Expected { size_bytes: Some(size), ..small() };
    assert!(matches!(take(with_size(11)).await, Err(ReceiveError::WrongSize { got: 10, told: 11 })));
    assert!(matches!(take(with_size(7)).await, Err(ReceiveError::WrongSize { told: 7, .. })));
    assert!(matches!(take(with_size(2000)).await, Err(ReceiveError::TooLarge(1000))));
    let at_least = Expected { at_least: Some(11), ..small() };
    assert!(matches!(take(at_least).await, Err(ReceiveError::WrongSize { got: 10, told: 11 })));
    assert!(matches!(take(Expected { max_bytes: 9, ..small() }).await, Err(ReceiveError::TooLarge(9))));
    let other = Expected { sha256: Some("0".repeat(64)), ..small() };
    assert!(matches!(take(other).await, Err(ReceiveError::WrongHash)));
    let broken = stream::iter([Ok(Bytes::from_static(b"123")), Err("cable")]);
    assert!(matches!(store.receive(broken, &small()).await, Err(ReceiveError::Broken(_))));
    assert_eq!(files_in(folder.path()), 0);
    let told = Expected { sha256: Some(hex::encode(Sha256::digest(b"1234567890"))), ..with_size(10) };
    assert!(take(told).await.is_ok());
}

#[tokio::test]
async fn bytes_that_come_again_repair_damaged_ones() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let take = async || store.receive(chunks(&[b"right"]), &small()).await.unwrap();
    let first = take().await;
    let sha256 = first.sha256.clone();
    store.keep(first).await.unwrap();
    let file = folder.path().join("blobs").join(&sha256[..2]).join(&sha256);
    std::fs::write(&file, b"wrong").unwrap();
    store.keep(take().await).await.unwrap();
    assert_eq!(whole(&store, &sha256).await.unwrap(), b"right");
    std::fs::remove_file(&file).unwrap();
    assert!(whole(&store, &sha256).await.is_none());
    store.keep(take().await).await.unwrap();
    assert_eq!(whole(&store, &sha256).await.unwrap(), b"right");
}

#[tokio::test]
async fn leftovers_of_the_killed_are_swept_and_work_under_way_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_folder(folder.path()).unwrap();
    let incoming = store.receive(chunks(&[b"new"]), &small()).await.unwrap();
    // This is how the library names a file that it still writes.
    std::fs::write(folder.path().join("incoming/0b0e6f9a#1"), b"half").unwrap();
    let modified = std::fs::metadata(folder.path().join("incoming/0b0e6f9a#1")).unwrap().modified().unwrap();
    assert_eq!(store.sweep(DateTime::<Utc>::from(modified) - chrono::TimeDelta::hours(1)).await.unwrap(), 0);
    assert_eq!(store.sweep(DateTime::<Utc>::from(modified) + chrono::TimeDelta::hours(1)).await.unwrap(), 2);
    assert!(store.keep(incoming).await.is_err());
    assert_eq!(files_in(folder.path()), 0);
}

#[tokio::test]
async fn what_is_made_of_bytes_goes_with_them() {
    let store = Store::in_memory();
    let sha256 = "ab".repeat(32);
    assert!(store.derived(Derived::Peaks, &sha256).await.unwrap().is_none());
    store.keep_derived(Derived::Peaks, &sha256, Bytes::from_static(b"up and down")).await.unwrap();
    assert_eq!(store.derived(Derived::Peaks, &sha256).await.unwrap().unwrap(), "up and down");
    assert!(store.derived(Derived::Thumbnail, &sha256).await.unwrap().is_none());
    store.remove(&sha256).await.unwrap();
    assert!(store.derived(Derived::Peaks, &sha256).await.unwrap().is_none());
}

#[test]
fn a_bucket_needs_no_network_to_be_named() {
    let s3 = S3 {
        bucket: "files".into(),
        endpoint: Some("https://storage.example.ru".into()),
        region: Some("ru-central1".into()),
        access_key: "key".into(),
        secret_key: "secret".into(),
    };
    rustls::crypto::ring::default_provider().install_default().unwrap();
    Store::in_s3(&s3).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// However the network cuts the stream, the bytes and their hash are the same.
    #[test]
    fn the_cuts_of_the_stream_are_no_matter(
        bytes in proptest::collection::vec(any::<u8>(), 0..200_000),
        cuts in proptest::collection::vec(1_usize..70_000, 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::in_folder(folder.path()).unwrap();
            let mut rest = Bytes::from(bytes.clone());
            let mut parts = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break }
                parts.push(Ok::<_, Infallible>(rest.split_to((*cut).min(rest.len()))));
            }
            let expected = Expected { max_bytes: 1 << 20, size_bytes: Some(bytes.len() as u64), ..Expected::default() };
            let incoming = store.receive(stream::iter(parts), &expected).await.unwrap();
            let sha256 = incoming.sha256.clone();
            assert_eq!(sha256, hex::encode(Sha256::digest(&bytes)));
            store.keep(incoming).await.unwrap();
            assert_eq!(whole(&store, &sha256).await.unwrap(), bytes);
        });
    }
}
