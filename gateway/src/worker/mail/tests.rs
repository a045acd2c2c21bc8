use chrono::TimeDelta;
use crm_core::mail::{Mail, MailAttempt, MailState, Words};
use mocks::mail::{Mode, Server};
use sqlx::PgPool;

use super::*;
use crate::http::testing::{now, wait};

/// An administrator with an address and one letter to him, a mail server, and the way to it.
struct Stage {
    letters: Letters,
    server: Server,
}

impl Stage {
    async fn set(pool: PgPool, mode: Mode) -> Self {
        let server = Server::start(Arc::new(now)).await.unwrap();
        server.behave(mode);
        let mut conn = pool.acquire().await.unwrap();
        let root = crm_core::fixture::user(&mut conn, "root", "administrator").await;
        let email = Some("root@example.ru".to_owned());
        let patch = crm_core::access::user::UserPatch { email, ..Default::default() };
        crm_core::access::user::edit(&mut conn, &root, root.user_id, patch, now()).await.unwrap();
        let words = Words {
            subject: "Канал «Бот» не работает".into(),
            text: "Токен отозван.\n.\nВот.".into(),
        };
        crm_core::mail::to_administrators(&mut conn, &words, now()).await.unwrap();
        let letters = Letters { pool, clock: now, mailer: Some(Arc::new(mailer(&server))) };
        Self { letters, server }
    }

    /// The letter and its tries.
    async fn seen(&self) -> (Mail, Vec<MailAttempt>) {
        let mut conn = self.letters.pool.acquire().await.unwrap();
        let root = crm_core::fixture::user(&mut conn, "eye", "administrator").await;
        let mail = crm_core::mail::list(&mut conn, &root, None, None, 1).await.unwrap().remove(0);
        crm_core::mail::get(&mut conn, &root, mail.id).await.unwrap()
    }
}

fn mailer(server: &Server) -> Mailer {
    // The second time the provider is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = email::Config {
        server: server.address().ip().to_string(),
        port: Some(server.address().port()),
        security: email::Security::Plain,
        login: None,
        from: "Узел <uzel@example.ru>".into(),
        hello_name: None,
        trusted_roots: None,
    };
    Mailer::new(config).unwrap()
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_letter_reaches_its_mailbox_whole_and_once(pool: PgPool) {
    let stage = Stage::set(pool, Mode::Well).await;
    assert!(stage.letters.turn().await.unwrap());
    assert!(!stage.letters.turn().await.unwrap());
    let mails = stage.server.mails();
    let (mail, _) = stage.seen().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].message_id, format!("<{}@example.ru>", mail.id));
    assert_eq!(
        (mails[0].subject.as_str(), mails[0].to.as_str()),
        ("Канал «Бот» не работает", "root@example.ru")
    );
    assert_eq!(mails[0].text.trim_end(), "Токен отозван.\n.\nВот.");
    assert_eq!(mail.state, MailState::Sent);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_letter_that_is_put_off_comes_a_minute_later(pool: PgPool) {
    let stage = Stage::set(pool, Mode::Greylisting).await;
    stage.letters.turn().await.unwrap();
    assert!(!stage.letters.turn().await.unwrap(), "not at once");
    wait(TimeDelta::minutes(1));
    stage.letters.turn().await.unwrap();
    let (mail, attempts) = stage.seen().await;
    assert_eq!((mail.state, stage.server.mails().len()), (MailState::Sent, 1));
    let first = &attempts[0];
    assert_eq!(first.outcome, Outcome::Temporary);
    assert!(first.reason.as_deref().unwrap().contains("451 4.7.1 greylisted"), "{first:?}");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_letter_of_unknown_fate_is_repeated_and_recognised_by_whoever_has_it(pool: PgPool) {
    let stage = Stage::set(pool, Mode::CutBehindLetter).await;
    stage.letters.turn().await.unwrap();
    let (mail, attempts) = stage.seen().await;
    assert_eq!((mail.state, attempts[0].outcome), (MailState::Queued, Outcome::Unknown));
    stage.server.behave(Mode::Well);
    wait(TimeDelta::minutes(1));
    stage.letters.turn().await.unwrap();
    let mails = stage.server.mails();
    assert_eq!((mails.len(), mails[0].copies), (1, 2), "one letter that came twice");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_letter_that_got_lost_behind_data_still_comes(pool: PgPool) {
    let stage = Stage::set(pool, Mode::CutAndForget).await;
    stage.letters.turn().await.unwrap();
    stage.server.behave(Mode::Busy);
    wait(TimeDelta::minutes(1));
    stage.letters.turn().await.unwrap();
    stage.server.behave(Mode::Well);
    wait(TimeDelta::minutes(2));
    stage.letters.turn().await.unwrap();
    let (mail, attempts) = stage.seen().await;
    let outcomes: Vec<Outcome> = attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Temporary, Outcome::Sent]);
    assert_eq!((mail.state, stage.server.mails()[0].copies), (MailState::Sent, 1));
}

/// A letter to a server in this mood fails at once, with these words.
async fn is_refused(pool: PgPool, mode: Mode, words: &str) {
    let stage = Stage::set(pool, mode).await;
    stage.letters.turn().await.unwrap();
    let (mail, _) = stage.seen().await;
    assert_eq!(mail.state, MailState::Failed);
    assert!(mail.reason.as_deref().unwrap().contains(words), "{mail:?}");
    assert!(!stage.letters.turn().await.unwrap());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_mailbox_that_does_not_exist_is_told_in_the_words_of_the_server(pool: PgPool) {
    is_refused(pool, Mode::NoMailbox, "no such mailbox").await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_letter_taken_for_spam_is_told_in_the_words_of_the_server(pool: PgPool) {
    is_refused(pool, Mode::Spam, "looks like spam").await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn several_copies_send_each_letter_once(pool: PgPool) {
    let stage = Stage::set(pool.clone(), Mode::Well).await;
    let mut conn = pool.acquire().await.unwrap();
    for number in 0..20 {
        let words = Words { subject: format!("Письмо {number}"), text: "Проба.".into() };
        crm_core::mail::to_administrators(&mut conn, &words, now()).await.unwrap();
    }
    let copy = |letters: Letters| async move { while letters.turn().await.unwrap() {} };
    let other = Letters { mailer: Some(Arc::new(mailer(&stage.server))), ..stage.letters.clone() };
    tokio::join!(copy(stage.letters.clone()), copy(other), copy(stage.letters.clone()));
    let mails = stage.server.mails();
    assert_eq!((mails.len(), mails.iter().all(|mail| mail.copies == 1)), (21, true));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn without_a_mail_server_letters_say_what_is_missing(pool: PgPool) {
    let stage = Stage::set(pool, Mode::Well).await;
    let letters = Letters { mailer: None, ..stage.letters.clone() };
    assert!(!letters.turn().await.unwrap());
    let (mail, _) = stage.seen().await;
    assert_eq!(mail.state, MailState::Failed);
    assert!(mail.reason.as_deref().unwrap().contains("[mail]"));
}
