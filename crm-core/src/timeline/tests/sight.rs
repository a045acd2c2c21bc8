//! What a viewer may not see is nowhere.

use connector_api::Direction;
use serde_json::to_string;
use sqlx::PgPool;

use crate::{
    clients::{
        ClientError, client as cards, contact as people,
        list::{ClientFilter, ClientSort, list as list_clients},
        proposal,
        search::search,
    },
    fixture::{
        Said, account, call, client, contact, conversation, link, message, minute, note, phone,
        proposal as propose, user,
    },
    timeline::{
        call_list::{self, CallFilter},
        conversation::{self as conversations, ConversationFilter},
        pin,
        read::{Part, TimelineFilter, of_client, of_contact, of_conversation},
    },
};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_canary_of_a_foreign_client_is_nowhere(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let foreign = client(&mut conn, "Чужая", Some(&owner)).await;
    let own = client(&mut conn, "Своя", Some(&other)).await;
    let canary = contact(&mut conn, "Канарейкина", foreign).await;
    let friend = contact(&mut conn, "Анна", own).await;
    phone(&mut conn, canary, "+79990001122").await;
    let (whatsapp, line) = (account(&mut conn, "whatsapp").await, account(&mut conn, "telephony").await);
    let talk = conversation(&mut conn, whatsapp, canary, minute(1)).await;
    let said = Said {
        account: whatsapp,
        contact: canary,
        conversation: Some(talk),
        at: minute(1),
        direction: "inbound",
        text: "канарейка поёт",
    };
    let row = message(&mut conn, said).await;
    note(&mut conn, foreign, minute(2), "канарейка в заметке").await;
    let rang = call(&mut conn, line, Some(canary), minute(3), "missed").await;
    let withheld = call(&mut conn, line, None, minute(4), "answered").await;
    propose(&mut conn, canary, friend, "phone:+79990001122").await;

    let mut seen = Vec::new();
    let filter = ClientFilter::default();
    seen.push(to_string(
        &list_clients(&mut conn, &other, &filter, ClientSort::Name, None, 50).await.expect("a list"),
    ));
    for typed in ["канарейка", "Канарейкина", "1122", "+79990001122"] {
        seen.push(to_string(&search(&mut conn, &other, typed, 50).await.expect("a search")));
    }
    let talks = conversations::list(&mut conn, &other, &ConversationFilter::default(), None, 50).await;
    seen.push(to_string(&talks.expect("a list")));
    let calls = call_list::list(&mut conn, &other, &CallFilter::default(), None, 50).await.expect("a list");
    assert!(calls.is_empty());
    seen.push(to_string(&proposal::list(&mut conn, &other, None, 50).await.expect("a list")));
    for json in seen {
        let json = json.expect("answers are JSON").to_lowercase();
        for word in ["канарей", "9990001122", "чужая"] {
            assert!(!json.contains(word), "{json}");
        }
    }
    let all = TimelineFilter::default();
    let part = Part::Latest;
    assert!(matches!(
        of_client(&mut conn, &other, foreign, &all, part, 9).await,
        Err(ClientError::Foreign(_))
    ));
    assert!(matches!(cards::read(&mut conn, &other, foreign).await, Err(ClientError::Foreign(_))));
    for answer in [
        of_contact(&mut conn, &other, canary, &all, part, 9).await.map(drop),
        of_conversation(&mut conn, &other, talk, &all, part, 9).await.map(drop),
        conversations::read(&mut conn, &other, talk).await.map(drop),
        people::read(&mut conn, &other, canary).await.map(drop),
        pin::entry(&mut conn, &other, row).await.map(drop),
        pin::entry(&mut conn, &other, withheld).await.map(drop),
        pin::pin(&mut conn, &other, minute(9), row, None).await.map(drop),
    ] {
        assert!(matches!(answer, Err(ClientError::NotFound)), "{answer:?}");
    }

    let calls =
        call_list::list(&mut conn, &director, &CallFilter::default(), None, 50).await.expect("a list");
    assert_eq!(calls.iter().map(|entry| entry.id).collect::<Vec<_>>(), [withheld, rang]);
    let missed = CallFilter {
        outcomes: vec!["missed".into()],
        direction: Some(Direction::Inbound),
        from: Some(minute(3)),
        ..Default::default()
    };
    let calls = call_list::list(&mut conn, &owner, &missed, None, 50).await.expect("a list");
    assert_eq!(calls.iter().map(|entry| entry.id).collect::<Vec<_>>(), [rang]);
    let talks = conversations::list(&mut conn, &owner, &ConversationFilter::default(), None, 50).await;
    let talks = talks.expect("a list");
    let last = talks[0].last.as_ref().and_then(|last| last.text.as_deref());
    assert_eq!((talks.len(), last), (1, Some("канарейка поёт")));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_row_of_a_shared_contact_shows_in_both_until_it_is_pinned(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let x = client(&mut conn, "Икс", Some(&owner)).await;
    let y = client(&mut conn, "Игрек", Some(&other)).await;
    let z = client(&mut conn, "Зет", Some(&owner)).await;
    let anna = contact(&mut conn, "Анна", x).await;
    link(&mut conn, anna, y).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    let talk = conversation(&mut conn, whatsapp, anna, minute(1)).await;
    let said = Said {
        account: whatsapp,
        contact: anna,
        conversation: Some(talk),
        at: minute(1),
        direction: "inbound",
        text: "для Икса",
    };
    let row = message(&mut conn, said).await;
    let all = TimelineFilter::default();
    for (viewer, company) in [(&owner, x), (&other, y)] {
        let page = of_client(&mut conn, viewer, company, &all, Part::Latest, 9).await.expect("his company");
        assert!(page.entries[0].undecided);
    }
    let strange = pin::pin(&mut conn, &owner, minute(2), row, Some(z)).await;
    assert!(matches!(strange, Err(ClientError::Invalid { field: "client_id", .. })));
    let foreign = pin::pin(&mut conn, &owner, minute(2), row, Some(y)).await;
    assert!(matches!(foreign, Err(ClientError::Foreign(_))));
    let pinned = pin::pin(&mut conn, &owner, minute(2), row, Some(x)).await.expect("his row and company");
    assert_eq!((pinned.undecided, pinned.pinned_client_id), (false, Some(x)));

    let count = |page: crate::timeline::read::TimelinePage| page.entries.len();
    let part = Part::Latest;
    assert_eq!(count(of_client(&mut conn, &owner, x, &all, part, 9).await.expect("readable")), 1);
    assert_eq!(count(of_client(&mut conn, &other, y, &all, part, 9).await.expect("readable")), 0);
    assert_eq!(count(of_contact(&mut conn, &other, anna, &all, part, 9).await.expect("readable")), 0);
    assert_eq!(count(of_conversation(&mut conn, &other, talk, &all, part, 9).await.expect("readable")), 0);
    assert_eq!(count(of_conversation(&mut conn, &owner, talk, &all, part, 9).await.expect("readable")), 1);
    let talks = conversations::list(&mut conn, &other, &ConversationFilter::default(), None, 9).await;
    assert_eq!(talks.expect("a list")[0].last, None);
    assert!(matches!(pin::pin(&mut conn, &other, minute(3), row, None).await, Err(ClientError::NotFound)));
    pin::pin(&mut conn, &owner, minute(3), row, None).await.expect("his row");
    assert_eq!(count(of_client(&mut conn, &other, y, &all, part, 9).await.expect("readable")), 1);
    let trace: Vec<String> = sqlx::query_scalar("select action from audit_log order by at")
        .fetch_all(&mut *conn)
        .await
        .expect("the log is there");
    assert_eq!(trace, ["interaction.pin", "interaction.unpin"]);
}
