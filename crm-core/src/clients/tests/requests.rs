//! Requests to change frozen data: asked, approved, refused, taken back.

use sqlx::{PgConnection, PgPool};

use crate::{
    ChangeRequestId, ClientId,
    access::{Forbidden, Right, Viewer, audit},
    clients::{
        ClientError, NewChangeRequest,
        client::{ClientEdit, edit, read},
        contact, freeze,
        request::{self, APPROVE, ChangeRequest, REFUSE, RequestField, RequestState, SUBJECT},
    },
    decisions::{self, Choice, Verdict, Via},
    fixture::{client, feed_for, give, minute, user},
    timeline::feed::Message,
};

const OLD_INN: &str = "7707083893";
const NEW_INN: &str = "500100732259";

struct Stand {
    anna: Viewer,
    boss: Viewer,
    client: ClientId,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let anna = user(conn, "Анна", "manager").await;
    let boss = user(conn, "Виктор", "director").await;
    let client = client(conn, "Ромашка", Some(&anna)).await;
    let fill = ClientEdit { version: 1, inn: Some(Some(OLD_INN.into())), ..ClientEdit::default() };
    edit(conn, &anna, minute(1), client, fill).await.unwrap();
    Stand { anna, boss, client }
}

impl Stand {
    fn inn(&self, old: &str, new: &str) -> NewChangeRequest {
        NewChangeRequest {
            field: RequestField::ClientInn,
            client_id: Some(self.client),
            contact_id: None,
            identity_id: None,
            old_value: Some(old.into()),
            new_value: Some(new.into()),
            reason: "Опечатка в договоре".into(),
        }
    }

    async fn ask(&self, conn: &mut PgConnection) -> ChangeRequestId {
        request::create(conn, &self.anna, self.inn(OLD_INN, NEW_INN), minute(2)).await.unwrap()
    }

    async fn inn_now(&self, conn: &mut PgConnection) -> Option<String> {
        read(conn, &self.boss, self.client).await.unwrap().inn
    }
}

async fn decide(
    conn: &mut PgConnection,
    who: &Viewer,
    id: ChangeRequestId,
    word: &str,
    comment: Option<&str>,
) -> Result<Verdict, ClientError> {
    let (decision, revision) = decisions::of_subject(conn, SUBJECT, id.0).await.unwrap().unwrap();
    let choice = Choice { word, revision, comment, via: Via::Product };
    decisions::decide(conn, who, decision, choice, minute(5)).await
}

async fn own(conn: &mut PgConnection, who: &Viewer) -> Vec<ChangeRequest> {
    request::own(conn, who, None, 10).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_approved_request_changes_the_card_with_both_names_in_its_history(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    assert_eq!(request::waiting(&mut conn, &stand.boss).await.unwrap(), 1);
    assert_eq!(request::waiting(&mut conn, &stand.anna).await.unwrap(), 0);
    let seen = request::list(&mut conn, &stand.boss, true, None, 10).await.unwrap();
    let values = (seen[0].old_value.as_deref(), seen[0].new_value.as_deref());
    assert_eq!(values, (Some(OLD_INN), Some(NEW_INN)));
    assert_eq!((seen[0].author.name.as_str(), seen[0].reason.as_str()), ("Анна", "Опечатка в договоре"));
    assert!(matches!(
        request::list(&mut conn, &stand.anna, true, None, 10).await,
        Err(ClientError::Forbidden(_))
    ));
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some(OLD_INN), "nothing changes by asking");

    let verdict = decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap();
    assert_eq!(verdict, Verdict::Taken("Одобрено".into()));
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some(NEW_INN));
    let own = own(&mut conn, &stand.anna).await;
    assert_eq!(own[0].state, RequestState::Approved);
    assert_eq!(own[0].decided_by.as_ref().unwrap().name, "Виктор");
    let administrator = user(&mut conn, "Админ", "administrator").await;
    let filter = audit::Filter {
        subject_kind: Some("client".into()),
        subject_id: Some(stand.client.to_string()),
        ..audit::Filter::default()
    };
    let history = audit::list(&mut conn, &administrator, &filter, None, 10).await.unwrap();
    let line = history.iter().find(|entry| entry.action == "change_request.approve").unwrap();
    assert_eq!(line.actor, "Виктор");
    let after = line.after.as_ref().unwrap();
    assert_eq!((after["asked_by"].as_str(), after["value"].as_str()), (Some("Анна"), Some(NEW_INN)));
    assert!(history.iter().any(|entry| entry.action == "client.edit" && entry.actor == "Виктор"));
    assert_eq!(request::waiting(&mut conn, &stand.boss).await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_refusal_needs_a_comment_which_the_author_reads(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    for empty in [None, Some("  ")] {
        assert_eq!(decide(&mut conn, &stand.boss, id, REFUSE, empty).await.unwrap(), Verdict::WantsComment);
    }
    decide(&mut conn, &stand.boss, id, REFUSE, Some("Пришлите скан")).await.unwrap();
    let own = own(&mut conn, &stand.anna).await;
    assert_eq!((own[0].state, own[0].comment.as_deref()), (RequestState::Refused, Some("Пришлите скан")));
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some(OLD_INN));
    let again = decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap();
    assert!(matches!(again, Verdict::Over(_)), "{again:?}");
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some(OLD_INN));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_value_that_changed_meanwhile_has_to_be_approved_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    let version = read(&mut conn, &stand.boss, stand.client).await.unwrap().version;
    let by_hand = ClientEdit { version, inn: Some(Some("7736050003".into())), ..ClientEdit::default() };
    edit(&mut conn, &stand.boss, minute(3), stand.client, by_hand).await.unwrap();
    let (decision, old) = decisions::of_subject(&mut conn, SUBJECT, id.0).await.unwrap().unwrap();
    assert_eq!(decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap(), Verdict::Changed);
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some("7736050003"));
    let shown = request::get(&mut conn, &stand.boss, id).await.unwrap();
    assert_eq!(
        (shown.old_value.as_deref(), shown.current_value.as_deref()),
        (Some(OLD_INN), Some("7736050003"))
    );
    let stale = Choice { word: APPROVE, revision: old, comment: None, via: Via::Product };
    let verdict = decisions::decide(&mut conn, &stand.boss, decision, stale, minute(6)).await.unwrap();
    assert_eq!(verdict, Verdict::Changed, "who saw the old question decides nothing");
    decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap();
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some(NEW_INN));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_two_requests_for_one_field_the_second_is_looked_at_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let first = stand.ask(&mut conn).await;
    assert_eq!(stand.ask(&mut conn).await, first, "the same press is the same request");
    let other = request::create(&mut conn, &stand.anna, stand.inn(OLD_INN, "7736050003"), minute(3)).await;
    assert!(matches!(other, Err(ClientError::NotNow(_))), "one's own waits for an answer");
    let oleg = user(&mut conn, "Олег", "manager").await;
    give(&mut conn, stand.client, oleg.user_id).await;
    let second =
        request::create(&mut conn, &oleg, stand.inn(OLD_INN, "7736050003"), minute(3)).await.unwrap();
    let seen = request::get(&mut conn, &stand.boss, first).await.unwrap();
    assert_eq!((seen.rivals, seen.author_lost_access), (1, true));
    decide(&mut conn, &stand.boss, second, APPROVE, None).await.unwrap();
    assert_eq!(decide(&mut conn, &stand.boss, first, APPROVE, None).await.unwrap(), Verdict::Changed);
    assert_eq!(stand.inn_now(&mut conn).await.as_deref(), Some("7736050003"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_author_who_lost_the_client_reads_the_end_and_no_value(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    let oleg = user(&mut conn, "Олег", "manager").await;
    give(&mut conn, stand.client, oleg.user_id).await;
    decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap();
    let own = own(&mut conn, &stand.anna).await;
    assert_eq!(own[0].state, RequestState::Approved);
    assert_eq!((&own[0].subject, &own[0].old_value, &own[0].new_value), (&None, &None, &None));
    let foreign = request::create(&mut conn, &stand.anna, stand.inn(NEW_INN, OLD_INN), minute(6)).await;
    assert!(matches!(foreign, Err(ClientError::Foreign(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_request_that_cannot_be_carried_out_is_refused_when_it_is_made(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let mut made =
        async |new, who: &Viewer| request::create(&mut conn, who, new, minute(2)).await.unwrap_err();
    let typo = made(stand.inn(OLD_INN, "7707083894"), &stand.anna).await;
    assert!(matches!(typo, ClientError::Invalid { field: "inn", .. }));
    let same = made(stand.inn(OLD_INN, OLD_INN), &stand.anna).await;
    assert!(matches!(same, ClientError::Invalid { field: "new_value", .. }));
    let outdated = made(stand.inn("7736050003", NEW_INN), &stand.anna).await;
    assert!(matches!(outdated, ClientError::NotNow(_)));
    let silent =
        made(NewChangeRequest { reason: " ".into(), ..stand.inn(OLD_INN, NEW_INN) }, &stand.anna).await;
    assert!(matches!(silent, ClientError::Invalid { field: "reason", .. }));
    let needless = made(stand.inn(OLD_INN, NEW_INN), &stand.boss).await;
    assert!(matches!(needless, ClientError::NotNow(_)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_author_takes_his_own_request_back_and_no_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    let stranger = request::withdraw(&mut conn, &stand.boss, id, minute(3)).await;
    assert!(matches!(stranger, Err(ClientError::NotFound)));
    for _ in 0..2 {
        request::withdraw(&mut conn, &stand.anna, id, minute(3)).await.unwrap();
    }
    let verdict = decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap();
    assert!(matches!(verdict, Verdict::Over(decisions::End::Withdrawn)));
    assert_ne!(stand.ask(&mut conn).await, id, "he may ask anew");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn taking_a_request_back_waits_for_its_question_before_it_holds_the_request(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let id = stand.ask(&mut conn).await;
    let mut deciding = pool.begin().await.unwrap();
    decisions::lock(&mut deciding, SUBJECT, id.0).await.unwrap();
    let withdrawing = async {
        let mut tx = pool.begin().await.unwrap();
        request::withdraw(&mut tx, &stand.anna, id, minute(3)).await.unwrap();
        tx.commit().await.unwrap();
    };
    let decides = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        sqlx::query("select id from change_requests for update nowait")
            .fetch_all(&mut *deciding)
            .await
            .expect("nobody holds the request who waits for the question");
        deciding.commit().await.unwrap();
    };
    tokio::join!(withdrawing, decides);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn whoever_corrects_some_clients_reads_no_request_without_a_company_and_leaves_the_freeze(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    sqlx::query(
        "insert into role_rights (role_code, right_name, scope) values ('manager', 'contacts.correct', 'own')",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    let oleg = user(&mut conn, "Олег", "manager").await;
    let id = stand.ask(&mut conn).await;
    give(&mut conn, stand.client, oleg.user_id).await;
    assert_eq!(request::get(&mut conn, &oleg, id).await.unwrap().id, id);
    let person = crate::fixture::contact(&mut conn, "Ирина", stand.client).await;
    sqlx::query("update change_requests set field = 'contact.name', contact_id = $1, client_id = null")
        .bind(person)
        .execute(&mut *conn)
        .await
        .unwrap();
    assert!(matches!(request::get(&mut conn, &oleg, id).await, Err(ClientError::NotFound)));
    assert_eq!(request::get(&mut conn, &stand.boss, id).await.unwrap().client_id, None);
    let switched = freeze::set(&mut conn, &oleg, false, minute(3)).await;
    assert!(matches!(switched, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_phone_is_replaced_added_and_a_name_changed(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let new = contact::NewContact {
        client_id: stand.client,
        name: "Ирина".into(),
        post: None,
        addresses: vec![
            serde_json::from_value(serde_json::json!({ "kind": "phone", "text": "+79000000001" })).unwrap(),
        ],
    };
    let person = contact::create(&mut conn, &stand.anna, minute(2), new).await.unwrap();
    let ask = |field, identity_id, old: Option<&str>, new: Option<&str>| NewChangeRequest {
        field,
        client_id: None,
        contact_id: Some(person.id),
        identity_id,
        old_value: old.map(str::to_owned),
        new_value: new.map(str::to_owned),
        reason: "Сменила номер".into(),
    };
    let identity = Some(person.identities[0].id);
    let requests = [
        ask(RequestField::ContactAddress, identity, Some("+79000000001"), Some("8 900 000-00-02")),
        ask(RequestField::ContactAddress, None, None, Some("irina@example.ru")),
        ask(RequestField::ContactName, None, Some("Ирина"), Some("Ирина Петрова")),
    ];
    for new in requests {
        let id = request::create(&mut conn, &stand.anna, new, minute(3)).await.unwrap();
        let verdict = decide(&mut conn, &stand.boss, id, APPROVE, None).await.unwrap();
        assert!(matches!(verdict, Verdict::Taken(_)), "{verdict:?}");
    }
    let person = contact::read(&mut conn, &stand.anna, person.id).await.unwrap();
    let mut values: Vec<&str> = person.identities.iter().map(|identity| identity.value.as_str()).collect();
    values.sort_unstable();
    assert_eq!((values, person.name.as_str()), (vec!["+79000000002", "irina@example.ru"], "Ирина Петрова"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_author_and_those_who_decide_hear_of_a_request_and_nobody_else(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let oleg = user(&mut conn, "Олег", "manager").await;
    let id = stand.ask(&mut conn).await;
    let told = Message::ChangeRequest { request_id: id };
    assert!(feed_for(&mut conn, &stand.anna).await.contains(&told));
    assert!(feed_for(&mut conn, &stand.boss).await.contains(&told));
    assert!(!feed_for(&mut conn, &oleg).await.contains(&told));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_freeze_is_switched_off_for_the_company_and_the_switch_is_audited(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let version = read(&mut conn, &stand.anna, stand.client).await.unwrap().version;
    let change = |version| ClientEdit { version, inn: Some(Some(NEW_INN.into())), ..ClientEdit::default() };
    let frozen = edit(&mut conn, &stand.anna, minute(3), stand.client, change(version)).await;
    assert!(matches!(frozen, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
    let by_manager = freeze::set(&mut conn, &stand.anna, false, minute(3)).await;
    assert!(matches!(by_manager, Err(ClientError::Forbidden(_))));
    for _ in 0..2 {
        freeze::set(&mut conn, &stand.boss, false, minute(4)).await.unwrap();
    }
    edit(&mut conn, &stand.anna, minute(5), stand.client, change(version)).await.unwrap();
    let administrator = user(&mut conn, "Админ", "administrator").await;
    let filter = audit::Filter { action: Some("contacts.freeze".into()), ..audit::Filter::default() };
    let lines = audit::list(&mut conn, &administrator, &filter, None, 10).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].after, Some(serde_json::json!({ "enabled": false })));
}
