//! Messages of which nothing more is heard.

use super::*;

/// Accepted at minute 1 under this id.
async fn accepted_message(conn: &mut PgConnection, office: &Office, number: u128, external_id: &str) {
    office.press(conn, text(number, "первое"), minute(1)).await;
    let sender = Sender::enlist(conn).await.unwrap();
    assert!(office.take(conn, sender, minute(1)).await);
    let first = work(office.turn(conn, sender, None, minute(1)).await);
    office.turn(conn, sender, Some((first, accepted(external_id))), minute(1)).await;
}

const ASK_AFTER: [TimeDelta; 3] = [TimeDelta::minutes(2), TimeDelta::minutes(10), TimeDelta::minutes(60)];

async fn asked(conn: &mut PgConnection, office: &Office, now: DateTime<Utc>) -> Vec<String> {
    let silent = silence::claim_unscoped(conn, office.account, &ASK_AFTER, 10, now).await.unwrap();
    silent.iter().flat_map(|silent| &silent.messages).map(ToString::to_string).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_without_a_final_state_is_asked_after_at_growing_times_and_then_no_more(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    accepted_message(&mut conn, &office, 1, "a").await;
    let mut times = Vec::new();
    for at in 1..200 {
        if !asked(&mut conn, &office, minute(at)).await.is_empty() {
            times.push(at - 1);
        }
    }
    assert_eq!(times, [2, 10, 60]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_copy_asks_and_a_failed_question_is_asked_again_soon(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    accepted_message(&mut conn, &office, 1, "a").await;
    let taken = silence::claim_unscoped(&mut conn, office.account, &ASK_AFTER, 10, minute(3)).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert!(asked(&mut conn, &office, minute(3)).await.is_empty());
    silence::ask_again_unscoped(&mut conn, &taken, minute(5)).await.unwrap();
    assert!(asked(&mut conn, &office, minute(4)).await.is_empty());
    assert_eq!(asked(&mut conn, &office, minute(5)).await, ["a"]);
    assert_eq!(
        asked(&mut conn, &office, minute(50)).await,
        ["a"],
        "what was missed is made up by one question"
    );
    assert!(asked(&mut conn, &office, minute(51)).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_a_report_told_is_not_asked_for(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    accepted_message(&mut conn, &office, 1, "a").await;
    accepted_message(&mut conn, &office, 2, "b").await;
    told(&mut conn, office.account, "a", "delivered").await;
    told(&mut conn, office.account, "b", "sent").await;
    assert_eq!(asked(&mut conn, &office, minute(3)).await, ["b"], "«sent» is not the end");
}
