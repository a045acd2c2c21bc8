use chrono::TimeDelta;
use sqlx::PgPool;

use super::alarm::{self, Standing};
use super::queue::{self, Due, GIVE_UP, LEASE, Tried};
use super::*;
use crate::access::bootstrap;
use crate::access::user::{self, UserPatch};
use crate::access::{Forbidden, Right, Viewer};
use crate::fixture::{self, minute};
use crate::{MailId, UserId};

fn words(subject: &str) -> Words {
    Words { subject: subject.into(), text: "Подробности.".into() }
}

fn wrong() -> Standing {
    Standing::Wrong(words("плохо"))
}

fn well() -> Standing {
    Standing::Well(words("хорошо"))
}

/// An administrator with an address.
async fn root(conn: &mut PgConnection) -> Viewer {
    let root = fixture::user(conn, "Админов", "administrator").await;
    address(conn, &root, root.user_id, "root@example.ru").await;
    root
}

async fn address(conn: &mut PgConnection, root: &Viewer, of: UserId, email: &str) {
    let patch = UserPatch { email: Some(email.into()), ..UserPatch::default() };
    user::edit(conn, root, of, patch, minute(0)).await.unwrap();
}

async fn subjects(conn: &mut PgConnection, root: &Viewer) -> Vec<String> {
    let mails = list(conn, root, None, None, 100).await.unwrap();
    mails.into_iter().rev().map(|mail| mail.subject).collect()
}

fn came_to(outcome: Outcome) -> Tried {
    let reason = (outcome != Outcome::Sent).then(|| "Так ответил сервер.".to_owned());
    Tried { outcome, code: None, reason }
}

async fn tried(conn: &mut PgConnection, outcome: Outcome, now: DateTime<Utc>) -> Due {
    let due = queue::claim_unscoped(conn, now).await.unwrap().expect("a letter is due");
    assert!(queue::finish_unscoped(conn, &due, &came_to(outcome), now, now).await.unwrap());
    due
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn every_administrator_with_an_address_gets_his_letter_and_nobody_else(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    for (name, role, email) in
        [("Второй", "administrator", "two@example.ru"), ("Ропова", "head_of_sales", "rop@example.ru")]
    {
        let other = fixture::user(&mut conn, name, role).await;
        address(&mut conn, &root, other.user_id, email).await;
    }
    let stays = "администратор без почты";
    bootstrap::create_user_with_password(
        &mut conn,
        "stays",
        stays,
        "administrator",
        "верный пароль",
        minute(0),
    )
    .await
    .unwrap();
    let gone = fixture::user(&mut conn, "Ушёл", "administrator").await;
    address(&mut conn, &root, gone.user_id, "gone@example.ru").await;
    user::deactivate(&mut conn, &root, gone.user_id, minute(0)).await.unwrap();
    assert_eq!(to_administrators(&mut conn, &words("Проба"), minute(1)).await.unwrap(), 2);
    let mails = list(&mut conn, &root, None, None, 10).await.unwrap();
    let mut addresses: Vec<&str> = mails.iter().map(|mail| mail.address.as_str()).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, ["root@example.ru", "two@example.ru"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_trouble_is_told_once_and_its_end_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    assert!(!alarm::note(&mut conn, "x", &well(), minute(0)).await.unwrap(), "all was well before too");
    assert!(alarm::note(&mut conn, "x", &wrong(), minute(1)).await.unwrap());
    for at in 2..100 {
        assert!(!alarm::note(&mut conn, "x", &wrong(), minute(at)).await.unwrap());
    }
    assert!(alarm::note(&mut conn, "y", &wrong(), minute(5)).await.unwrap(), "each topic by itself");
    assert!(alarm::note(&mut conn, "x", &well(), minute(100)).await.unwrap());
    assert!(!alarm::note(&mut conn, "x", &well(), minute(101)).await.unwrap());
    assert_eq!(subjects(&mut conn, &root).await, ["плохо", "плохо", "хорошо"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_goes_on_and_off_makes_one_letter_an_hour_and_the_last_word_is_true(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    for at in 0..=300 {
        let standing = if at % 2 == 0 { wrong() } else { well() };
        alarm::note(&mut conn, "x", &standing, minute(at)).await.unwrap();
    }
    for at in 301..500 {
        alarm::note(&mut conn, "x", &well(), minute(at)).await.unwrap();
    }
    let told = list(&mut conn, &root, None, None, 100).await.unwrap();
    assert!(told.windows(2).all(|pair| pair[0].written_at - pair[1].written_at >= alarm::PAUSE));
    assert_eq!(told[0].subject, "хорошо");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_letter_goes_to_one_copy_and_to_another_when_that_one_dies(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    to_administrators(&mut conn, &words("Проба"), minute(0)).await.unwrap();
    let dead = queue::claim_unscoped(&mut conn, minute(0)).await.unwrap().unwrap();
    assert!(queue::claim_unscoped(&mut conn, minute(1)).await.unwrap().is_none());
    let heir = queue::claim_unscoped(&mut conn, minute(0) + LEASE).await.unwrap().unwrap();
    assert_eq!(dead.id, heir.id);
    let late = minute(11);
    assert!(!queue::finish_unscoped(&mut conn, &dead, &came_to(Outcome::Sent), late, late).await.unwrap());
    assert!(queue::finish_unscoped(&mut conn, &heir, &came_to(Outcome::Sent), late, late).await.unwrap());
    let (mail, attempts) = get(&mut conn, &root, heir.id).await.unwrap();
    assert_eq!((mail.state, attempts.len()), (MailState::Sent, 1));
    assert!(queue::claim_unscoped(&mut conn, minute(1000)).await.unwrap().is_none());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn pauses_grow_and_after_a_day_a_letter_is_given_up_with_every_try_on_record(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    to_administrators(&mut conn, &words("Проба"), minute(0)).await.unwrap();
    let (mut now, mut pauses) = (minute(0), Vec::new());
    let failed = loop {
        let outcome = if pauses.len() % 2 == 0 { Outcome::Temporary } else { Outcome::Unknown };
        let due = tried(&mut conn, outcome, now).await;
        let (mail, _) = get(&mut conn, &root, due.id).await.unwrap();
        if mail.state == MailState::Failed {
            break mail;
        }
        pauses.push((mail.due_at - now).num_minutes());
        now = mail.due_at;
    };
    assert_eq!(pauses[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
    assert!(now - minute(0) < GIVE_UP && now - minute(0) > TimeDelta::hours(22));
    let (_, attempts) = get(&mut conn, &root, failed.id).await.unwrap();
    assert_eq!(attempts.len(), pauses.len() + 1);
    assert_eq!(
        (attempts[1].outcome, failed.reason.as_deref()),
        (Outcome::Unknown, Some("Так ответил сервер."))
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_rejected_letter_is_given_up_at_once_and_a_person_has_it_sent_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    to_administrators(&mut conn, &words("Проба"), minute(0)).await.unwrap();
    let due = tried(&mut conn, Outcome::Rejected, minute(0)).await;
    let (mail, _) = get(&mut conn, &root, due.id).await.unwrap();
    assert_eq!((mail.state, mail.finished_at), (MailState::Failed, Some(minute(0))));
    let again = retry(&mut conn, &root, due.id, minute(5000)).await.unwrap();
    assert_eq!((again.state, again.due_at, again.finished_at), (MailState::Queued, minute(5000), None));
    assert_eq!(tried(&mut conn, Outcome::Sent, minute(5000)).await.id, due.id, "under the same id");
    let (sent, attempts) = get(&mut conn, &root, due.id).await.unwrap();
    assert_eq!((sent.state, sent.reason, attempts.len()), (MailState::Sent, None, 2));
    assert!(matches!(retry(&mut conn, &root, due.id, minute(5001)).await, Err(MailError::OnItsWay)));
    let nobody = MailId::at(minute(9));
    assert!(matches!(retry(&mut conn, &root, nobody, minute(5001)).await, Err(MailError::Missing)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nobody_knocks_on_while_the_server_lets_us_not_in(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    root(&mut conn).await;
    for subject in ["Первое", "Второе", "Третье"] {
        to_administrators(&mut conn, &words(subject), minute(0)).await.unwrap();
    }
    tried(&mut conn, Outcome::Stopped, minute(0)).await;
    assert!(queue::claim_unscoped(&mut conn, minute(14)).await.unwrap().is_none());
    for _ in 0..3 {
        tried(&mut conn, Outcome::Sent, minute(15)).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn letters_are_shown_and_sent_again_by_right_only(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    to_administrators(&mut conn, &words("Проба"), minute(0)).await.unwrap();
    let id = list(&mut conn, &root, None, None, 1).await.unwrap()[0].id;
    let anna = fixture::user(&mut conn, "Анна", "manager").await;
    let refused = |error: MailError| matches!(error, MailError::Forbidden(Forbidden(Right::MailsManage)));
    assert!(refused(list(&mut conn, &anna, None, None, 1).await.unwrap_err()));
    assert!(refused(get(&mut conn, &anna, id).await.unwrap_err()));
    assert!(refused(retry(&mut conn, &anna, id, minute(1)).await.unwrap_err()));
    let oneself = write_to_oneself(&mut conn, &anna, &words("Проба"), minute(1)).await;
    assert!(refused(oneself.unwrap_err()));
    let other = fixture::user(&mut conn, "Без почты", "administrator").await;
    let oneself = write_to_oneself(&mut conn, &other, &words("Проба"), minute(1)).await;
    assert!(matches!(oneself, Err(MailError::NoAddress)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn old_letters_are_forgotten_and_those_on_their_way_are_not(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = root(&mut conn).await;
    for subject in ["Старое", "Ждёт"] {
        to_administrators(&mut conn, &words(subject), minute(0)).await.unwrap();
    }
    tried(&mut conn, Outcome::Sent, minute(0)).await;
    assert_eq!(forget_before(&mut conn, minute(1)).await.unwrap(), 1);
    assert_eq!(list(&mut conn, &root, None, None, 9).await.unwrap().len(), 1);
}
