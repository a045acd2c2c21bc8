use sqlx::PgPool;

use super::{at, number};
use crate::clients::ClientError;
use crate::fixture::{account, client, contact, link, phone, user};
use crate::telephony::extension::{list, seat};
use crate::telephony::route::{Target, of_caller_unscoped};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_administrator_seats_people_and_the_log_knows(pool: PgPool) {
    let mut conn = pool.begin().await.expect("a transaction");
    let administrator = user(&mut conn, "Админ", "administrator").await;
    let anna = user(&mut conn, "Анна", "manager").await;
    let pavel = user(&mut conn, "Павел", "manager").await;
    let line = account(&mut conn, "telephony").await;
    let refused = seat(&mut conn, &anna, line, "101", Some(anna.user_id), at(0)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    for wrong in ["", "10a", "+101", "123456789012345678901"] {
        let refused = seat(&mut conn, &administrator, line, wrong, Some(anna.user_id), at(0)).await;
        assert!(matches!(refused, Err(ClientError::Invalid { field: "number", .. })), "{wrong}");
    }
    for (number, who) in [
        ("101", Some(&anna)),
        ("099", Some(&anna)),
        ("101", Some(&pavel)),
        ("101", Some(&pavel)),
        ("099", None),
    ] {
        let who = who.map(|viewer| viewer.user_id);
        seat(&mut conn, &administrator, line, number, who, at(0)).await.expect("seated");
    }
    let seats = list(&mut conn, &anna).await.expect("a list");
    assert_eq!(
        seats.iter().map(|seat| (seat.number.as_str(), seat.user.name.as_str())).collect::<Vec<_>>(),
        [("101", "Павел")]
    );
    let trace: i64 = sqlx::query_scalar("select count(*) from audit_log where action = 'extension.seat'")
        .fetch_one(&mut *conn)
        .await
        .expect("the log is there");
    assert_eq!(trace, 4, "the same once more is no change");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_known_caller_goes_to_the_one_who_answers_for_him(pool: PgPool) {
    let mut conn = pool.begin().await.expect("a transaction");
    let administrator = user(&mut conn, "Админ", "administrator").await;
    let anna = user(&mut conn, "Анна", "manager").await;
    let pavel = user(&mut conn, "Павел", "manager").await;
    let unseated = user(&mut conn, "Мария", "manager").await;
    let (line, other_line) = (account(&mut conn, "telephony").await, account(&mut conn, "telephony").await);
    for (number, who) in [("101", &anna), ("102", &pavel)] {
        seat(&mut conn, &administrator, line, number, Some(who.user_id), at(0)).await.expect("seated");
    }
    let mine = client(&mut conn, "A & B \"<C>\"", Some(&anna)).await;
    let second = client(&mut conn, "Вторая", Some(&anna)).await;
    let his = client(&mut conn, "Лютик", Some(&pavel)).await;
    let free = client(&mut conn, "Ничья", None).await;
    let away = client(&mut conn, "Марии", Some(&unseated)).await;
    let mut person = async |name: &str, companies: &[crate::ClientId], last: u32| {
        let person = contact(&mut conn, name, companies[0]).await;
        for company in &companies[1..] {
            link(&mut conn, person, *company).await;
        }
        phone(&mut conn, person, number(last).e164()).await;
    };
    person("Инна", &[mine], 1).await;
    person("Олег", &[mine, second], 2).await;
    person("Общий", &[mine, his], 3).await;
    person("Ничей", &[free], 4).await;
    person("Марин", &[away], 5).await;
    let mut route =
        async |account, last| of_caller_unscoped(&mut conn, account, &number(last)).await.expect("an answer");
    let to = |extension: &str, name: Option<&str>| {
        Some(Target { extension: extension.to_owned(), client_name: name.map(str::to_owned) })
    };
    assert_eq!(route(line, 1).await, to("101", Some("A & B \"<C>\"")));
    assert_eq!(route(line, 2).await, to("101", None), "two companies, one employee");
    for (last, why) in [(3, "two employees"), (4, "the common base"), (5, "no extension"), (9, "unknown")] {
        assert_eq!(route(line, last).await, None, "{why}");
    }
    assert_eq!(route(other_line, 1).await, None, "she sits at another account");
    sqlx::query("update users set disabled_at = now() where id = $1")
        .bind(anna.user_id)
        .execute(&mut *conn)
        .await
        .expect("disabled");
    assert_eq!(of_caller_unscoped(&mut conn, line, &number(1)).await.expect("an answer"), None);
}
