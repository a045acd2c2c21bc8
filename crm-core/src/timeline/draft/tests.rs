use sqlx::PgPool;
use uuid::Uuid;

use super::{Draft, DraftError, DraftKind, of, replies, save, sent};
use crate::{
    access::Viewer,
    clients::ClientError,
    fixture::{account, client, contact, conversation, give, minute, user},
    timeline::feed::{self, Changes, DraftChange, Entry, Position},
};

fn words(subject: Uuid, text: &str, version: i64) -> Draft {
    Draft { kind: DraftKind::Reply, subject_id: subject, text: text.to_owned(), version }
}

struct Scene {
    conn: sqlx::pool::PoolConnection<sqlx::Postgres>,
    anna: Viewer,
    talk: Uuid,
    company: crate::ClientId,
}

async fn scene(pool: &PgPool) -> Scene {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&anna)).await;
    let person = contact(&mut conn, "Пётр", company).await;
    let account = account(&mut conn, "whatsapp").await;
    let talk = conversation(&mut conn, account, person, minute(0)).await.0;
    Scene { conn, anna, talk, company }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_older_device_does_not_write_over_newer_words(pool: PgPool) {
    let Scene { mut conn, anna, talk, .. } = scene(&pool).await;
    assert_eq!(of(&mut conn, &anna, DraftKind::Reply, talk).await.expect("hers").version, 0);
    let first = save(&mut conn, &anna, minute(1), words(talk, "Отгруз", 0)).await.expect("the first");
    let desk =
        save(&mut conn, &anna, minute(2), words(talk, "Отгрузим завтра", first.version)).await.expect("next");
    let phone = save(&mut conn, &anna, minute(3), words(talk, "Счёт выслан", first.version)).await;
    assert!(matches!(phone, Err(DraftError::Newer(newer)) if newer == desk));
    // The same words are no conflict: an answer was lost.
    let again = save(&mut conn, &anna, minute(4), words(talk, "Отгрузим завтра", first.version)).await;
    assert_eq!(again.expect("the same words").text, "Отгрузим завтра");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn sending_empties_what_was_sent_and_leaves_newer_words(pool: PgPool) {
    let Scene { mut conn, anna, talk, .. } = scene(&pool).await;
    let known = save(&mut conn, &anna, minute(1), words(talk, "Да", 0)).await.expect("saved");
    let newer =
        save(&mut conn, &anna, minute(2), words(talk, "Да, и ещё", known.version)).await.expect("saved");
    sent(&mut conn, &anna, minute(3), DraftKind::Reply, talk, known.version)
        .await
        .expect("the database is there");
    assert_eq!(of(&mut conn, &anna, DraftKind::Reply, talk).await.expect("hers"), newer);
    assert_eq!(replies(&mut conn, &anna).await.expect("hers"), std::slice::from_ref(&newer));
    sent(&mut conn, &anna, minute(4), DraftKind::Reply, talk, newer.version)
        .await
        .expect("the database is there");
    assert_eq!(of(&mut conn, &anna, DraftKind::Reply, talk).await.expect("hers").text, "");
    assert!(replies(&mut conn, &anna).await.expect("hers").is_empty());
    // A device that was away does not bring the old words back.
    let late = save(&mut conn, &anna, minute(5), words(talk, "Да", known.version)).await;
    assert!(matches!(late, Err(DraftError::Newer(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_draft_is_its_author_s_alone_and_goes_with_the_access(pool: PgPool) {
    let Scene { mut conn, anna, talk, company } = scene(&pool).await;
    let boss = user(&mut conn, "Орлова", "director").await;
    save(&mut conn, &anna, minute(1), words(talk, "Моё", 0)).await.expect("saved");
    assert_eq!(of(&mut conn, &boss, DraftKind::Reply, talk).await.expect("she reads it").text, "");
    let told = DraftChange { user: anna.user_id, kind: DraftKind::Reply, subject_id: talk };
    let changes = Changes { drafts: vec![told], ..Changes::default() };
    let entry = Entry { position: Position::START, changes };
    let resolved = feed::resolve(&mut conn, &[entry]).await.expect("the database is there");
    let change = &resolved[0].changes[0];
    assert!(change.for_viewer(&anna).is_some() && change.for_viewer(&boss).is_none());
    let other = user(&mut conn, "Борис", "manager").await;
    give(&mut conn, company, other.user_id).await;
    assert!(matches!(of(&mut conn, &anna, DraftKind::Reply, talk).await, Err(ClientError::NotFound)));
    assert!(replies(&mut conn, &anna).await.expect("she reads some").is_empty());
}
