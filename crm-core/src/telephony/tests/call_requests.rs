use connector_api::{CallPhase, Direction, Event, EventKind, ExternalId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{at, call_id, happens, number, told, update};
use crate::access::Viewer;
use crate::clients::ClientError;
use crate::fixture::{account, user};
use crate::telephony::call_request::{
    Answer, CallRequestState, NewCallRequest, answered_unscoped, press, read,
};
use crate::telephony::extension::seat;
use crate::{AccountId, CallRequestId};

fn request(id: u128, to: u32) -> NewCallRequest {
    NewCallRequest { id: CallRequestId(Uuid::from_u128(id)), account: None, to: number(to) }
}

async fn seated(conn: &mut PgConnection) -> (AccountId, Viewer) {
    let administrator = user(conn, "Админ", "administrator").await;
    let anna = user(conn, "Анна", "manager").await;
    let line = account(conn, "telephony").await;
    seat(conn, &administrator, line, "101", Some(anna.user_id), at(0)).await.expect("seated");
    (line, anna)
}

/// Extension 101 dials, because somebody asked for it.
fn dials(call: &str, second: i64, to: u32, requested: &str) -> Event {
    let update = update(call, Direction::Outbound, to, "101", CallPhase::Started);
    let mut event = told(call, second, "ring", update);
    if let EventKind::Call(update) = &mut event.kind {
        update.requested = Some(ExternalId::new(requested));
    }
    event
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_press_is_one_question_and_its_call_is_recognised(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let (line, anna) = seated(&mut conn).await;
    let (stored, fresh) = press(&mut conn, &anna, request(1, 1), at(10)).await.expect("stored");
    assert_eq!((stored.state, fresh), (CallRequestState::Asking, true));
    let (again, fresh) = press(&mut conn, &anna, request(1, 1), at(11)).await.expect("known");
    assert_eq!((again, fresh), (stored.clone(), false));
    let accepted = Answer::Accepted(Some("ab12".to_owned()));
    answered_unscoped(&mut conn, stored.id, &accepted, at(12)).await.expect("kept");
    answered_unscoped(&mut conn, stored.id, &Answer::Unknown, at(13)).await.expect("kept");
    let known = read(&mut conn, &anna, stored.id, at(14)).await.expect("hers");
    assert_eq!((known.state, known.interaction_id), (CallRequestState::Accepted, None));
    happens(&mut conn, line, dials("call-of-another-id", 15, 1, "ab12")).await;
    let known = read(&mut conn, &anna, stored.id, at(16)).await.expect("hers");
    assert_eq!(known.interaction_id, Some(call_id(line, "call-of-another-id")));

    let other = user(&mut conn, "Павел", "manager").await;
    assert!(matches!(read(&mut conn, &other, stored.id, at(14)).await, Err(ClientError::NotFound)));
    assert!(matches!(press(&mut conn, &other, request(1, 1), at(14)).await, Err(ClientError::NotFound)));
    assert!(matches!(press(&mut conn, &other, request(2, 1), at(14)).await, Err(ClientError::NotNow(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn check_18_a_lost_answer_is_told_plainly_until_the_events_show_the_call(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let (line, anna) = seated(&mut conn).await;
    let lost = press(&mut conn, &anna, request(1, 1), at(100)).await.expect("stored").0;
    let died = press(&mut conn, &anna, request(2, 2), at(100)).await.expect("stored").0;
    answered_unscoped(&mut conn, lost.id, &Answer::Unknown, at(130)).await.expect("kept");
    let known = read(&mut conn, &anna, lost.id, at(131)).await.expect("hers");
    assert_eq!(known.state, CallRequestState::Unknown);
    assert!(known.reason.expect("words").contains("не будет"));
    let state = async |conn: &mut PgConnection, second| {
        read(conn, &anna, died.id, at(second)).await.expect("hers").state
    };
    assert_eq!(state(&mut conn, 110).await, CallRequestState::Asking);
    assert_eq!(state(&mut conn, 200).await, CallRequestState::Unknown, "the copy that asked has died");

    // Calls of others, of another number, of another time, or that another request has for its own, do not fit.
    let taken = press(&mut conn, &anna, request(3, 1), at(100)).await.expect("stored").0;
    answered_unscoped(&mut conn, taken.id, &Answer::Accepted(Some("taken".into())), at(101))
        .await
        .expect("kept");
    for event in [
        dials("taken", 102, 1, "taken"),
        dials("early", 50, 1, "early"),
        dials("late", 900, 1, "late"),
        dials("other", 103, 7, "other"),
    ] {
        happens(&mut conn, line, event).await;
    }
    assert_eq!(read(&mut conn, &anna, lost.id, at(950)).await.expect("hers").interaction_id, None);
    happens(&mut conn, line, dials("found", 105, 1, "found")).await;
    let known = read(&mut conn, &anna, lost.id, at(950)).await.expect("hers");
    assert_eq!((known.state, known.reason), (CallRequestState::Accepted, None));
    assert_eq!(known.interaction_id, Some(call_id(line, "found")));
}
