use chrono::TimeDelta;
use connector_api::MediaKind;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{member, message, reading, reading::Part, room, *};
use crate::{
    ClientId, MediaId, RoomId, RoomMessageId,
    access::{Viewer, audit},
    clients::{ClientError, error::Result},
    fixture::{self, client, feed_for, minute, user},
    media::{self, Bytes, FileState, NewUpload, blob},
    timeline::feed::Message,
};

const SHIPMENTS: RoomId = RoomId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0003));

fn id() -> RoomMessageId {
    RoomMessageId(Uuid::now_v7())
}

fn words(text: &str) -> NewRoomMessage {
    let text = Some(text.to_owned());
    NewRoomMessage { id: id(), text, files: Vec::new(), quote_id: None, mentions: Vec::new() }
}

async fn make(
    conn: &mut PgConnection,
    by: &Viewer,
    access: RoomAccess,
    client_id: Option<ClientId>,
    members: &[&Viewer],
) -> RoomId {
    let members = members.iter().map(|viewer| viewer.user_id).collect();
    let new =
        NewRoom { id: RoomId(Uuid::now_v7()), name: "Канарейка".into(), access, client_id, members };
    room::create(conn, by, new, minute(0)).await.unwrap().0.id
}

async fn say(conn: &mut PgConnection, by: &Viewer, room: RoomId, text: &str) -> Result<RoomMessage> {
    post(conn, by, room, words(text)).await
}

async fn post(
    conn: &mut PgConnection,
    by: &Viewer,
    room: RoomId,
    new: NewRoomMessage,
) -> Result<RoomMessage> {
    Ok(message::post(conn, by, room, new, minute(1)).await?.0)
}

async fn texts(conn: &mut PgConnection, by: &Viewer, room: RoomId) -> Vec<Option<String>> {
    let page = reading::page(conn, by, room, Part::After(0), 100).await.unwrap();
    page.into_iter().map(|message| message.text).collect()
}

async fn found(conn: &mut PgConnection, by: &Viewer, text: &str) -> usize {
    reading::search(conn, by, text, None, None, 100).await.unwrap().len()
}

async fn names(conn: &mut PgConnection, by: &Viewer) -> Vec<String> {
    room::list(conn, by, false, None, 100).await.unwrap().into_iter().map(|room| room.name).collect()
}

async fn unread(conn: &mut PgConnection, by: &Viewer, id: RoomId) -> (i64, i64) {
    let room = room::get(conn, by, id).await.unwrap();
    (room.unread, room.mentions)
}

async fn uploaded(conn: &mut PgConnection, by: &Viewer, name: char) -> MediaId {
    let bytes = Bytes { sha256: name.to_string().repeat(64), size_bytes: 10, mime_type: "image/png".into() };
    blob::reserve(conn, &bytes, minute(0)).await.unwrap();
    let new =
        NewUpload {
            kind: MediaKind::Image, file_name: Some("схема.png".into()), bytes, duration_s: None
        };
    media::upload(conn, by, &new, minute(0)).await.unwrap().id
}

fn is_missing<T>(result: Result<T>) -> bool {
    matches!(result, Err(ClientError::NotFound))
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn three_open_rooms_are_there_from_the_start_and_are_joined_to_be_written_in(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let mut known = names(&mut conn, &anna).await;
    known.sort();
    assert_eq!(known, ["Отгрузки", "Отсрочки", "Юрист"]);
    assert!(matches!(say(&mut conn, &anna, SHIPMENTS, "Едем").await, Err(ClientError::NotNow(_))));
    member::join(&mut conn, &anna, SHIPMENTS, minute(1)).await.unwrap();
    member::join(&mut conn, &anna, SHIPMENTS, minute(2)).await.unwrap();
    say(&mut conn, &anna, SHIPMENTS, "Едем").await.unwrap();
    assert_eq!(room::get(&mut conn, &anna, SHIPMENTS).await.unwrap().members, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_press_repeated_is_one_message_and_one_room(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[&boris]).await;
    let other = make(&mut conn, &anna, RoomAccess::Open, None, &[]).await;
    let new = words("Один раз");
    let post = async |conn: &mut PgConnection, by: &Viewer, room| {
        message::post(conn, by, room, new.clone(), minute(1)).await
    };
    assert!(post(&mut conn, &anna, room).await.unwrap().1);
    assert!(!post(&mut conn, &anna, room).await.unwrap().1);
    assert!(matches!(post(&mut conn, &anna, other).await, Err(ClientError::Invalid { field: "id", .. })));
    assert!(matches!(post(&mut conn, &boris, room).await, Err(ClientError::Invalid { field: "id", .. })));
    assert_eq!(texts(&mut conn, &anna, room).await, [Some("Один раз".to_owned())]);

    let again = NewRoom {
        id: room,
        name: "Другое имя".into(),
        access: RoomAccess::Open,
        client_id: None,
        members: Vec::new(),
    };
    let (known, fresh) = room::create(&mut conn, &anna, again.clone(), minute(2)).await.unwrap();
    assert_eq!((known.name.as_str(), fresh), ("Канарейка", false));
    assert!(room::create(&mut conn, &boris, again, minute(2)).await.is_err());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn presses_at_once_have_places_in_the_order_of_their_commits_and_a_double_press_has_one(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let room = make(&mut conn, &anna, RoomAccess::Closed, None, &[]).await;
    let doubled = words("Дважды");
    let presses = (0..8).map(|number| {
        let (pool, anna) = (pool.clone(), anna.clone());
        let new = if number < 4 { doubled.clone() } else { words("Раз") };
        tokio::spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let (_, fresh) = message::post(&mut tx, &anna, room, new, minute(1)).await.unwrap();
            tx.commit().await.unwrap();
            fresh
        })
    });
    let mut fresh = 0;
    for press in presses.collect::<Vec<_>>() {
        fresh += usize::from(press.await.unwrap());
    }
    let page = reading::page(&mut conn, &anna, room, Part::After(0), 100).await.unwrap();
    assert_eq!((fresh, page.len()), (5, 5));
    assert!(page.windows(2).all(|two| two[0].position < two[1].position));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_closed_room_does_not_exist_for_others(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let chief = user(&mut conn, "Главный", "administrator").await;
    let room = make(&mut conn, &anna, RoomAccess::Closed, None, &[]).await;
    let file = uploaded(&mut conn, &anna, 'a').await;
    let said =
        post(&mut conn, &anna, room, NewRoomMessage { files: vec![file], ..words("Канарейка поёт") }).await;
    let said = said.unwrap();
    let shown = said.files[0].id.unwrap();

    assert!(!names(&mut conn, &boris).await.contains(&"Канарейка".to_owned()));
    assert!(is_missing(room::get(&mut conn, &boris, room).await));
    assert!(is_missing(member::list(&mut conn, &boris, room).await));
    assert!(is_missing(member::join(&mut conn, &boris, room, minute(2)).await));
    assert!(is_missing(say(&mut conn, &boris, room, "Я тоже").await));
    assert!(is_missing(message::edit(&mut conn, &boris, said.id, "Моё", minute(2)).await));
    assert!(is_missing(message::delete(&mut conn, &boris, said.id, minute(2)).await));
    assert!(is_missing(message::react(&mut conn, &boris, said.id, Some("👍"), minute(2)).await));
    for by in [&boris, &chief] {
        assert!(is_missing(reading::page(&mut conn, by, room, Part::After(0), 10).await));
        assert!(is_missing(reading::message(&mut conn, by, said.id).await));
        assert!(is_missing(reading::versions(&mut conn, by, said.id).await));
        assert!(is_missing(media::file::file(&mut conn, by, shown).await));
        assert_eq!(found(&mut conn, by, "канарейка").await, 0);
    }
    let of_chief = room::get(&mut conn, &chief, room).await.unwrap();
    assert!(of_chief.can_manage && !of_chief.can_read && of_chief.last.is_none());
    assert_eq!(media::file::file(&mut conn, &anna, shown).await.unwrap().state, FileState::Stored);

    assert_eq!(feed_for(&mut conn, &anna).await.len(), 2);
    assert!(feed_for(&mut conn, &boris).await.is_empty());
    let to_chief = feed_for(&mut conn, &chief).await;
    assert!(matches!(to_chief[..], [Message::Room { message_id: None, .. }]), "{to_chief:?}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_leaves_loses_sight_and_stays_the_author(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Closed, None, &[&boris]).await;
    say(&mut conn, &boris, room, "Прощайте").await.unwrap();
    assert!(matches!(
        member::remove(&mut conn, &boris, room, anna.user_id, minute(2)).await,
        Err(ClientError::Forbidden(_))
    ));
    member::remove(&mut conn, &anna, room, boris.user_id, minute(2)).await.unwrap();
    assert!(is_missing(reading::page(&mut conn, &boris, room, Part::After(0), 10).await));
    assert_eq!(feed_for(&mut conn, &boris).await.len(), 1, "that he is out, and nothing of what went before");
    let page = reading::page(&mut conn, &anna, room, Part::After(0), 10).await.unwrap();
    assert_eq!(page[0].author_name, "Борис");

    let chief = user(&mut conn, "Главный", "administrator").await;
    let filter = audit::Filter { subject_kind: Some("room".into()), ..audit::Filter::default() };
    let log = audit::list(&mut conn, &chief, &filter, None, 10).await.unwrap();
    let actions: Vec<_> = log.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["room.member_remove", "room.create"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_room_tied_to_a_client_is_seen_only_by_who_sees_the_client(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let firm = client(&mut conn, "Ромашка", Some(&anna)).await;
    let room = make(&mut conn, &anna, RoomAccess::Open, Some(firm), &[&boris]).await;
    let file = uploaded(&mut conn, &anna, 'a').await;
    let new = NewRoomMessage { files: vec![file], ..words("Отсрочка Ромашке") };
    let said = post(&mut conn, &anna, room, new).await.unwrap();
    let shown = said.files[0].id.unwrap();
    assert!(is_missing(room::get(&mut conn, &boris, room).await));
    assert!(is_missing(media::file::file(&mut conn, &boris, shown).await));
    assert_eq!(found(&mut conn, &boris, "отсрочка").await, 0);
    assert_eq!(reading::attention(&mut conn, &boris).await.unwrap(), reading::RoomAttention::default());
    assert!(feed_for(&mut conn, &boris).await.is_empty());
    let stranger = NewRoom {
        id: RoomId(Uuid::now_v7()),
        name: "Чужое".into(),
        access: RoomAccess::Open,
        client_id: Some(firm),
        members: Vec::new(),
    };
    let refused = room::create(&mut conn, &boris, stranger, minute(1)).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))));

    fixture::give(&mut conn, firm, boris.user_id).await;
    assert!(is_missing(room::get(&mut conn, &anna, room).await));
    assert_eq!(unread(&mut conn, &boris, room).await, (1, 0));
    assert_eq!(found(&mut conn, &boris, "отсрочки").await, 1);
    let nobody = user(&mut conn, "Склад", "storekeeper").await;
    assert!(is_missing(room::get(&mut conn, &nobody, room).await));
    assert_eq!(names(&mut conn, &nobody).await.len(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn unread_is_each_persons_own_and_the_same_on_all_his_devices(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Closed, None, &[&boris]).await;
    for number in 0..3 {
        let mentions = if number == 1 { vec![boris.user_id] } else { Vec::new() };
        post(&mut conn, &anna, room, NewRoomMessage { mentions, ..words("@Борис, слово") }).await.unwrap();
    }
    assert_eq!(unread(&mut conn, &anna, room).await, (0, 0), "one has read what one wrote");
    assert_eq!(unread(&mut conn, &boris, room).await, (3, 1));
    let attention = reading::attention(&mut conn, &boris).await.unwrap();
    assert_eq!((attention.rooms, attention.mentions), (1, 1));
    let named = feed_for(&mut conn, &boris).await;
    assert_eq!(named.iter().filter(|told| matches!(told, Message::Room { mentioned: true, .. })).count(), 1);

    reading::read_until(&mut conn, &boris, room, 2, minute(2)).await.unwrap();
    reading::read_until(&mut conn, &boris, room, 1, minute(3)).await.unwrap();
    assert_eq!(unread(&mut conn, &boris, room).await, (1, 0));
    reading::read_until(&mut conn, &boris, room, 1_000, minute(4)).await.unwrap();
    assert_eq!(unread(&mut conn, &boris, room).await, (0, 0));
    let (to_boris, to_anna) =
        (feed_for(&mut conn, &boris).await.len(), feed_for(&mut conn, &anna).await.len());
    assert_eq!((to_boris, to_anna), (6, 4), "his other devices hear of his reading, nobody else does");
    say(&mut conn, &anna, room, "Ещё").await.unwrap();
    assert_eq!(unread(&mut conn, &boris, room).await, (1, 0), "nobody reads ahead");
    say(&mut conn, &boris, room, "Ответ").await.unwrap();
    assert_eq!(unread(&mut conn, &boris, room).await, (0, 0));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_keeps_the_former_words_and_a_deletion_shows_none(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[&boris]).await;
    let file = uploaded(&mut conn, &anna, 'a').await;
    let said =
        post(&mut conn, &anna, room, NewRoomMessage { files: vec![file], ..words("В среду") }).await.unwrap();
    let answer =
        post(&mut conn, &boris, room, NewRoomMessage { quote_id: Some(said.id), ..words("Ясно") }).await;
    assert!(matches!(
        message::edit(&mut conn, &boris, said.id, "Никогда", minute(2)).await,
        Err(ClientError::NotNow(_))
    ));
    for (text, at) in [("В четверг", 2), ("В четверг", 3), ("В пятницу", 4)] {
        message::edit(&mut conn, &anna, said.id, text, minute(at)).await.unwrap();
    }
    let versions = reading::versions(&mut conn, &boris, said.id).await.unwrap();
    let known: Vec<_> =
        versions.iter().map(|known| (known.number, known.text.as_deref(), known.until)).collect();
    assert_eq!(known, [(1, Some("В среду"), minute(2)), (2, Some("В четверг"), minute(4))]);
    assert_eq!((found(&mut conn, &boris, "среда").await, found(&mut conn, &boris, "пятница").await), (0, 1));

    assert!(matches!(
        message::delete(&mut conn, &boris, said.id, minute(5)).await,
        Err(ClientError::Forbidden(_))
    ));
    let shown = said.files[0].id.unwrap();
    assert!(media::file::file(&mut conn, &boris, shown).await.is_ok());
    let gone = message::delete(&mut conn, &anna, said.id, minute(5)).await.unwrap();
    assert_eq!((gone.text, gone.files.len(), gone.deleted_at), (None, 0, Some(minute(5))));
    assert!(is_missing(media::file::file(&mut conn, &boris, shown).await));
    assert_eq!(found(&mut conn, &boris, "пятница").await, 0);
    assert!(reading::versions(&mut conn, &boris, said.id).await.unwrap().is_empty());
    let answer = reading::message(&mut conn, &boris, answer.unwrap().id).await.unwrap();
    let quote = answer.quote.unwrap();
    assert_eq!((quote.text, quote.files), (None, 0));
    let edit = message::edit(&mut conn, &anna, said.id, "Снова", minute(6)).await;
    assert!(matches!(edit, Err(ClientError::NotNow(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_newest_reaction_of_a_person_counts(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[&boris]).await;
    let said = say(&mut conn, &anna, room, "Готово").await.unwrap();
    for (by, emoji) in [(&anna, Some("🔥")), (&boris, Some("👍")), (&boris, Some("❤️")), (&anna, None)]
    {
        message::react(&mut conn, by, said.id, emoji, minute(2)).await.unwrap();
    }
    let shown = reading::message(&mut conn, &anna, said.id).await.unwrap().reactions;
    assert_eq!(shown.iter().map(|one| (&*one.name, &*one.emoji)).collect::<Vec<_>>(), [("Борис", "❤️")]);
    let long = message::react(&mut conn, &anna, said.id, Some(&"🔥".repeat(17)), minute(2)).await;
    assert!(matches!(long, Err(ClientError::Invalid { field: "emoji", .. })));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn only_members_are_named_and_only_messages_of_the_room_are_quoted(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[]).await;
    let other = make(&mut conn, &anna, RoomAccess::Open, None, &[]).await;
    let there = say(&mut conn, &anna, other, "Там").await.unwrap();
    let field = |result: Result<RoomMessage>| match result {
        Err(ClientError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let named = NewRoomMessage { mentions: vec![boris.user_id], ..words("@Борис") };
    assert_eq!(field(post(&mut conn, &anna, room, named).await), "mentions");
    let quoted = NewRoomMessage { quote_id: Some(there.id), ..words("Здесь") };
    assert_eq!(field(post(&mut conn, &anna, room, quoted).await), "quote_id");
    assert_eq!(field(say(&mut conn, &anna, room, " \n").await), "text");
    assert_eq!(field(say(&mut conn, &anna, room, &"я".repeat(20_001)).await), "text");
    let foreign = uploaded(&mut conn, &boris, 'b').await;
    let stolen = post(&mut conn, &anna, room, NewRoomMessage { files: vec![foreign], ..words("Моё") }).await;
    assert!(is_missing(stolen));
    assert!(texts(&mut conn, &anna, room).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_archived_room_is_read_and_not_written(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[&boris]).await;
    say(&mut conn, &anna, room, "Было").await.unwrap();
    let archive = |archived| RoomPatch { archived: Some(archived), ..RoomPatch::default() };
    let refused = room::change(&mut conn, &boris, room, archive(true), minute(2)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    let archived = room::change(&mut conn, &anna, room, archive(true), minute(2)).await.unwrap();
    assert_eq!((archived.archived_at, archived.can_write), (Some(minute(2)), false));
    assert!(matches!(say(&mut conn, &boris, room, "Поздно").await, Err(ClientError::NotNow(_))));
    assert_eq!(texts(&mut conn, &boris, room).await, [Some("Было".to_owned())]);
    assert!(!names(&mut conn, &boris).await.contains(&"Канарейка".to_owned()));
    assert_eq!(room::list(&mut conn, &boris, true, None, 10).await.unwrap().len(), 1);
    assert_eq!(reading::attention(&mut conn, &boris).await.unwrap().rooms, 0);
    room::change(&mut conn, &anna, room, archive(false), minute(3)).await.unwrap();
    let named = RoomPatch { name: Some("  Новое \n имя ".into()), ..RoomPatch::default() };
    assert_eq!(room::change(&mut conn, &anna, room, named, minute(4)).await.unwrap().name, "Новое имя");
    say(&mut conn, &boris, room, "Снова").await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn lists_and_pages_go_on_by_key(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[]).await;
    for number in 0..7 {
        say(&mut conn, &anna, room, &format!("Груз {number}")).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut before = i64::MAX;
    loop {
        let page = reading::page(&mut conn, &anna, room, Part::Before(before), 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = last.position;
        seen.extend(page.into_iter().map(|message| message.position));
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let first = reading::search(&mut conn, &anna, "грузы", None, None, 4).await.unwrap();
    let last = &first[3].message;
    let behind = Some((last.created_at, last.id));
    let rest = reading::search(&mut conn, &anna, "грузы", Some(room), behind, 10).await.unwrap();
    assert_eq!((first.len(), rest.len()), (4, 3));

    let all = room::list(&mut conn, &anna, false, None, 10).await.unwrap();
    let behind = Some((all[1].last_at, all[1].id));
    let rest = room::list(&mut conn, &anna, false, behind, 10).await.unwrap();
    assert_eq!(rest, all[2..]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn files_of_a_message_outlive_the_upload(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "Анна", "manager").await, user(&mut conn, "Борис", "manager").await);
    let room = make(&mut conn, &anna, RoomAccess::Open, None, &[&boris]).await;
    let file = uploaded(&mut conn, &anna, 'a').await;
    let new = NewRoomMessage { text: None, files: vec![file], ..words("") };
    let said = post(&mut conn, &anna, room, new).await.unwrap();
    media::upload::forget_uploads_unscoped(&mut conn, minute(0) + TimeDelta::days(30)).await.unwrap();
    let shown = said.files[0].id.unwrap();
    let kept = media::file::file(&mut conn, &boris, shown).await.unwrap();
    assert_eq!((kept.state, kept.file_name.as_deref()), (FileState::Stored, Some("схема.png")));
    assert!(media::outbound_files(&mut conn, &boris, &[shown]).await.is_ok(), "it can be passed on");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn without_the_right_there_are_no_rooms(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let mut key = user(&mut conn, "Ключ", "manager").await;
    let room = make(&mut conn, &key, RoomAccess::Open, None, &[]).await;
    let file = uploaded(&mut conn, &key, 'a').await;
    let said =
        post(&mut conn, &key, room, NewRoomMessage { files: vec![file], ..words("Тайна") }).await.unwrap();
    key.rights.remove(&crate::access::Right::RoomsUse);
    assert!(matches!(room::list(&mut conn, &key, false, None, 10).await, Err(ClientError::Forbidden(_))));
    assert!(matches!(reading::message(&mut conn, &key, said.id).await, Err(ClientError::Forbidden(_))));
    assert!(is_missing(media::file::file(&mut conn, &key, said.files[0].id.unwrap()).await));
    assert!(feed_for(&mut conn, &key).await.is_empty());
}
