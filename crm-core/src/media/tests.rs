use chrono::TimeDelta;
use connector_api::OutboundFile;
use sqlx::{PgConnection, PgPool};

use super::*;
use crate::{
    AccountId, ClientId, InteractionId, MediaId,
    access::Viewer,
    clients::ClientError,
    fixture::{self, Said, account, call, client, contact, message, minute, user},
    media::download::{Due, Outcome},
};

const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Two managers with a client each.
struct Stand {
    anna: Viewer,
    boris: Viewer,
    annas: (ClientId, InteractionId),
    boriss: (ClientId, InteractionId),
    chat: AccountId,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let (anna, boris) = (user(conn, "Анна", "manager").await, user(conn, "Борис", "manager").await);
    let chat = account(conn, "telegram").await;
    let annas = row_of(conn, chat, "Ромашка", &anna).await;
    let boriss = row_of(conn, chat, "Лютик", &boris).await;
    Stand { anna, boris, annas, boriss, chat }
}

async fn row_of(
    conn: &mut PgConnection,
    chat: AccountId,
    name: &str,
    manager: &Viewer,
) -> (ClientId, InteractionId) {
    let client = client(conn, name, Some(manager)).await;
    let person = contact(conn, name, client).await;
    let said = Said {
        account: chat,
        contact: person,
        conversation: None,
        at: minute(1),
        direction: "inbound",
        text: name,
    };
    (client, message(conn, said).await)
}

async fn claim(conn: &mut PgConnection, account: AccountId, at: i64) -> Vec<Due> {
    download::claim_unscoped(conn, account, 10, 10, minute(at) + LEASE, minute(at)).await.unwrap()
}

fn bytes(name: char) -> Bytes {
    let sha256 = name.to_string().repeat(64);
    Bytes { sha256, size_bytes: 10, mime_type: "image/png".into() }
}

async fn store(conn: &mut PgConnection, due: &Due, name: char, at: i64) -> bool {
    blob::reserve(conn, &bytes(name), minute(at)).await.unwrap();
    let outcome = Outcome::Stored { bytes: bytes(name), file_name: Some("а.png".into()) };
    download::finish_unscoped(conn, due, &outcome, minute(at)).await.unwrap()
}

async fn fetched(conn: &mut PgConnection, account: AccountId, name: char, at: i64) {
    for due in claim(conn, account, at).await {
        assert!(store(conn, &due, name, at).await);
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_file_is_seen_by_exactly_those_who_see_a_row_it_shows_in(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, annas, boriss, chat } = stand(&mut conn).await;
    let own = fixture::file(&mut conn, chat, "photo", "image", annas.1, minute(1)).await;
    let sticker = fixture::file(&mut conn, chat, "cat", "sticker", annas.1, minute(1)).await;
    fixture::file(&mut conn, chat, "cat", "sticker", boriss.1, minute(2)).await;
    assert_eq!(file::file(&mut conn, &anna, own).await.unwrap().state, FileState::Wanted);
    assert!(matches!(file::file(&mut conn, &boris, own).await, Err(ClientError::NotFound)));
    for viewer in [&anna, &boris] {
        assert_eq!(file::file(&mut conn, viewer, sticker).await.unwrap().kind, MediaKind::Sticker);
    }
    let nobody = user(&mut conn, "Кладовщик", "storekeeper").await;
    assert!(matches!(file::file(&mut conn, &nobody, sticker).await, Err(ClientError::NotFound)));
    fixture::give(&mut conn, annas.0, boris.user_id).await;
    assert!(
        matches!(file::file(&mut conn, &anna, own).await, Err(ClientError::NotFound)),
        "it went with the client"
    );
    assert!(file::file(&mut conn, &boris, own).await.is_ok());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_file_is_claimed_once_and_again_when_its_worker_died(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, annas, chat, .. } = stand(&mut conn).await;
    let id = fixture::file(&mut conn, chat, "photo", "image", annas.1, minute(1)).await;
    let first = claim(&mut conn, chat, 2).await;
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].id, first[0].media.id.as_str(), first[0].tries), (id, "photo", 1));
    assert!(claim(&mut conn, chat, 3).await.is_empty(), "it is leased");
    assert!(download::keep_unscoped(&mut conn, &first[0], minute(6)).await.unwrap());
    assert!(claim(&mut conn, chat, 5).await.is_empty(), "the lease was made longer");
    let second = claim(&mut conn, chat, 6).await;
    assert_eq!((second.len(), second[0].tries), (1, 2));

    assert!(!download::keep_unscoped(&mut conn, &first[0], minute(9)).await.unwrap());
    assert!(!store(&mut conn, &first[0], 'a', 6).await, "the slow one writes nothing");
    assert!(store(&mut conn, &second[0], 'b', 6).await);
    let stored = file::file(&mut conn, &anna, id).await.unwrap();
    assert_eq!((stored.state, stored.sha256.unwrap().as_bytes()[0]), (FileState::Stored, b'b'));
    assert_eq!(
        (stored.file_name.as_deref(), stored.mime_type.as_deref()),
        (Some("а.png"), Some("image/png"))
    );
    assert!(claim(&mut conn, chat, 60).await.is_empty(), "it is done");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_account_has_its_own_few_slots_and_its_own_pause(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { annas, chat, .. } = stand(&mut conn).await;
    let other = account(&mut conn, "whatsapp").await;
    for n in 0..5 {
        fixture::file(&mut conn, chat, &format!("f{n}"), "image", annas.1, minute(1)).await;
    }
    fixture::file(&mut conn, other, "f", "image", annas.1, minute(1)).await;
    let take = async |conn: &mut PgConnection, limit, at_once, at| {
        download::claim_unscoped(conn, chat, limit, at_once, minute(at) + LEASE, minute(at)).await.unwrap()
    };
    assert_eq!(take(&mut conn, 2, 3, 2).await.len(), 2);
    let third = take(&mut conn, 2, 3, 2).await;
    assert_eq!(third.len(), 1, "three run at once");
    assert!(take(&mut conn, 2, 3, 2).await.is_empty());
    let later = Outcome::Later { at: minute(3), counted: false, cause: None };
    assert!(download::finish_unscoped(&mut conn, &third[0], &later, minute(2)).await.unwrap());

    pause::pause_unscoped(&mut conn, chat, minute(10), "провайдер просит подождать").await.unwrap();
    pause::pause_unscoped(&mut conn, chat, minute(5), "раньше").await.unwrap();
    assert!(take(&mut conn, 9, 9, 9).await.is_empty());
    assert_eq!(pause::paused_unscoped(&mut conn, chat, minute(9)).await.unwrap().unwrap().0, minute(10));
    assert_eq!(claim(&mut conn, other, 9).await.len(), 1, "the other account goes on");
    let all = take(&mut conn, 9, 9, 10).await;
    assert_eq!(all.len(), 5);
    let tries: i32 = all.iter().map(|due| due.tries).sum();
    assert_eq!(tries, 7, "the try that did not count was given back");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_lost_file_says_why_and_is_requested_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, annas, chat, .. } = stand(&mut conn).await;
    let id = fixture::file(&mut conn, chat, "photo", "image", annas.1, minute(1)).await;
    let due = claim(&mut conn, chat, 2).await.remove(0);
    let lost = Outcome::Lost("ссылка устарела".into());
    assert!(download::finish_unscoped(&mut conn, &due, &lost, minute(2)).await.unwrap());
    let shown = file::file(&mut conn, &anna, id).await.unwrap();
    assert_eq!((shown.state, shown.cause.as_deref()), (FileState::Lost, Some("ссылка устарела")));
    assert!(claim(&mut conn, chat, 60).await.is_empty());

    let mut tx = pool.begin().await.unwrap();
    assert!(matches!(file::request_again(&mut tx, &boris, id, minute(61)).await, Err(ClientError::NotFound)));
    let again = file::request_again(&mut tx, &anna, id, minute(61)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((again.state, again.cause), (FileState::Wanted, None));
    assert_eq!(audited(&mut conn, "media.request_again").await, 1);
    let due = claim(&mut conn, chat, 61).await.remove(0);
    assert_eq!((due.tries, due.wanted_at), (1, minute(61)), "from the first try");
}

async fn audited(conn: &mut PgConnection, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from audit_log where action = $1")
        .bind(action)
        .fetch_one(conn)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn missing_bytes_are_wanted_anew_and_uploaded_ones_are_lost(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, annas, chat, .. } = stand(&mut conn).await;
    let id = fixture::file(&mut conn, chat, "photo", "image", annas.1, minute(1)).await;
    fetched(&mut conn, chat, 'a', 2).await;
    let own = uploaded(&mut conn, &anna, 'b', 2).await;
    let wrong = "0".repeat(64);
    file::bytes_missing_unscoped(&mut conn, id, &wrong, minute(3)).await.unwrap();
    assert_eq!(
        file::file(&mut conn, &anna, id).await.unwrap().state,
        FileState::Stored,
        "other bytes by now"
    );
    file::bytes_missing_unscoped(&mut conn, id, &bytes('a').sha256, minute(3)).await.unwrap();
    file::bytes_missing_unscoped(&mut conn, own, &bytes('b').sha256, minute(3)).await.unwrap();
    assert_eq!(file::file(&mut conn, &anna, id).await.unwrap().state, FileState::Wanted);
    let own = file::file(&mut conn, &anna, own).await.unwrap();
    assert_eq!((own.state, own.cause.as_deref()), (FileState::Lost, Some("файл пропал из хранилища")));
    assert!(matches!(
        file::request_again(&mut conn, &anna, own.id, minute(4)).await,
        Err(ClientError::NotNow(_))
    ));
    assert_eq!(claim(&mut conn, chat, 3).await.len(), 1);
}

async fn uploaded(conn: &mut PgConnection, viewer: &Viewer, name: char, at: i64) -> MediaId {
    blob::reserve(conn, &bytes(name), minute(at)).await.unwrap();
    let new = NewUpload {
        kind: MediaKind::Image,
        file_name: Some(r"C:\фото.png".into()),
        bytes: bytes(name),
        duration_s: None,
    };
    upload(conn, viewer, &new, minute(at)).await.unwrap().id
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_upload_is_its_owners_until_it_is_sent_and_then_of_those_who_see_the_row(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, annas, boriss, chat } = stand(&mut conn).await;
    let id = uploaded(&mut conn, &boris, 'a', 2).await;
    assert!(matches!(outbound_files(&mut conn, &anna, &[id]).await, Err(ClientError::NotFound)));
    let files = outbound_files(&mut conn, &boris, &[id]).await.unwrap();
    let expected = OutboundFile {
        id: id.0,
        kind: MediaKind::Image,
        mime_type: "image/png".into(),
        file_name: "фото.png".into(),
        size_bytes: 10,
        sha256: bytes('a').sha256,
        duration_s: None,
    };
    assert_eq!(files, [expected]);

    for _ in 0..2 {
        let refs = attach(&mut conn, &files, chat, annas.1, minute(3)).await.unwrap();
        let sent = MediaId::derived(chat, refs[0].id.as_str());
        assert_eq!(file::file(&mut conn, &anna, sent).await.unwrap().state, FileState::Stored);
        assert!(matches!(file::file(&mut conn, &boris, sent).await, Err(ClientError::NotFound)));
    }
    let refs = attach(&mut conn, &files, chat, boriss.1, minute(3)).await.unwrap();
    let sent = MediaId::derived(chat, refs[0].id.as_str());
    assert!(file::file(&mut conn, &boris, sent).await.is_ok());

    let passed_on = outbound_files(&mut conn, &anna, &[sent]).await.unwrap();
    assert_eq!((passed_on[0].id, &passed_on[0].sha256), (sent.0, &bytes('a').sha256));
    assert_eq!(upload::forget_uploads_unscoped(&mut conn, minute(60)).await.unwrap(), 1);
    assert!(matches!(outbound_files(&mut conn, &boris, &[id]).await, Err(ClientError::NotFound)));
    assert!(file::file(&mut conn, &boris, sent).await.is_ok(), "what was sent stays");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_file_that_we_do_not_have_is_not_sent(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, annas, chat, .. } = stand(&mut conn).await;
    let id = fixture::file(&mut conn, chat, "photo", "image", annas.1, minute(1)).await;
    assert!(matches!(outbound_files(&mut conn, &anna, &[id]).await, Err(ClientError::NotNow(_))));
    assert!(matches!(
        outbound_files(&mut conn, &anna, &[id; 31]).await,
        Err(ClientError::Invalid { field: "files", .. })
    ));
}

const DAY: i64 = 24 * 60;

async fn expire(conn: &mut PgConnection, at: i64) -> usize {
    let before = minute(at) - TimeDelta::days(180);
    term::expire_unscoped(conn, before, 100, minute(at)).await.unwrap().len()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn after_its_term_the_sound_goes_and_the_row_stays_unless_the_client_is_held(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let director = user(&mut conn, "Директор", "director").await;
    let manager = user(&mut conn, "Анна", "manager").await;
    let line = account(&mut conn, "telephony").await;
    let mut made = Vec::new();
    for name in ["Ромашка", "Лютик"] {
        let company = client(&mut conn, name, None).await;
        let person = contact(&mut conn, name, company).await;
        let row =
            call(&mut conn, line, Some(person), minute(i64::try_from(made.len()).unwrap()), "answered").await;
        made.push((company, fixture::file(&mut conn, line, name, "recording", row, minute(5)).await));
    }
    let (held, free) = (made[0], made[1]);
    fetched(&mut conn, line, 'a', 10).await;
    let refused = hold::place(&mut conn, &manager, held.0, "спор", minute(11)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    hold::place(&mut conn, &director, held.0, "спор", minute(11)).await.unwrap();
    assert_eq!(hold::of_client(&mut conn, &manager, held.0).await.unwrap().unwrap().by, "Директор");

    assert_eq!(expire(&mut conn, 179 * DAY).await, 0);
    assert_eq!(expire(&mut conn, 181 * DAY).await, 1);
    let gone = file::file(&mut conn, &manager, free.1).await.unwrap();
    assert_eq!((gone.state, gone.cause.as_deref()), (FileState::Expired, Some("удалена по сроку")));
    assert_eq!(file::file(&mut conn, &manager, held.1).await.unwrap().state, FileState::Stored);
    assert_eq!(audited(&mut conn, "recording.expire").await, 1);
    let again = file::request_again(&mut conn, &manager, free.1, minute(181 * DAY)).await;
    assert!(matches!(again, Err(ClientError::NotNow(_))));
    assert!(
        blob::unused_unscoped(&mut conn, minute(182 * DAY), 10).await.unwrap().is_empty(),
        "the other has the bytes"
    );

    hold::release(&mut conn, &director, held.0, minute(182 * DAY)).await.unwrap();
    hold::release(&mut conn, &director, held.0, minute(182 * DAY)).await.unwrap();
    assert_eq!(audited(&mut conn, "client.release").await, 1);
    assert_eq!(expire(&mut conn, 182 * DAY).await, 1);
    assert_eq!(blob::unused_unscoped(&mut conn, minute(182 * DAY), 10).await.unwrap(), [bytes('a').sha256]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn bytes_are_let_go_only_when_no_file_has_them_and_nobody_is_about_to(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    uploaded(&mut conn, &anna, 'a', 0).await;
    let name = bytes('a').sha256;
    assert!(!blob::let_go_unscoped(&mut conn, &name, minute(DAY)).await.unwrap(), "a file has them");
    upload::forget_uploads_unscoped(&mut conn, minute(DAY)).await.unwrap();
    blob::reserve(&mut conn, &bytes('a'), minute(DAY)).await.unwrap();
    assert!(!blob::let_go_unscoped(&mut conn, &name, minute(DAY + 60)).await.unwrap(), "just reserved");

    let mut tx = pool.begin().await.unwrap();
    assert!(blob::let_go_unscoped(&mut tx, &name, minute(DAY + 121)).await.unwrap());
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { blob::reserve(&mut pool.acquire().await.unwrap(), &bytes('a'), minute(DAY + 122)).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "whoever wants them again waits until they are gone");
    tx.commit().await.unwrap();
    waiting.await.unwrap().unwrap();
    assert!(!blob::let_go_unscoped(&mut conn, &name, minute(DAY + 123)).await.unwrap());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn listening_is_noted_once_in_a_while(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, annas, chat, .. } = stand(&mut conn).await;
    let id = fixture::file(&mut conn, chat, "call", "recording", annas.1, minute(1)).await;
    for (viewer, at) in [(&anna, 1), (&anna, 5), (&anna, 15), (&boris, 15), (&anna, 17)] {
        file::listened(&mut conn, viewer, id, minute(at)).await.unwrap();
    }
    assert_eq!(audited(&mut conn, "recording.listen").await, 3);
}
