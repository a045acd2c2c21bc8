use sqlx::PgPool;

use super::{CallResult, say};
use crate::{
    InteractionId,
    access::Right,
    clients::ClientError,
    fixture::{account, call, client, contact, minute, note, user},
};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_newest_word_about_a_call_counts_and_the_earlier_ones_stay(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let person = contact(&mut conn, "Анна", company).await;
    let line = account(&mut conn, "telephony").await;
    let row = call(&mut conn, line, Some(person), minute(1), "answered").await;
    for word in [CallResult::CallAgain, CallResult::CallAgain, CallResult::Agreed] {
        let entry = say(&mut conn, &owner, minute(2), row, Some(word)).await.expect("his client");
        let told = entry.call.and_then(|call| call.result).expect("it was said");
        assert_eq!((told.result, told.author.name.as_str()), (word, "Иванов"));
    }
    let taken_back = say(&mut conn, &owner, minute(3), row, None).await.expect("his client");
    assert_eq!(taken_back.call.and_then(|call| call.result), None);
    let kept: i64 = sqlx::query_scalar("select count(*) from call_results")
        .fetch_one(&mut *conn)
        .await
        .expect("the table");
    assert_eq!(kept, 3, "the same word again is no new one");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_foreign_call_or_another_row_has_no_result(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let stranger = user(&mut conn, "Сидоров", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let person = contact(&mut conn, "Анна", company).await;
    let line = account(&mut conn, "telephony").await;
    let row = call(&mut conn, line, Some(person), minute(1), "missed").await;
    let foreign = say(&mut conn, &stranger, minute(2), row, Some(CallResult::Agreed)).await;
    assert!(matches!(foreign, Err(ClientError::NotFound)));
    let comment: InteractionId = note(&mut conn, company, minute(3), "Не звонок").await;
    let other = say(&mut conn, &owner, minute(3), comment, Some(CallResult::Agreed)).await;
    assert!(matches!(other, Err(ClientError::NotFound)));
    let secretary = user(&mut conn, "Ольга", "secretary").await;
    let reader = say(&mut conn, &secretary, minute(4), row, Some(CallResult::Agreed)).await;
    assert!(matches!(reader, Err(ClientError::Forbidden(missing)) if missing.0 == Right::ClientsWrite));
}
