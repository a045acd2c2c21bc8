use chrono::TimeDelta;
use sqlx::PgPool;

use super::{NewNote, NoteError, add, change};
use crate::{
    ClientId, InteractionId,
    access::Viewer,
    clients::ClientError,
    fixture::{account, call, client, contact, give, minute, user},
    timeline::{
        entry::{EntryKind, TimelineEntry},
        pin,
        read::{Part, TimelineFilter, of_client},
    },
};

/// A company of one manager, with a comment of minute 1.
struct Scene {
    conn: sqlx::pool::PoolConnection<sqlx::Postgres>,
    author: Viewer,
    company: ClientId,
    note: InteractionId,
}

async fn scene(pool: &PgPool) -> Scene {
    let mut conn = pool.acquire().await.expect("a connection");
    let author = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&author)).await;
    let note = InteractionId::at(minute(1));
    assert!(
        add(&mut conn, &author, minute(1), company, said(note, " Платит долго ")).await.expect("his client")
    );
    Scene { conn, author, company, note }
}

fn said(id: InteractionId, text: &str) -> NewNote<'_> {
    NewNote { id, text, call: None }
}

/// The words of every version and who wrote it.
fn words(entry: &TimelineEntry) -> Vec<(Option<&str>, &str)> {
    entry
        .versions
        .iter()
        .map(|version| (version.text.as_deref(), version.author.as_ref().map_or("", |who| who.name.as_str())))
        .collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_author_changes_it_for_a_day_and_the_director_for_ever(pool: PgPool) {
    let Scene { mut conn, author, note, .. } = scene(&pool).await;
    let director = user(&mut conn, "Орлова", "director").await;
    let written = minute(1);
    let last = written + TimeDelta::hours(24) - TimeDelta::seconds(1);
    let entry = change(&mut conn, &author, last, note, 1, Some("Платит в срок")).await.expect("in time");
    assert_eq!(entry.text.as_deref(), Some("Платит в срок"));
    // Counted from the first words, not from the last change.
    let late = written + TimeDelta::hours(24);
    let refused = change(&mut conn, &author, late, note, 2, Some("Платит")).await;
    assert!(matches!(refused, Err(NoteError::Locked(since)) if since == late));
    let deleted = change(&mut conn, &author, late, note, 2, None).await;
    assert!(matches!(deleted, Err(NoteError::Locked(_))), "deleting is a change");
    let entry =
        change(&mut conn, &director, late, note, 2, Some("Платит по счёту")).await.expect("her right");
    assert_eq!(
        words(&entry),
        [
            (Some("Платит долго"), "Иванов"),
            (Some("Платит в срок"), "Иванов"),
            (Some("Платит по счёту"), "Орлова")
        ]
    );
    assert_eq!(entry.author.as_ref().map(|who| who.name.as_str()), Some("Иванов"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_deleted_comment_keeps_its_words(pool: PgPool) {
    let Scene { mut conn, author, company, note } = scene(&pool).await;
    change(&mut conn, &author, minute(2), note, 1, None).await.expect("his own");
    let filter = TimelineFilter { kinds: vec![EntryKind::Note], ..TimelineFilter::default() };
    let page = of_client(&mut conn, &author, company, &filter, Part::Latest, 5).await.expect("readable");
    let entry = &page.entries[0];
    assert_eq!(
        (entry.text.as_deref(), entry.deleted.as_ref().map(|gone| gone.at)),
        (Some("Платит долго"), Some(minute(2)))
    );
    assert_eq!(words(entry), [(Some("Платит долго"), "Иванов"), (None, "Иванов")]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn colleagues_never_change_it_and_strangers_do_not_see_it(pool: PgPool) {
    let Scene { mut conn, company, note, .. } = scene(&pool).await;
    let head = user(&mut conn, "Петрова", "head_of_sales").await;
    let refused = change(&mut conn, &head, minute(2), note, 1, Some("Моё")).await;
    assert!(matches!(refused, Err(NoteError::NotAuthor)));
    let stranger = user(&mut conn, "Сидоров", "manager").await;
    let hidden = change(&mut conn, &stranger, minute(2), note, 1, Some("Моё")).await;
    assert!(matches!(hidden, Err(NoteError::Client(ClientError::NotFound))));
    let foreign =
        add(&mut conn, &stranger, minute(2), company, said(InteractionId::at(minute(2)), "Моё")).await;
    assert!(matches!(foreign, Err(NoteError::Client(ClientError::Foreign(_)))));
    // Access goes with the client, also to what was written before.
    give(&mut conn, company, stranger.user_id).await;
    assert_eq!(
        pin::entry(&mut conn, &stranger, note).await.expect("his now").text.as_deref(),
        Some("Платит долго")
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_press_again_changes_nothing_and_an_old_form_is_refused(pool: PgPool) {
    let Scene { mut conn, author, company, note } = scene(&pool).await;
    assert!(
        !add(&mut conn, &author, minute(2), company, said(note, "Платит долго")).await.expect("the same")
    );
    for _ in 0..2 {
        let entry = change(&mut conn, &author, minute(3), note, 1, Some("Новое")).await.expect("once");
        assert_eq!(entry.versions.len(), 2);
    }
    let stale = change(&mut conn, &author, minute(4), note, 1, Some("Другое")).await;
    assert!(matches!(stale, Err(NoteError::Client(ClientError::Stale { current: 2 }))));
    let other = user(&mut conn, "Орлова", "director").await;
    let taken = add(&mut conn, &other, minute(5), company, said(note, "Чужой номер")).await;
    assert!(matches!(taken, Err(NoteError::Client(ClientError::Invalid { field: "id", .. }))));
    let empty = change(&mut conn, &author, minute(6), note, 2, Some("  ")).await;
    assert!(matches!(empty, Err(NoteError::Client(ClientError::Invalid { field: "text", .. }))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_comment_about_a_call_names_it(pool: PgPool) {
    let Scene { mut conn, author, company, note } = scene(&pool).await;
    let person = contact(&mut conn, "Анна", company).await;
    let line = account(&mut conn, "telephony").await;
    let row = call(&mut conn, line, Some(person), minute(1), "answered").await;
    let id = InteractionId::at(minute(3));
    let about = |call| NewNote { id, text: "Договорились", call: Some(call) };
    let wrong = add(&mut conn, &author, minute(3), company, about(note)).await;
    assert!(matches!(wrong, Err(NoteError::Client(ClientError::NotFound))), "a comment is no call");
    assert!(add(&mut conn, &author, minute(3), company, about(row)).await.expect("his call"));
    let entry = pin::entry(&mut conn, &author, id).await.expect("his");
    assert_eq!(entry.note.and_then(|note| note.call_id), Some(row));
}
