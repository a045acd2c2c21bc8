//! The company that is suggested for undecided rows, and many rows pinned with one press.

use sqlx::{PgConnection, PgPool};

use crate::{
    AccountId, ContactId, InteractionId,
    clients::ClientError,
    fixture::{Said, account, client, contact, link, message, minute, user},
    timeline::{
        pin::{self, SuggestedClient},
        read::{Part, TimelineFilter, of_client},
    },
};

async fn said(conn: &mut PgConnection, account: AccountId, contact: ContactId, at: i64) -> InteractionId {
    let text = format!("в {at}");
    let said =
        Said { account, contact, conversation: None, at: minute(at), direction: "inbound", text: &text };
    message(conn, said).await
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_company_of_the_latest_pin_by_hand_is_suggested_and_nothing_is_pinned_by_itself(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let x = client(&mut conn, "Икс", Some(&head)).await;
    let y = client(&mut conn, "Игрек", Some(&head)).await;
    let anna = contact(&mut conn, "Анна", x).await;
    link(&mut conn, anna, y).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    let mut rows = Vec::new();
    for at in 1..=3 {
        rows.push(said(&mut conn, whatsapp, anna, at).await);
    }
    let targets = pin::targets(&mut conn, &head, anna).await.expect("his person");
    let mut named: Vec<&str> = targets.clients.iter().map(|client| client.name.as_str()).collect();
    named.sort_unstable();
    assert_eq!((named, targets.suggested), (vec!["Игрек", "Икс"], None), "nobody has pinned anything");

    // Y was pinned later, although to an earlier row.
    pin::pin(&mut conn, &head, minute(10), rows[1], Some(x)).await.expect("his row");
    pin::pin(&mut conn, &head, minute(11), rows[0], Some(y)).await.expect("his row");
    let suggested = pin::targets(&mut conn, &head, anna).await.expect("his person").suggested;
    assert_eq!(suggested, Some(SuggestedClient { client_id: y, pinned_at: minute(11) }));
    assert!(pin::entry(&mut conn, &head, rows[2]).await.expect("his row").undecided, "never silent");
    // What was taken back suggests nothing.
    pin::pin(&mut conn, &head, minute(12), rows[0], None).await.expect("his row");
    let suggested = pin::targets(&mut conn, &head, anna).await.expect("his person").suggested;
    assert_eq!(suggested, Some(SuggestedClient { client_id: x, pinned_at: minute(10) }));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_company_beyond_reach_is_neither_offered_nor_suggested(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let x = client(&mut conn, "Икс", Some(&owner)).await;
    let y = client(&mut conn, "Игрек", Some(&other)).await;
    let anna = contact(&mut conn, "Анна", x).await;
    link(&mut conn, anna, y).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    let row = said(&mut conn, whatsapp, anna, 1).await;
    pin::pin(&mut conn, &owner, minute(2), row, Some(x)).await.expect("his row");
    let targets = pin::targets(&mut conn, &other, anna).await.expect("his person");
    assert_eq!(targets.clients.iter().map(|client| client.id).collect::<Vec<_>>(), [y]);
    assert_eq!(targets.suggested, None);
    let secretary = user(&mut conn, "Ольга", "secretary").await;
    assert!(pin::targets(&mut conn, &secretary, anna).await.expect("she reads all").clients.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_press_pins_what_follows_and_leaves_what_was_before_or_is_decided(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let x = client(&mut conn, "Икс", Some(&owner)).await;
    let y = client(&mut conn, "Игрек", Some(&other)).await;
    let anna = contact(&mut conn, "Анна", x).await;
    link(&mut conn, anna, y).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    let mut rows = Vec::new();
    for at in 1..=4 {
        rows.push(said(&mut conn, whatsapp, anna, at).await);
    }
    let refused = pin::pin_following(&mut conn, &owner, minute(9), rows[1], y).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))), "{refused:?}");
    pin::pin(&mut conn, &other, minute(9), rows[2], Some(y)).await.expect("his row");
    let following = pin::pin_following(&mut conn, &owner, minute(10), rows[1], x).await.expect("his rows");
    assert_eq!((following.pinned, following.has_more), (2, false));
    assert_eq!(following.entry.pinned_client_id, Some(x));
    let all = TimelineFilter::default();
    let page = of_client(&mut conn, &owner, x, &all, Part::Latest, 9).await.expect("his client");
    assert_eq!(page.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [rows[3], rows[1], rows[0]]);
    let page = of_client(&mut conn, &other, y, &all, Part::Latest, 9).await.expect("his client");
    assert_eq!(page.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [rows[2], rows[0]]);
    let again = pin::pin_following(&mut conn, &owner, minute(11), rows[1], x).await.expect("his rows");
    assert_eq!(again.pinned, 0);
    let told: i64 =
        sqlx::query_scalar("select count(*) from audit_log where action = 'interaction.pin_following'")
            .fetch_one(&mut *conn)
            .await
            .expect("the log is there");
    assert_eq!(told, 1, "nothing done is not written down");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_two_who_pin_at_once_the_first_one_counts(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let x = client(&mut conn, "Икс", Some(&anna)).await;
    let y = client(&mut conn, "Игрек", Some(&boris)).await;
    let inna = contact(&mut conn, "Инна", x).await;
    link(&mut conn, inna, y).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    let row = said(&mut conn, whatsapp, inna, 1).await;

    let mut first = pool.begin().await.expect("a transaction");
    pin::pin(&mut first, &boris, minute(2), row, Some(y)).await.expect("his person too");
    let later = tokio::spawn(async move {
        let mut tx = pool.begin().await.expect("a transaction");
        let late = pin::pin(&mut tx, &anna, minute(3), row, Some(x)).await;
        tx.commit().await.expect("nothing was written");
        late
    });
    // The other one reads the row as it is now, and waits for the person.
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut *conn).await.expect("a count") == 0 {
        tokio::task::yield_now().await;
    }
    first.commit().await.expect("it is pinned");
    let late = later.await.expect("it ends");
    assert!(matches!(late, Err(ClientError::NotFound)), "the row is hers no more: {late:?}");
    assert_eq!(pin::entry(&mut conn, &boris, row).await.expect("his row").pinned_client_id, Some(y));
}
