//! SQL of what a person presses.

mod waiting;

use chrono::{DateTime, Utc};
use connector_api::{Address, Content, OutboundMessage};
use sqlx::{PgConnection, types::Json};

use super::Writer;
use super::place::{Place, WriteTo, facts};
use super::shown::ShownRow;
use crate::{
    AccountId, ContactId, ConversationId, DeliveryId, IdentityId, InteractionId, UserId,
    delivery::{
        lane,
        purpose::Purpose,
        route::Chosen,
        state::{DeliveryAction, DeliveryStep},
    },
    timeline::{FactValue, InteractionPayload, ItemFact},
};

pub(super) use waiting::{Waiting, finish, hurry, message, put_off, release, requeue, reword, waiting};

/// What is pressed, ready to be written.
pub(super) struct Pressed<'a> {
    pub place: &'a Place,
    pub interaction_id: InteractionId,
    pub action: DeliveryAction,
    pub message: &'a OutboundMessage,
    pub parts: u16,
    pub purpose: Purpose,
    pub planned_for: Option<DateTime<Utc>>,
    pub author: Option<UserId>,
    pub chosen: Option<&'a Chosen>,
    pub replaces: Option<DeliveryId>,
    pub at_night: bool,
    pub held: Option<&'a str>,
}

/// A row that something is done to.
pub(super) struct Target {
    pub conversation_id: ConversationId,
    pub direction: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub content: Option<Content>,
    /// The provider's ids of its parts.
    pub external_ids: Vec<String>,
    /// Where it was sent from here.
    pub step: Option<DeliveryStep>,
}

pub(super) async fn conversation_of(
    conn: &mut PgConnection,
    id: DeliveryId,
) -> sqlx::Result<Option<ConversationId>> {
    sqlx::query_scalar!(
        r#"select conversation_id as "id: ConversationId" from deliveries where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(in crate::delivery) async fn conversation(
    conn: &mut PgConnection,
    id: ConversationId,
) -> sqlx::Result<Option<Place>> {
    let row = sqlx::query!(
        r#"select v.account_id as "account_id: AccountId", v.external_id, v.contact_id as "contact_id: ContactId",
                  v.identity_id as "identity_id: IdentityId", h.last_inbound_at as "last_inbound_at?",
                  (select state from conversation_states s
                   where s.account_id = v.account_id and s.external_id = v.external_id and s.aspect = 'reachable'
                   order by s.at desc, s.event_id desc limit 1) as state,
                  array(select o.address
                        from (select v.identity_id as id, 0 as rank
                              union all
                              select case when l.first_id = v.identity_id then l.second_id else l.first_id end, 1
                              from identity_links l
                              where l.reason = 'same_message' and l.state = 'held'
                                and v.identity_id in (l.first_id, l.second_id)) known
                        join identities o on o.id = known.id
                        order by known.rank, o.address) as "addresses!"
           from conversations v left join conversation_heads h on h.conversation_id = v.id
           where v.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Place {
        conversation_id: id,
        account_id: row.account_id,
        contact_id: row.contact_id,
        identity_id: row.identity_id,
        addresses: row.addresses.iter().filter_map(|key| Address::from_key(key)).collect(),
        facts: facts(&row.external_id, row.last_inbound_at, row.state.as_deref()),
        external_id: row.external_id,
    }))
}

/// The addresses of a family of contacts, phones first.
pub(in crate::delivery) async fn identities(
    conn: &mut PgConnection,
    root: ContactId,
) -> sqlx::Result<Vec<WriteTo>> {
    let rows = sqlx::query!(
        r#"select o.id as "id: IdentityId", o.contact_id as "contact_id: ContactId", o.address
           from contacts k join identities o on o.contact_id = k.id
           where k.root_id = $1
           order by o.kind <> 'phone', o.created_at, o.id"#,
        root.0
    )
    .fetch_all(conn)
    .await?;
    let read = |row: &str| Address::from_key(row);
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(WriteTo { identity_id: row.id, contact_id: row.contact_id, address: read(&row.address)? })
        })
        .collect())
}

pub(super) async fn ensure_conversation(
    conn: &mut PgConnection,
    place: &Place,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into conversations (id, account_id, external_id, contact_id, identity_id, first_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (id) do nothing",
        place.conversation_id.0,
        place.account_id.0,
        place.external_id,
        place.contact_id.0,
        place.identity_id.map(|id| id.0),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// With `speaks` the conversation has our word from now on; a planned message is none yet.
pub(super) async fn touch_head(
    conn: &mut PgConnection,
    place: &Place,
    now: DateTime<Utc>,
    speaks: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into conversation_heads as known (conversation_id, last_at, last_outbound_at)
         values ($1, $2, case when $3 then $2::timestamptz end)
         on conflict (conversation_id) do update
         set last_at = greatest(known.last_at, excluded.last_at),
             last_outbound_at = greatest(known.last_outbound_at, excluded.last_outbound_at),
             waiting_since = waiting_since(
                 $1, known.last_inbound_at, greatest(known.last_outbound_at, excluded.last_outbound_at))
         where $3",
        place.conversation_id.0,
        now,
        speaks,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_row(
    conn: &mut PgConnection,
    writer: Writer<'_>,
    place: &Place,
    id: InteractionId,
    shown: &ShownRow,
    said_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = (!shown.payload.is_empty()).then_some(Json(&shown.payload));
    sqlx::query!(
        "insert into interactions (id, contact_id, account_id, conversation_id, identity_id, kind, direction, origin,
             occurred_at, received_at, author_user_id, author_name, body, content, fullness, external_id, has_files)
         values ($1, $2, $3, $4, $5, 'message', 'outbound', $13, $6, $7, $8, $9, $10, $11, 3, $12, $14)",
        id.0,
        place.contact_id.0,
        place.account_id.0,
        place.conversation_id.0,
        place.identity_id.map(|id| id.0),
        said_at,
        now,
        writer.user.map(|user| user.0),
        writer.name,
        shown.body,
        content as _,
        id.to_string(),
        writer.origin,
        shown.has_files,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The files of a message with several, in their order.
pub(super) async fn insert_items(
    conn: &mut PgConnection,
    account: AccountId,
    row: InteractionId,
    items: &[Content],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for (place, content) in items.iter().enumerate() {
        let external_id = format!("{row}.{place:05}");
        let id = InteractionId::derived(account, "sent item", &external_id);
        let item = ItemFact { content: content.clone(), external_id, quote: None };
        let value = FactValue::Item(Box::new(item)).to_json();
        sqlx::query!(
            "insert into message_facts (interaction_id, kind, key, at, value) values ($1, 'item', $2, $3, $4)
             on conflict do nothing",
            row.0,
            id.to_string(),
            now,
            value,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Writes the delivery with its place in the lane, and wakes the lane. A planned one gets its place later.
pub(super) async fn insert(
    conn: &mut PgConnection,
    pressed: &Pressed<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (conversation, account) = (pressed.place.conversation_id, pressed.place.account_id);
    let (state, position) = match pressed.planned_for {
        Some(_) => (DeliveryStep::Planned, None),
        None => (DeliveryStep::Queued, Some(lane::next_position(conn, conversation, account, now).await?)),
    };
    sqlx::query!(
        "insert into deliveries (id, conversation_id, account_id, interaction_id, action, message, position, state, parts,
             due_at, author_user_id, created_at, purpose, chosen_because, passed_over, rule, replaces, at_night, held)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        pressed.message.id,
        conversation.0,
        account.0,
        pressed.interaction_id.0,
        pressed.action as DeliveryAction,
        Json(pressed.message) as _,
        position,
        state as DeliveryStep,
        i16::try_from(pressed.parts).unwrap_or(i16::MAX),
        pressed.planned_for.unwrap_or(now),
        pressed.author.map(|user| user.0),
        now,
        pressed.purpose as Purpose,
        pressed.chosen.map(|chosen| chosen.because.as_str()),
        pressed.chosen.map(|chosen| Json(&chosen.passed_over)) as _,
        pressed.chosen.map(|chosen| Json(&chosen.message)) as _,
        pressed.replaces.map(|id| id.0),
        pressed.at_night,
        pressed.held,
    )
    .execute(&mut *conn)
    .await?;
    lane::wake(conn, account).await
}

/// A delivery of the bridge.
#[expect(clippy::too_many_arguments, reason = "one row, column by column")]
pub(super) async fn insert_aside(
    conn: &mut PgConnection,
    lane: ConversationId,
    account: AccountId,
    message: &OutboundMessage,
    parts: u16,
    about: uuid::Uuid,
    position: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into deliveries (id, conversation_id, account_id, interaction_id, action, message, position, state, parts,
             due_at, created_at)
         values ($1, $2, $3, $4, 'bridge', $5, $6, 'queued', $7, $8, $8)",
        message.id,
        lane.0,
        account.0,
        about,
        Json(message) as _,
        position,
        i16::try_from(parts).unwrap_or(i16::MAX),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The provider's id of a row of the conversation, by which quotes and reactions name it: of its first part, or of the
/// first item of an album.
pub(super) async fn external_id(
    conn: &mut PgConnection,
    conversation: ConversationId,
    row: InteractionId,
) -> sqlx::Result<Option<String>> {
    let found = sqlx::query_scalar!(
        r#"select coalesce(
                      (select d.external_ids[1] from deliveries d
                       where d.interaction_id = i.id and d.action = 'message' limit 1),
                      (select f.value ->> 'external_id' from message_facts f
                       where f.interaction_id = i.id and f.kind = 'item'
                         and not exists (select from deliveries d where d.interaction_id = i.id and d.action = 'message')
                       order by f.at, f.key limit 1),
                      (select i.external_id
                       where not exists (select from deliveries d where d.interaction_id = i.id and d.action = 'message')))
           from interactions i where i.id = $1 and i.conversation_id = $2 and i.kind = 'message'"#,
        row.0,
        conversation.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.flatten())
}

/// A message and what is known of its way.
pub(super) async fn target(conn: &mut PgConnection, id: InteractionId) -> sqlx::Result<Option<Target>> {
    let row = sqlx::query!(
        r#"select i.conversation_id as "conversation_id!: ConversationId", i.direction, i.occurred_at, i.external_id,
                  i.content as "content: Json<serde_json::Value>", d.external_ids as "external_ids?",
                  d.state as "step?: DeliveryStep"
           from interactions i
           left join deliveries d on d.interaction_id = i.id and d.action = 'message'
           where i.id = $1 and i.kind = 'message' and i.conversation_id is not null"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let payload: InteractionPayload =
            row.content.and_then(|content| serde_json::from_value(content.0).ok()).unwrap_or_default();
        Target {
            conversation_id: row.conversation_id,
            direction: row.direction,
            occurred_at: row.occurred_at,
            content: payload.content,
            external_ids: row.external_ids.unwrap_or_else(|| vec![row.external_id]),
            step: row.step,
        }
    }))
}
