//! Foreign clients that are asked for, opened for a term, and closed again.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

use crate::{
    AccessRequestId, ClientId,
    access::{Viewer, audit, user as people},
    clients::{
        ClientError,
        access_request::{self, AccessRequest, AccessState, NewAccessRequest, REFUSE, SUBJECT},
        client::{self, ClientEdit},
        contact,
        join::{ClientJoin, Side, join_clients},
        list::{ClientFilter, ClientSort, Wanted, list},
        loan, search,
    },
    decisions::{self, Choice, Verdict, Via},
    fixture::{self, client, feed_for, minute, user},
    timeline::{
        conversation,
        feed::Message,
        read::{Part, TimelineFilter, of_client},
    },
};

struct Stand {
    anna: Viewer,
    boris: Viewer,
    head: Viewer,
    client: ClientId,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let anna = user(conn, "Анна", "manager").await;
    let boris = user(conn, "Борис", "manager").await;
    let head = user(conn, "Роман", "head_of_sales").await;
    let client = client(conn, "Ромашка", Some(&anna)).await;
    Stand { anna, boris, head, client }
}

fn wish(client: ClientId) -> NewAccessRequest {
    NewAccessRequest {
        client_id: Some(client), reason: "Замещаю Анну".into(), ..NewAccessRequest::default()
    }
}

/// The viewer as of a moment, with what is open to him then.
async fn at(conn: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>) -> Viewer {
    let lent = people::lent(conn, viewer.user_id, Some(now)).await.unwrap();
    Viewer { lent, ..viewer.clone() }
}

async fn decide(
    conn: &mut PgConnection,
    who: &Viewer,
    id: AccessRequestId,
    word: &str,
    comment: Option<&str>,
) -> Result<Verdict, ClientError> {
    let (decision, revision) = decisions::of_subject(conn, SUBJECT, id.0).await.unwrap().unwrap();
    let choice = Choice { word, revision, comment, via: Via::Product };
    decisions::decide(conn, who, decision, choice, minute(5)).await
}

impl Stand {
    async fn ask(&self, conn: &mut PgConnection) -> AccessRequestId {
        access_request::create(conn, &self.boris, wish(self.client), minute(2)).await.unwrap()
    }

    /// Boris, to whom the client was opened in the fifth minute.
    async fn open(&self, conn: &mut PgConnection, word: &str) -> Viewer {
        let id = self.ask(conn).await;
        decide(conn, &self.head, id, word, None).await.unwrap();
        at(conn, &self.boris, minute(6)).await
    }

    async fn own(&self, conn: &mut PgConnection) -> AccessRequest {
        access_request::own(conn, &self.boris, None, 10, minute(6)).await.unwrap().remove(0)
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_opened_is_read_like_ones_own_in_every_place(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let person = fixture::contact(&mut conn, "Ольга", stand.client).await;
    fixture::phone(&mut conn, person, "+79161234567").await;
    let account = fixture::account(&mut conn, "whatsapp").await;
    let talk = fixture::conversation(&mut conn, account, person, minute(1)).await;
    let before = client::read(&mut conn, &stand.boris, stand.client).await;
    assert!(matches!(before, Err(ClientError::Foreign(_))));

    let boris = stand.open(&mut conn, "week").await;
    client::read(&mut conn, &boris, stand.client).await.unwrap();
    contact::read(&mut conn, &boris, person).await.unwrap();
    conversation::read(&mut conn, &boris, talk).await.unwrap();
    of_client(&mut conn, &boris, stand.client, &TimelineFilter::default(), Part::Latest, 10).await.unwrap();
    let found = search::search(&mut conn, &boris, "ромашка", 10).await.unwrap();
    assert_eq!((found.clients.len(), found.foreign.len()), (1, 0));
    let found = search::search(&mut conn, &boris, "9161234567", 10).await.unwrap();
    assert_eq!(found.clients.len(), 1);
    let of_anna =
        ClientFilter { responsible: Some(Wanted::Is(stand.anna.user_id)), ..ClientFilter::default() };
    for (filter, sort) in [
        (ClientFilter::default(), ClientSort::Name),
        (ClientFilter::default(), ClientSort::Responsible),
        (of_anna, ClientSort::CreatedNewest),
    ] {
        let rows = list(&mut conn, &boris, &filter, sort, None, 10).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [stand.client], "{filter:?}");
        let after = rows[0].cursor();
        assert!(list(&mut conn, &boris, &filter, sort, Some(&after), 10).await.unwrap().is_empty());
    }
    let edit = ClientEdit { version: 1, city: Some(Some("Тула".into())), ..ClientEdit::default() };
    client::edit(&mut conn, &boris, minute(6), stand.client, edit).await.unwrap();
    let stranger = user(&mut conn, "Вера", "manager").await;
    assert!(client::read(&mut conn, &stranger, stand.client).await.is_err());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_opened_cannot_be_handed_on(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let boris = stand.open(&mut conn, "forever").await;
    let vera = user(&mut conn, "Вера", "manager").await;
    let hers = access_request::create(&mut conn, &vera, wish(stand.client), minute(3)).await.unwrap();
    assert!(matches!(decide(&mut conn, &boris, hers, "day", None).await, Err(ClientError::Forbidden(_))));
    assert!(access_request::list(&mut conn, &boris, true, None, 10, minute(6)).await.unwrap().is_empty());
    decide(&mut conn, &stand.anna, hers, "day", None).await.expect("who answers for the client opens it");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_term_ends_to_the_second_and_open_tabs_close(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.open(&mut conn, "day").await;
    let end = minute(5) + TimeDelta::days(1);
    let last = at(&mut conn, &stand.boris, end - TimeDelta::seconds(1)).await;
    assert!(client::read(&mut conn, &last, stand.client).await.is_ok());
    let loans = loan::of_client(&mut conn, &last, stand.client, minute(6)).await.unwrap();
    assert_eq!((loans[0].user.name.as_str(), loans[0].ends_at, loans[0].may_end), ("Борис", Some(end), true));
    let late = at(&mut conn, &stand.boris, end).await;
    assert!(client::read(&mut conn, &late, stand.client).await.is_err(), "whether the task has run or not");

    assert_eq!(loan::end_due_unscoped(&mut conn, minute(6)).await.unwrap(), (0, Some(end)));
    assert_eq!(loan::end_due_unscoped(&mut conn, end).await.unwrap(), (1, None));
    assert_eq!(loan::end_due_unscoped(&mut conn, end).await.unwrap(), (0, None));
    let told = feed_for(&mut conn, &late).await;
    assert!(told.contains(&Message::AccessLost { client_id: stand.client }), "{told:?}");
    assert!(stand.own(&mut conn).await.is_over);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn those_who_decide_hear_of_the_request_and_the_author_of_the_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    assert_eq!(stand.ask(&mut conn).await, id, "the same press is the same request");
    let vera = user(&mut conn, "Вера", "manager").await;
    let asked = Message::AccessRequest { request_id: id };
    for (who, hears) in [(&stand.anna, true), (&stand.head, true), (&stand.boris, true), (&vera, false)] {
        assert_eq!(feed_for(&mut conn, who).await.contains(&asked), hears, "{}", who.name);
        let waits = access_request::waiting(&mut conn, who).await.unwrap();
        assert_eq!(waits == 1, hears && who.user_id != stand.boris.user_id, "{}", who.name);
        let got = access_request::get(&mut conn, who, id, minute(3)).await;
        assert_eq!(got.is_ok(), hears, "{}", who.name);
    }
    assert_eq!(stand.own(&mut conn).await.client_id, None, "a stub has no id");
    decide(&mut conn, &stand.anna, id, "week", None).await.unwrap();
    let again = decide(&mut conn, &stand.head, id, "forever", None).await.unwrap();
    assert!(matches!(again, Verdict::Over(_)), "the first press wins");
    let boris = at(&mut conn, &stand.boris, minute(6)).await;
    let told = feed_for(&mut conn, &boris).await;
    assert!(told.contains(&Message::AccessGained { client_id: stand.client }), "{told:?}");
    let own = stand.own(&mut conn).await;
    assert_eq!((own.state, own.ends_at), (AccessState::Granted, Some(minute(5) + TimeDelta::days(7))));
    let root = user(&mut conn, "Админ", "administrator").await;
    let filter = audit::Filter { subject_id: Some(stand.client.to_string()), ..audit::Filter::default() };
    let log = audit::list(&mut conn, &root, &filter, None, 10).await.unwrap();
    let actions: Vec<_> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["access_request.decide", "client.lend", "access_request.create"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_refusal_wants_a_reason_and_opens_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    assert_eq!(decide(&mut conn, &stand.head, id, REFUSE, None).await.unwrap(), Verdict::WantsComment);
    decide(&mut conn, &stand.head, id, REFUSE, Some("Анна на месте")).await.unwrap();
    let own = stand.own(&mut conn).await;
    assert_eq!((own.state, own.comment.as_deref()), (AccessState::Refused, Some("Анна на месте")));
    let boris = at(&mut conn, &stand.boris, minute(6)).await;
    assert!(client::read(&mut conn, &boris, stand.client).await.is_err());
    let again = access_request::create(&mut conn, &boris, wish(stand.client), minute(7)).await.unwrap();
    assert_ne!(again, id, "he may ask once more");
    access_request::withdraw(&mut conn, &boris, again, minute(8)).await.unwrap();
    assert!(matches!(decide(&mut conn, &stand.head, again, "day", None).await.unwrap(), Verdict::Over(_)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn access_is_closed_by_those_who_open_it_and_by_whom_it_is_open_to(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let vera = user(&mut conn, "Вера", "manager").await;
    for who in [&stand.anna, &stand.boris] {
        let boris = stand.open(&mut conn, "forever").await;
        let id = loan::of_client(&mut conn, &boris, stand.client, minute(6)).await.unwrap()[0].id;
        let foreign = loan::end(&mut conn, &vera, id, minute(7)).await;
        assert!(matches!(foreign, Err(ClientError::NotFound)));
        loan::end(&mut conn, who, id, minute(7)).await.unwrap();
        loan::end(&mut conn, who, id, minute(8)).await.expect("repeats safely");
        assert!(at(&mut conn, &stand.boris, minute(7)).await.lent.is_empty());
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stub_is_asked_for_by_what_it_shows(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let edit = ClientEdit { version: 1, inn: Some(Some("7707083893".into())), ..ClientEdit::default() };
    client::edit(&mut conn, &stand.anna, minute(1), stand.client, edit).await.unwrap();
    let named = |name: &str| NewAccessRequest {
        name: Some(name.into()),
        inn: Some("7707083893".into()),
        reason: "Звонил мне".into(),
        ..NewAccessRequest::default()
    };
    let other = access_request::create(&mut conn, &stand.boris, named("Лютик"), minute(2)).await;
    assert!(matches!(other, Err(ClientError::NotFound)));
    let id = access_request::create(&mut conn, &stand.boris, named("Ромашка"), minute(2)).await.unwrap();
    assert_eq!(stand.ask(&mut conn).await, id);
    let own = access_request::create(&mut conn, &stand.anna, named("Ромашка"), minute(2)).await;
    assert!(matches!(own, Err(ClientError::NotNow(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stub_without_an_inn_is_asked_for_by_its_name_and_responsible(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let named = |name: &str, responsible: &str| NewAccessRequest {
        name: Some(name.into()),
        responsible: Some(responsible.into()),
        reason: "Звонил мне".into(),
        ..NewAccessRequest::default()
    };
    let other = access_request::create(&mut conn, &stand.boris, named("Ромашка", "Вера"), minute(2)).await;
    assert!(matches!(other, Err(ClientError::NotFound)), "a stub that shows somebody else is another client");
    let wish = named("Ромашка", &stand.anna.name);
    let id = access_request::create(&mut conn, &stand.boris, wish.clone(), minute(2)).await.unwrap();
    assert_eq!(stand.ask(&mut conn).await, id);
    let vera = user(&mut conn, "Вера", "manager").await;
    client(&mut conn, "Ромашка", Some(&stand.anna)).await;
    let which = access_request::create(&mut conn, &vera, wish, minute(3)).await;
    assert!(matches!(which, Err(ClientError::NotNow(_))), "nobody knows which of two namesakes is meant");
    client(&mut conn, "+7 916 456-98-12", Some(&stand.anna)).await;
    let number = named("+7 916 456-98-12", &stand.anna.name);
    let guessed = access_request::create(&mut conn, &vera, number, minute(3)).await;
    assert!(matches!(guessed, Err(ClientError::Invalid { .. })), "a stub never shows a number");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_card_joined_into_another_is_asked_for_anew_and_not_open_with_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let big = client(&mut conn, "Большая", Some(&stand.head)).await;
    let waiting = stand.ask(&mut conn).await;
    let vera = user(&mut conn, "Вера", "manager").await;
    let hers = access_request::create(&mut conn, &vera, wish(stand.client), minute(2)).await.unwrap();
    decide(&mut conn, &stand.head, hers, "forever", None).await.unwrap();
    let choices = [("name".to_owned(), Side::Survivor), ("responsible_id".to_owned(), Side::Survivor)].into();
    let join = ClientJoin { survivor_id: big, absorbed_id: stand.client, choices, dry_run: false };
    join_clients(&mut conn, &stand.head, minute(6), &join).await.unwrap();
    let vera = at(&mut conn, &vera, minute(7)).await;
    assert!(client::read(&mut conn, &vera, big).await.is_err(), "the other card was never opened");
    assert_eq!(decide(&mut conn, &stand.head, waiting, "day", None).await.unwrap(), Verdict::Changed);
    decide(&mut conn, &stand.head, waiting, "day", None).await.unwrap();
    let boris = at(&mut conn, &stand.boris, minute(7)).await;
    client::read(&mut conn, &boris, big).await.expect("asked for as it is now");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_requests_that_a_join_makes_one_are_decided_one_by_one(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let big = client(&mut conn, "Большая", Some(&stand.head)).await;
    let small = stand.ask(&mut conn).await;
    let other = access_request::create(&mut conn, &stand.boris, wish(big), minute(3)).await.unwrap();
    let choices = [("name".to_owned(), Side::Survivor), ("responsible_id".to_owned(), Side::Survivor)].into();
    let join = ClientJoin { survivor_id: big, absorbed_id: stand.client, choices, dry_run: false };
    join_clients(&mut conn, &stand.head, minute(4), &join).await.unwrap();
    let both = decide(&mut conn, &stand.head, small, "day", None).await;
    assert!(matches!(both, Err(ClientError::NotNow(_))), "{both:?}");
    decide(&mut conn, &stand.head, other, "day", None).await.unwrap();
    decide(&mut conn, &stand.head, small, REFUSE, Some("Уже открыта")).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn people_of_a_lent_client_are_not_tied_to_companies_that_stay(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let person = fixture::contact(&mut conn, "Ольга", stand.client).await;
    let boris = stand.open(&mut conn, "day").await;
    let own = client(&mut conn, "Своя", Some(&boris)).await;
    let common = client(&mut conn, "Общая", None).await;
    for place in [own, common] {
        let tied = contact::link(&mut conn, &boris, minute(6), person, place, None).await;
        assert!(matches!(tied, Err(ClientError::NotNow(_))), "{tied:?}");
    }
    let known = fixture::contact(&mut conn, "Пётр", own).await;
    contact::link(&mut conn, &boris, minute(6), known, stand.client, None).await.expect("his own person");
    let after = at(&mut conn, &stand.boris, minute(60 * 24 * 2)).await;
    assert!(contact::read(&mut conn, &after, person).await.is_err());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_loan_ends_when_its_client_comes_to_whom_it_was_lent(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let boris = stand.open(&mut conn, "forever").await;
    let vera = user(&mut conn, "Вера", "manager").await;
    client::transfer(
        &mut conn,
        &stand.head,
        minute(7),
        stand.client,
        &client::Transfer::for_good(Some(boris.user_id), "Вёл его"),
    )
    .await
    .unwrap();
    client::transfer(
        &mut conn,
        &stand.head,
        minute(8),
        stand.client,
        &client::Transfer::for_good(Some(vera.user_id), "Отпуск"),
    )
    .await
    .unwrap();
    let boris = at(&mut conn, &stand.boris, minute(9)).await;
    let refused = client::read(&mut conn, &boris, stand.client).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))), "nothing forgotten comes back");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nobody_opens_a_client_to_himself(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    for (to, who) in [(Some(stand.boris.user_id), &stand.boris), (None, &stand.boris), (None, &stand.head)] {
        client::transfer(
            &mut conn,
            &stand.head,
            minute(3),
            stand.client,
            &client::Transfer::for_good(to, "Проверка"),
        )
        .await
        .unwrap();
        let opened = decide(&mut conn, who, id, "forever", None).await;
        assert!(matches!(opened, Err(ClientError::NotNow(_))), "{opened:?}");
    }
    decide(&mut conn, &stand.head, id, REFUSE, Some("Клиент в общей базе")).await.unwrap();
}
