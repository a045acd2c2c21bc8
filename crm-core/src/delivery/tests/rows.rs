//! What pressing shows in the timeline, and who may press.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn edits_deletions_and_reactions_show_once_they_are_accepted(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    office.turn(&mut conn, sender, Some((first, accepted("wamid.1"))), minute(1)).await;

    let row = InteractionId(Uuid::from_u128(1));
    office.act(&mut conn, 2, row, RowAction::Edit("второе".into())).await;
    office.act(&mut conn, 3, office.asked, RowAction::React(Some("👍".into()))).await;
    office.act(&mut conn, 4, row, RowAction::Delete).await;
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((entry.text.as_deref(), entry.actions.len()), (Some("первое"), 2), "nothing is accepted yet");
    assert!(office.take(&mut conn, sender, minute(6)).await);
    let mut turn = office.turn(&mut conn, sender, None, minute(6)).await;
    while let Turn::Work(work) = turn {
        let done = Outcome::Accepted { external_ids: Vec::new(), addresses: Vec::new() };
        turn = office.turn(&mut conn, sender, Some((*work, done)), minute(6)).await;
    }
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!(entry.text.as_deref(), Some("второе"));
    assert_eq!(entry.versions.len(), 2);
    assert!(entry.deleted.is_some() && entry.actions.is_empty());
    let asked = office.entry(&mut conn, office.asked.0.as_u128()).await;
    assert_eq!(asked.reactions[0].emoji, "👍");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_foreign_conversation_cannot_be_written_to(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "моё"), minute(1)).await;
    let stranger = fixture::user(&mut conn, "Олег", "manager").await;
    let refused = press::place(&mut conn, &stranger, office.conversation).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotFound), "{refused}");
    let id = DeliveryId(Uuid::from_u128(1));
    let mut tx = conn.begin().await.unwrap();
    for refused in [
        press::retry(&mut tx, &stranger, minute(2), id).await,
        press::cancel(&mut tx, &stranger, minute(2), id).await,
        press::act(
            &mut tx,
            &stranger,
            minute(2),
            DeliveryId(Uuid::from_u128(5)),
            office.asked,
            RowAction::Delete,
        )
        .await
        .map(|_| ()),
        crate::delivery::view::attempts(&mut tx, &stranger, id).await.map(|_| ()),
    ] {
        assert!(matches!(refused, Err(ClientError::NotFound)), "{refused:?}");
    }
    let secretary = fixture::user(&mut tx, "Ольга", "secretary").await;
    let reader = press::place(&mut tx, &secretary, office.conversation).await.unwrap_err();
    assert!(matches!(reader, ClientError::Forbidden(_)), "{reader}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_quotes_what_the_provider_knows(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, NewMessage { quote: Some(office.asked), ..text(1, "вот") }, minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let OutboundAction::Send { quote, .. } = &first.message.action else { panic!("a message") };
    assert_eq!(
        quote.as_ref().map(ExternalId::as_str),
        Some(format!("{}:Где счёт?", minute(0).timestamp_micros()).as_str())
    );
    let shown = office.entry(&mut conn, 1).await.quote.unwrap();
    assert_eq!((shown.interaction_id, shown.text.as_deref()), (Some(office.asked), Some("Где счёт?")));
    let mut tx = conn.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    let nowhere = NewMessage { quote: Some(InteractionId(Uuid::from_u128(77))), ..text(2, "?") };
    let refused =
        press::send(&mut tx, &office.manager, minute(1), &place, Moscow, nowhere).await.unwrap_err();
    assert!(matches!(refused, ClientError::Invalid { field: "quote", .. }), "{refused}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_that_went_with_files_is_found_among_those_with_files(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "без файлов"), minute(1)).await;
    let file = |number| OutboundFile {
        id: Uuid::from_u128(number),
        kind: MediaKind::Image,
        mime_type: "image/png".into(),
        file_name: "фото.png".into(),
        size_bytes: 1,
        sha256: String::new(),
        duration_s: None,
    };
    for (number, files) in [(2, vec![file(21)]), (3, vec![file(31), file(32)])] {
        let content = OutboundContent::Media { files, caption: None };
        office.press(&mut conn, NewMessage { content, ..text(number, "") }, minute(2)).await;
    }
    let filter = TimelineFilter { with_files: true, ..TimelineFilter::default() };
    let page =
        read::of_conversation(&mut conn, &office.manager, office.conversation, &filter, Part::Latest, 9)
            .await;
    let found: Vec<u128> = page.unwrap().entries.iter().map(|entry| entry.id.0.as_u128()).collect();
    assert_eq!(found, [3, 2]);
}
