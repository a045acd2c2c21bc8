//! Texts written beforehand against a database: whose they are, in which order, and what fills them.

use sqlx::{Connection, PgConnection, PgPool};

use super::phrase::{self, NewPhrase, PhraseEdit, PhraseError, PhraseFilter, PhraseKind};
use super::sources::{self, Sources};
use crate::PhraseId;
use crate::access::Viewer;
use crate::fixture::{self, minute};

fn new(name: &str, own: bool) -> NewPhrase {
    NewPhrase {
        kind: PhraseKind::QuickReply,
        own,
        name: name.into(),
        code: None,
        text: format!("{name}, {{имя}}!"),
        language: "ru".into(),
    }
}

async fn add(conn: &mut PgConnection, viewer: &Viewer, new: NewPhrase) -> Result<PhraseId, PhraseError> {
    let mut tx = conn.begin().await.unwrap();
    let made = phrase::create(&mut tx, viewer, new, minute(1)).await?;
    tx.commit().await.unwrap();
    Ok(made.id)
}

async fn names(conn: &mut PgConnection, viewer: &Viewer, words: Option<&str>) -> Vec<String> {
    let filter = PhraseFilter { kind: Some(PhraseKind::QuickReply), words: words.map(str::to_owned) };
    let mut found = Vec::new();
    let mut behind = None;
    loop {
        // Two at a time, so that pages are joined.
        let page = phrase::list(conn, viewer, &filter, behind.as_ref(), 2).await.unwrap();
        let Some(last) = page.last() else { return found };
        behind = Some(last.cursor());
        found.extend(page.into_iter().map(|phrase| phrase.name));
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn ones_own_texts_are_seen_by_nobody_else_and_come_first(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = fixture::user(&mut conn, "Ольга", "head_of_sales").await;
    let manager = fixture::user(&mut conn, "Анна", "manager").await;
    for (viewer, name, own) in [
        (&head, "Общий 1", false),
        (&head, "Общий 2", false),
        (&manager, "Свой 1", true),
        (&manager, "Свой 2", true),
    ] {
        add(&mut conn, viewer, new(name, own)).await.unwrap();
    }
    assert_eq!(names(&mut conn, &manager, None).await, ["Свой 1", "Свой 2", "Общий 1", "Общий 2"]);
    assert_eq!(names(&mut conn, &head, None).await, ["Общий 1", "Общий 2"]);

    let own = phrase::list(&mut conn, &manager, &PhraseFilter::default(), None, 1).await.unwrap().remove(0);
    let foreign = phrase::edit(&mut conn, &head, own.id, PhraseEdit::default(), minute(2)).await;
    assert!(matches!(foreign, Err(PhraseError::Missing)));
    assert!(matches!(phrase::get(&mut conn, &head, own.id).await, Err(PhraseError::Missing)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_companys_texts_are_changed_by_right_and_every_change_is_audited(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = fixture::user(&mut conn, "Ольга", "head_of_sales").await;
    let manager = fixture::user(&mut conn, "Анна", "manager").await;
    assert!(matches!(add(&mut conn, &manager, new("Общий", false)).await, Err(PhraseError::Forbidden(_))));
    let id = add(&mut conn, &head, new("Общий", false)).await.unwrap();
    let edit = || PhraseEdit { text: Some("Добрый день!".into()), ..PhraseEdit::default() };
    let refused = phrase::edit(&mut conn, &manager, id, edit(), minute(2)).await;
    assert!(matches!(refused, Err(PhraseError::Forbidden(_))));
    let refused = phrase::delete(&mut conn, &manager, id, minute(2)).await;
    assert!(matches!(refused, Err(PhraseError::Forbidden(_))));

    phrase::edit(&mut conn, &head, id, edit(), minute(2)).await.unwrap();
    phrase::edit(&mut conn, &head, id, edit(), minute(3)).await.unwrap();
    phrase::delete(&mut conn, &head, id, minute(4)).await.unwrap();
    let actions: Vec<String> =
        sqlx::query_scalar("select action from audit_log where subject_kind = 'phrase' order by id")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(actions, ["phrase.create", "phrase.edit", "phrase.delete"], "no change, no line");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_text_is_placed_before_another(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = fixture::user(&mut conn, "Ольга", "head_of_sales").await;
    let mut ids = Vec::new();
    for name in ["А", "Б", "В"] {
        ids.push(add(&mut conn, &head, new(name, false)).await.unwrap());
    }
    phrase::place(&mut conn, &head, ids[2], Some(ids[0]), minute(2)).await.unwrap();
    assert_eq!(names(&mut conn, &head, None).await, ["В", "А", "Б"]);
    phrase::place(&mut conn, &head, ids[2], None, minute(3)).await.unwrap();
    assert_eq!(names(&mut conn, &head, None).await, ["А", "Б", "В"]);
    let elsewhere = PhraseId::at(minute(0));
    let refused = phrase::place(&mut conn, &head, ids[0], Some(elsewhere), minute(4)).await;
    assert!(matches!(refused, Err(PhraseError::Invalid { field: "before", .. })));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn words_are_found_in_name_code_and_text(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = fixture::user(&mut conn, "Ольга", "head_of_sales").await;
    let with = |name: &str, code: &str, text: &str| NewPhrase {
        code: Some(code.into()),
        text: text.into(),
        ..new(name, false)
    };
    add(&mut conn, &head, with("Счёт", "/Счёт", "Пришлю до вечера")).await.unwrap();
    add(&mut conn, &head, with("Скидка", "скидка", "Дадим 100%")).await.unwrap();
    assert_eq!(names(&mut conn, &head, Some("СЧЕТ")).await, ["Счёт"]);
    assert_eq!(names(&mut conn, &head, Some("до вечера")).await, ["Счёт"]);
    assert_eq!(names(&mut conn, &head, Some("0%")).await, ["Скидка"]);
    assert_eq!(names(&mut conn, &head, Some("_")).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_code_means_one_text_of_the_company_and_one_of_each_person(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = fixture::user(&mut conn, "Ольга", "head_of_sales").await;
    let coded = |own| NewPhrase { code: Some("счёт".into()), ..new("Счёт", own) };
    add(&mut conn, &head, coded(false)).await.unwrap();
    assert!(matches!(add(&mut conn, &head, coded(false)).await, Err(PhraseError::CodeTaken)));
    add(&mut conn, &head, coded(true)).await.unwrap();
    assert!(matches!(add(&mut conn, &head, coded(true)).await, Err(PhraseError::CodeTaken)));
    for _ in 0..2 {
        add(&mut conn, &head, new("Без кода", false)).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_cannot_be_a_text_is_refused_by_its_field(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = fixture::user(&mut conn, "Ольга", "head_of_sales").await;
    let good = || new("Счёт", false);
    for (wrong, wanted) in [
        (NewPhrase { name: " ".into(), ..good() }, "name"),
        (NewPhrase { text: " ".into(), ..good() }, "text"),
        (NewPhrase { text: "{клиент.возраст}".into(), ..good() }, "text"),
        (NewPhrase { code: Some("два слова".into()), ..good() }, "code"),
        (NewPhrase { language: "tlh".into(), ..good() }, "language"),
    ] {
        match add(&mut conn, &head, wrong).await {
            Err(PhraseError::Invalid { field, .. }) => assert_eq!(field, wanted),
            other => panic!("{wanted}: {other:?}"),
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn fields_are_filled_from_the_person_the_company_and_the_writer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let manager = fixture::user(&mut conn, "Анна", "manager").await;
    let foreign = fixture::user(&mut conn, "Борис", "manager").await;
    let own = fixture::client(&mut conn, "Ромашка", Some(&manager)).await;
    let contact = fixture::contact(&mut conn, "Пётр", own).await;
    let other = fixture::client(&mut conn, "Чужая", Some(&foreign)).await;
    fixture::link(&mut conn, contact, other).await;
    let known = sources::sources(&mut conn, &manager, Some(contact), None).await.unwrap();
    assert_eq!(known.client_name.as_deref(), Some("Пётр"));
    assert_eq!(known.client_company.as_deref(), Some("Ромашка"), "a foreign company is not told");
    assert_eq!(known.manager_name.as_deref(), Some("Анна"));

    let third = fixture::client(&mut conn, "Лютик", Some(&manager)).await;
    fixture::link(&mut conn, contact, third).await;
    let of_two = sources::sources(&mut conn, &manager, Some(contact), None).await.unwrap();
    assert_eq!(of_two.client_company, None, "which of two is for a person to say");
    let meant = sources::sources(&mut conn, &manager, Some(contact), Some(third)).await.unwrap();
    assert_eq!(meant.client_company.as_deref(), Some("Лютик"));

    let number = fixture::contact(&mut conn, "+79160000001", own).await;
    let unnamed = sources::sources(&mut conn, &manager, Some(number), None).await.unwrap();
    assert_eq!(unnamed.client_name, None, "nobody is addressed by a number");
    let hidden = sources::sources(&mut conn, &foreign, Some(number), None).await;
    assert!(hidden.is_err());
    let alone = sources::sources(&mut conn, &manager, None, None).await.unwrap();
    assert_eq!(alone, Sources { manager_name: Some("Анна".into()), ..Sources::default() });
}
