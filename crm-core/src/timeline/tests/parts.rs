//! Parts of a timeline: pages, jumps, filters.

use connector_api::{Channel, DeliveryState, Direction};
use sqlx::{PgConnection, PgPool};

use crate::{
    ClientId, ContactId,
    access::Viewer,
    fixture::{Said, account, call, client, contact, conversation, fact, message, minute, note, user},
    timeline::{
        DeliveryFact, FactValue, InteractionPayload, QuotePayload,
        entry::EntryKind,
        read::{Part, TimelineFilter, of_client, of_contact},
    },
};

async fn texts(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    filter: &TimelineFilter,
    part: Part,
) -> Vec<String> {
    let page = of_client(conn, viewer, client, filter, part, 3).await.expect("the client is readable");
    page.entries.into_iter().map(|entry| entry.text.unwrap_or_else(|| format!("{:?}", entry.kind))).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn pages_go_both_ways_without_gaps(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let people = [contact(&mut conn, "Анна", company).await, contact(&mut conn, "Борис", company).await];
    let account = account(&mut conn, "whatsapp").await;
    for at in 0..10 {
        let said = Said {
            account,
            contact: people[at % 2],
            conversation: None,
            // Pairs share a moment: the id tells them apart.
            at: minute(i64::try_from(at / 2).expect("small")),
            direction: "inbound",
            text: &at.to_string(),
        };
        message(&mut conn, said).await;
    }
    note(&mut conn, company, minute(2), "заметка").await;

    let all = TimelineFilter::default();
    let mut down = Vec::new();
    let mut part = Part::Latest;
    loop {
        let page = of_client(&mut conn, &owner, company, &all, part, 3).await.expect("readable");
        let older = page.older();
        down.extend(page.entries);
        match older {
            Some(cursor) => part = Part::Before(cursor),
            None => break,
        }
    }
    assert_eq!(down.len(), 11);
    assert!(down.windows(2).all(|pair| pair[0].cursor() > pair[1].cursor()));

    let mut up = vec![down[10].clone()];
    loop {
        let after = Part::After(up[up.len() - 1].cursor());
        let page = of_client(&mut conn, &owner, company, &all, after, 3).await.expect("readable");
        let more = page.has_newer;
        up.extend(page.entries.into_iter().rev());
        if !more {
            break;
        }
    }
    up.reverse();
    assert_eq!(up, down);

    let jump = Part::Around(minute(2));
    let page = of_client(&mut conn, &owner, company, &all, jump, 6).await.expect("readable");
    let moments: Vec<i64> =
        page.entries.iter().map(|entry| (entry.occurred_at - minute(0)).num_minutes()).collect();
    assert_eq!(moments, [3, 2, 2, 2, 1, 1]);
    assert!(page.has_older && page.has_newer);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn filters_are_exact(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let anna = contact(&mut conn, "Анна", company).await;
    let boris = contact(&mut conn, "Борис", company).await;
    let (whatsapp, phone) = (account(&mut conn, "whatsapp").await, account(&mut conn, "telephony").await);
    let said = |contact: ContactId, at, direction, text| Said {
        account: whatsapp,
        contact,
        conversation: None,
        at: minute(at),
        direction,
        text,
    };
    message(&mut conn, said(anna, 1, "inbound", "вопрос")).await;
    message(&mut conn, said(anna, 2, "outbound", "ответ")).await;
    message(&mut conn, said(boris, 3, "inbound", "Борис")).await;
    call(&mut conn, phone, Some(anna), minute(4), "missed").await;
    note(&mut conn, company, minute(5), "заметка").await;

    let all = TimelineFilter::default;
    for (filter, expected) in [
        (TimelineFilter { kinds: vec![EntryKind::Call, EntryKind::Note], ..all() }, vec!["заметка", "Call"]),
        (TimelineFilter { kinds: vec![EntryKind::Message], ..all() }, vec!["Борис", "ответ", "вопрос"]),
        (TimelineFilter { channels: vec![Channel::Telephony], ..all() }, vec!["Call"]),
        (TimelineFilter { channels: vec![Channel::Telegram], ..all() }, vec![]),
        (TimelineFilter { direction: Some(Direction::Outbound), ..all() }, vec!["ответ"]),
        (TimelineFilter { contact: Some(boris), ..all() }, vec!["Борис"]),
        (TimelineFilter { from: Some(minute(2)), until: Some(minute(4)), ..all() }, vec!["Борис", "ответ"]),
        (TimelineFilter { kinds: vec![EntryKind::Call], until: Some(minute(4)), ..all() }, vec![]),
    ] {
        assert_eq!(texts(&mut conn, &owner, company, &filter, Part::Latest).await, expected, "{filter:?}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_entry_says_who_where_and_how_far(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let anna = contact(&mut conn, "Анна", company).await;
    let account = account(&mut conn, "whatsapp").await;
    let conversation = conversation(&mut conn, account, anna, minute(2)).await;
    let said = |at, direction, text| Said {
        account,
        contact: anna,
        conversation: Some(conversation),
        at: minute(at),
        direction,
        text,
    };
    let asked = message(&mut conn, said(1, "inbound", "вопрос")).await;
    let sent = message(&mut conn, said(2, "outbound", "ответ")).await;
    let payload = InteractionPayload {
        quote: Some(QuotePayload { interaction_id: Some(asked), text: None }),
        ..Default::default()
    };
    sqlx::query("update interactions set author_user_id = $2, content = $3 where id = $1")
        .bind(sent)
        .bind(owner.user_id)
        .bind(sqlx::types::Json(&payload))
        .execute(&mut *conn)
        .await
        .expect("the row is there");
    let read =
        FactValue::Delivery(DeliveryFact { state: DeliveryState::Read, reason: None, reference: None });
    fact(&mut conn, sent, "read", minute(3), &read).await;

    let page = of_contact(&mut conn, &owner, anna, &TimelineFilter::default(), Part::Latest, 10).await;
    let entry = &page.expect("readable").entries[0];
    assert_eq!(entry.id, sent);
    assert_eq!(entry.state, Some(DeliveryState::Read));
    assert_eq!(entry.conversation_id, Some(conversation));
    assert_eq!(entry.contact.as_ref().map(|contact| contact.name.as_str()), Some("Анна"));
    assert_eq!(entry.account.as_ref().map(|account| account.channel.as_str()), Some("whatsapp"));
    assert_eq!(entry.author.as_ref().map(|author| author.name.as_str()), Some("Иванов"));
    assert_eq!(entry.quote.as_ref().and_then(|quote| quote.text.as_deref()), Some("вопрос"));
    assert!(!entry.undecided && !entry.late);
}
