use connector_api::{CallPhase, Direction};
use sqlx::{PgConnection, PgPool};

use super::{at, call_id, gives_up, happens, number, rings, told, update};
use crate::access::Viewer;
use crate::clients::ClientError;
use crate::fixture::{account, client, contact, feed_for, phone, user};
use crate::telephony::extension::seat;
use crate::telephony::ring_card::read;
use crate::timeline::call::CallState;
use crate::timeline::feed::Message;

/// What the live feed tells a viewer of calls: whether each is at his own extension.
async fn heard(conn: &mut PgConnection, viewer: &Viewer) -> Vec<(bool, usize, bool)> {
    let calls = feed_for(conn, viewer).await.into_iter().filter_map(|message| match message {
        Message::Interaction { mine, client_ids, contact_id, .. } => {
            Some((mine, client_ids.len(), contact_id.is_some()))
        }
        _ => None,
    });
    calls.collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_one_whose_phone_rings_sees_who_calls_and_a_transfer_moves_the_card(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let administrator = user(&mut conn, "Админ", "administrator").await;
    let anna = user(&mut conn, "Анна", "manager").await;
    let pavel = user(&mut conn, "Павел", "manager").await;
    let maria = user(&mut conn, "Мария", "manager").await;
    let storekeeper = user(&mut conn, "Кладовщик", "storekeeper").await;
    let line = account(&mut conn, "telephony").await;
    for (number, who) in [("101", &anna), ("102", &pavel), ("103", &storekeeper)] {
        seat(&mut conn, &administrator, line, number, Some(who.user_id), at(0)).await.expect("seated");
    }
    let company = client(&mut conn, "Ромашка", Some(&anna)).await;
    sqlx::query("update clients set features = 'Не звонить до обеда', inn = '7707083893' where id = $1")
        .bind(company)
        .execute(&mut *conn)
        .await
        .expect("written");
    let person = contact(&mut conn, "Инна", company).await;
    phone(&mut conn, person, number(1).e164()).await;
    for (call, second) in [("old-1", 1), ("old-2", 2), ("old-3", 3), ("old-4", 4)] {
        happens(&mut conn, line, rings(call, second, 1, "900")).await;
    }
    happens(&mut conn, line, rings("now", 100, 1, "101")).await;

    let id = call_id(line, "now");
    let card = read(&mut conn, &anna, id).await.expect("it rings at hers");
    assert_eq!(
        (card.state, card.mine, card.line.as_deref()),
        (CallState::Ringing, true, Some("74950000101"))
    );
    assert_eq!(card.clients[0].features.as_deref(), Some("Не звонить до обеда"));
    assert_eq!((card.number.as_deref(), card.recent.len()), (Some(number(1).e164()), 3));
    assert_eq!(card.recent[0].id, call_id(line, "old-4"));
    for stranger in [&pavel, &maria, &storekeeper] {
        assert!(
            matches!(read(&mut conn, stranger, id).await, Err(ClientError::NotFound)),
            "{}",
            stranger.name
        );
    }
    assert_eq!(heard(&mut conn, &anna).await.last(), Some(&(true, 1, true)));
    assert!(heard(&mut conn, &pavel).await.is_empty());

    // Anna picks up and passes the call on to Pavel, whose client it is not.
    let answered = update("now", Direction::Inbound, 1, "101", CallPhase::Answered);
    happens(&mut conn, line, told("now", 105, "answer", answered)).await;
    happens(&mut conn, line, rings("now", 120, 1, "102")).await;
    happens(&mut conn, line, gives_up("now", 121, 1, "101")).await;
    let card = read(&mut conn, &pavel, id).await.expect("it rings at his");
    assert!(card.mine);
    assert_eq!((card.number, card.contact, card.clients.len(), card.recent.len()), (None, None, 0, 0));
    let stub = serde_json::to_value(&card.foreign).expect("JSON");
    assert_eq!(stub, serde_json::json!([{"name": "Ромашка", "inn": "7707083893", "responsible": "Анна"}]));
    assert_eq!(
        heard(&mut conn, &pavel).await.last(),
        Some(&(true, 0, false)),
        "no word of the client itself"
    );
    assert!(!read(&mut conn, &anna, id).await.expect("hers").mine, "it has left her phone");

    happens(&mut conn, line, gives_up("now", 140, 1, "102")).await;
    let card = read(&mut conn, &pavel, id).await.expect("it was his");
    assert_eq!((card.mine, card.ended_at), (false, Some(at(140))));
    assert_eq!(card.segments.len(), 2);

    // Whoever reads no clients at all learns that it rings, and nothing else.
    happens(&mut conn, line, rings("next", 200, 1, "103")).await;
    let card = read(&mut conn, &storekeeper, call_id(line, "next")).await.expect("it rings at his");
    assert_eq!((card.number, card.contact, card.clients.len(), card.foreign.len()), (None, None, 0, 0));
}
