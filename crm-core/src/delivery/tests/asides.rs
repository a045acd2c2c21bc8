//! Messages that lay their conversation aside, and those that bring it back because they did not arrive.

use super::*;
use crate::timeline::conversation::Rest;
use crate::timeline::conversation::rest::LayAside;

fn with_aside(number: u128, lay_aside: LayAside) -> NewMessage {
    NewMessage { lay_aside: Some(lay_aside), ..text(number, "Спасибо!") }
}

impl Office {
    async fn rest(&self, conn: &mut PgConnection) -> Option<Rest> {
        conversation::read(conn, &self.manager, self.conversation).await.unwrap().rest
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_closes_its_conversation_with_the_press_and_a_repeat_does_not_close_it_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let new = with_aside(1, fixture::aside(Some(0), None));
    assert!(office.press(&mut conn, new.clone(), minute(1)).await);
    assert_eq!(office.rest(&mut conn).await, Some(Rest { since: minute(1), until: None }));
    let mut tx = conn.begin().await.unwrap();
    conversation::rest::take_up(&mut tx, &office.manager, minute(2), office.conversation).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!office.press(&mut conn, new, minute(3)).await);
    assert_eq!(office.rest(&mut conn).await, None, "the same press again is no second word");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_planned_message_closes_its_conversation_at_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let planned = with_aside(1, fixture::aside(Some(0), Some(600)));
    office.press(&mut conn, NewMessage { planned_for: Some(minute(60)), ..planned }, minute(1)).await;
    assert_eq!(office.rest(&mut conn).await, Some(Rest { since: minute(1), until: Some(minute(600)) }));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_not_seen_and_what_came_too_late_keep_the_conversation_open_and_the_message_goes(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let head = "update conversation_heads set last_inbound_at = $2 where conversation_id = $1";
    sqlx::query(head).bind(office.conversation).bind(minute(2)).execute(&mut *conn).await.unwrap();
    assert!(office.press(&mut conn, with_aside(1, fixture::aside(Some(0), None)), minute(3)).await);
    assert_eq!(office.rest(&mut conn).await, None, "somebody wrote meanwhile");
    // It waited for the network until then.
    assert!(office.press(&mut conn, with_aside(2, fixture::aside(Some(2), Some(4))), minute(5)).await);
    assert_eq!(office.rest(&mut conn).await, None, "its time has come already");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_that_is_refused_closes_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let nowhere = Some(InteractionId(Uuid::from_u128(77)));
    let new = NewMessage { quote: nowhere, ..with_aside(1, fixture::aside(Some(0), None)) };
    let mut tx = conn.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    assert!(press::send(&mut tx, &office.manager, minute(1), &place, Moscow, new).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!(office.rest(&mut conn).await, None);
}
