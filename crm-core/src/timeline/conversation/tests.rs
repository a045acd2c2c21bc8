//! What the newest row of a conversation says in the list.

use connector_api::{
    Address, Channel, Content, Direction, Event, EventKind, ExternalId, MediaKind, MediaRef, Message, Origin,
    Parsed, Party,
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{ConversationFilter, list};
use crate::{
    RawEventId,
    fixture::{account, minute, user},
    timeline::ingest::{self, ReadRaw},
};

fn file(at: i64, media: MediaRef, caption: Option<&str>, album: Option<&str>) -> Event {
    let message = Message {
        conversation: ExternalId::new("77"),
        party: Party { addresses: vec![Address::opaque("telegram", "77")], ..Party::default() },
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content: Content::Media { media, caption: caption.map(str::to_owned) },
        quote: None,
        forward: None,
        referral: None,
        album: album.map(ExternalId::new),
        delivery: None,
        placeholder: false,
    };
    Event {
        external_id: ExternalId::new(at.to_string()),
        occurred_at: minute(at),
        kind: EventKind::Message(message),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_album_is_told_by_the_words_under_it_and_a_document_by_its_name(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let telegram = account(&mut conn, "telegram").await;
    let photo = |id: &str| MediaRef::new(id, MediaKind::Image);
    let named =
        MediaRef { file_name: Some("прайс.pdf".into()), ..MediaRef::new("4", MediaKind::Document) };
    let steps = [
        (vec![file(1, photo("1"), None, Some("bare"))], None, "image"),
        (
            vec![
                file(2, photo("2"), None, Some("told")),
                file(3, photo("3"), Some("накладная, два листа"), Some("told")),
            ],
            Some("накладная, два листа"),
            "image",
        ),
        (vec![file(4, named, None, None)], Some("прайс.pdf"), "document"),
    ];
    for (events, words, kind) in steps {
        let raw = ReadRaw {
            raw_id: RawEventId(Uuid::now_v7()),
            received_at: minute(5),
            account_id: telegram,
            channel: Channel::Telegram,
            mapping: 1,
            parsed: Ok(Parsed { events, ..Parsed::default() }),
        };
        ingest::apply(&mut conn, &[raw], minute(5)).await.expect("it is applied");
        let shown =
            list(&mut conn, &director, &ConversationFilter::default(), None, 10).await.expect("readable");
        let last = shown[0].last.as_ref().expect("something was said");
        assert_eq!(
            (last.text.as_deref(), last.content_type.as_deref(), last.media_kind.as_deref()),
            (words, Some("media"), Some(kind))
        );
    }
}
