//! SQL of conversations.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{
    Conversation, ConversationCursor, ConversationFilter, ConversationName, ConversationSort, LastRow, Rest,
    rest,
};
use crate::{
    AccountId, ContactId, ConversationId, UserId,
    clients::{list::Wanted, reach::Reach},
    timeline::{
        entry::{EntryAccount, EntryContact, EntryKind},
        read::{
            Pins,
            store::{accounts_of, client_place, direction_of, push_pins},
        },
    },
};

#[derive(FromRow)]
struct Row {
    id: ConversationId,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    channel: Option<String>,
    contact_id: ContactId,
    contact_name: String,
    person_name: Option<String>,
    last_at: DateTime<Utc>,
    place: DateTime<Utc>,
    last_inbound_at: Option<DateTime<Utc>>,
    last_outbound_at: Option<DateTime<Utc>>,
    last_kind: Option<EntryKind>,
    last_direction: Option<String>,
    last_text: Option<String>,
    last_content_type: Option<String>,
    last_media_kind: Option<String>,
    last_row_at: Option<DateTime<Utc>>,
    reachable: Option<String>,
    waiting_since: Option<DateTime<Utc>>,
    unread: i64,
    marked_unread: bool,
    read_until: DateTime<Utc>,
    bridged: bool,
    rested_at: Option<DateTime<Utc>>,
    rested_until: Option<DateTime<Utc>>,
}

/// The contact of a conversation.
pub(crate) async fn contact(conn: &mut PgConnection, id: ConversationId) -> sqlx::Result<Option<ContactId>> {
    sqlx::query_scalar!(
        r#"select contact_id as "contact_id: ContactId" from conversations where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn of_account(
    conn: &mut PgConnection,
    account: AccountId,
    after: ConversationId,
    rows: i64,
) -> sqlx::Result<Vec<ConversationName>> {
    sqlx::query_as!(
        ConversationName,
        r#"select id as "id: ConversationId", external_id from conversations
           where account_id = $1 and id > $2 order by id limit $3"#,
        account.0,
        after.0,
        rows,
    )
    .fetch_all(conn)
    .await
}

pub(crate) async fn list(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    filter: &ConversationFilter,
    after: Option<ConversationCursor>,
    rows: i64,
) -> sqlx::Result<Vec<Conversation>> {
    let channel_accounts = accounts_of(&mut *conn, &filter.channels).await?;
    let people = match filter.client {
        Some(client) => Some(client_place(&mut *conn, client).await?.map(|place| place.contacts)),
        None => None,
    };
    let led = match filter.responsible {
        Some(Wanted::Is(user)) if leads_few(&mut *conn, user).await? => Some(user),
        _ => None,
    };
    let (key, waits, order, behind) = match filter.sort {
        ConversationSort::Liveliest => ("h.last_at", "true", "desc", "<"),
        ConversationSort::Waiting => ("h.waiting_since", WAITS, "asc", ">"),
    };
    let mut page = start(reach);
    let heads = match led {
        Some(user) => {
            push_led(&mut page, user);
            LED_HEADS
        }
        None => HEADS,
    };
    page.push(format_args!(
        "select h.conversation_id, {key} as place{heads}{} where {waits}",
        rest::store::JOIN
    ));
    if let Some(standing) = filter.standing {
        rest::store::push_standing(&mut page, standing);
    }
    if let Some(after) = after {
        page.push(format_args!(" and ({key}, h.conversation_id) {behind} (")).push_bind(after.place);
        page.push(", ").push_bind(after.id).push(")");
    }
    if let Some(accounts) = channel_accounts {
        page.push(" and v.account_id = any(").push_bind(accounts).push(")");
    }
    if !filter.accounts.is_empty() {
        page.push(" and v.account_id = any(").push_bind(filter.accounts.clone()).push(")");
    }
    if let Some(contact) = filter.contact {
        page.push(" and k.root_id = (select root_id from contacts where id = ").push_bind(contact).push(")");
    }
    if let Some(people) = people {
        page.push(" and v.contact_id = any(").push_bind(people.unwrap_or_default()).push(")");
    }
    if led.is_none() {
        push_responsible(&mut page, filter.responsible.as_ref());
    }
    push_reach(&mut page, reach);
    page.push(format_args!(" order by {key} {order}, h.conversation_id {order} limit "));
    // As a literal: a bound limit is planned as a tenth of the table.
    page.push(rows);
    whole(conn, reach, page, order).await
}

pub(crate) async fn one(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    id: ConversationId,
) -> sqlx::Result<Option<Conversation>> {
    let mut page = start(reach);
    page.push(
        "select v.id as conversation_id, coalesce(h.last_at, v.created_at) as place
         from conversations v
         left join conversation_heads h on h.conversation_id = v.id
         join contacts k on k.id = v.contact_id
         where v.id = ",
    );
    page.push_bind(id);
    push_reach(&mut page, reach);
    Ok(whole(conn, reach, page, "desc").await?.into_iter().next())
}

/// Whether the viewer reads it.
pub(crate) async fn is_within(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    id: ConversationId,
) -> sqlx::Result<bool> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select exists (select 1 from conversations v join contacts k on k.id = v.contact_id where v.id = ",
    );
    query.push_bind(id);
    push_reach(&mut query, reach);
    query.push(")").build_query_scalar().fetch_one(conn).await
}

/// The person spoke last, so far as messages go.
pub(super) const WAITS: &str = "h.waiting_since is not null";

/// A client `r` of contact `k`.
const SOME_CLIENT: &str = " and exists (
    select 1
    from (select k.root_id as id
          union all select f.id from contacts f where f.root_id = k.root_id and f.root_id <> f.id) f
    join contact_clients cc on cc.contact_id = f.id
    join clients c on c.id = cc.client_id
    join clients r on r.id = c.root_id
    where ";

/// One of the clients of contact `k` must be within reach.
pub(crate) fn push_reach(query: &mut QueryBuilder<Postgres>, reach: Reach<'_>) {
    if !reach.all {
        query.push(SOME_CLIENT).push("r.responsible_id is null or r.responsible_id = ");
        query.push_bind(reach.user).push(" or r.id = any(").push_bind(reach.lent.to_vec()).push("))");
    }
}

/// Whoever answers for fewer clients than this has his conversations gathered; of others a walk along all finds a page soon.
const FEW_LED: i64 = 1000;

async fn leads_few(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let led = sqlx::query_scalar!(
        r#"select count(*) as "led!"
           from (select from clients where root_id = id and responsible_id = $1 limit $2) led"#,
        user.0,
        FEW_LED
    );
    Ok(led.fetch_one(conn).await? < FEW_LED)
}

const HEADS: &str = " from conversation_heads h join conversations v on v.id = h.conversation_id
     join contacts k on k.id = v.contact_id";

/// The same of [`push_led`].
pub(super) const LED_HEADS: &str = " from led_people join contacts k on k.id = led_people.id
     join conversations v on v.contact_id = k.id join conversation_heads h on h.conversation_id = v.id";

/// Begins a subquery: `led_people` are the contacts of the clients that a user answers for.
pub(super) fn push_led(query: &mut QueryBuilder<Postgres>, user: UserId) {
    query.push("with led as materialized (select id from clients where root_id = id and responsible_id = ");
    query.push_bind(user).push(
        "), led_cards as materialized (
             select id from led
             union all select m.id from led join clients m on m.root_id = led.id and m.root_id <> m.id),
         led_roots as materialized (
             select distinct k.root_id as id
             from led_cards join contact_clients cc on cc.client_id = led_cards.id join contacts k on k.id = cc.contact_id),
         led_people as materialized (
             select id from led_roots
             union all select f.id from led_roots join contacts f on f.root_id = led_roots.id and f.root_id <> f.id) ",
    );
}

/// One of the clients of contact `k` must be in these hands.
pub(super) fn push_responsible(query: &mut QueryBuilder<Postgres>, wanted: Option<&Wanted<UserId>>) {
    match wanted {
        None => {}
        Some(Wanted::None) => {
            query.push(SOME_CLIENT).push("r.responsible_id is null)");
        }
        Some(Wanted::Is(user)) => {
            query.push(SOME_CLIENT).push("r.responsible_id = ").push_bind(*user).push(")");
        }
    }
}

/// Begins the query of a page: `me` is the viewer.
fn start(reach: Reach<'_>) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("with me as (select id, created_at from users where id = ");
    query.push_bind(reach.user).push(") ").push(COLUMNS);
    push_unread(&mut query, reach);
    query.push(" from (");
    query
}

/// The columns that count rows, each within reach of the viewer.
fn push_unread(query: &mut QueryBuilder<Postgres>, reach: Reach<'_>) {
    query.push(
        ", case when h.last_inbound_at > read.until then (
               select count(*) from (
                   select 1 from interactions i
                   where i.conversation_id = v.id and i.direction = 'inbound' and i.occurred_at > read.until",
    );
    push_pins(query, &Pins::Within(reach));
    query.push(" limit 10) i) else 0 end as unread, case when ").push(WAITS).push(
        " then (
               select i.occurred_at from interactions i
               where i.conversation_id = v.id and i.direction = 'inbound' and i.occurred_at >= h.waiting_since",
    );
    push_pins(query, &Pins::Within(reach));
    query.push(" order by i.occurred_at limit 1) end as waiting_since");
}

/// Ends the query of a page with everything that a row shows.
async fn whole(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    mut query: QueryBuilder<Postgres>,
    order: &str,
) -> sqlx::Result<Vec<Conversation>> {
    query.push(
        ") page
         join conversations v on v.id = page.conversation_id
         left join conversation_heads h on h.conversation_id = v.id
         join contacts k on k.id = v.contact_id
         join contacts kr on kr.id = k.root_id
         left join accounts a on a.id = v.account_id",
    );
    query.push(rest::store::JOIN).push(
        " cross join me
         left join conversation_reads cr on cr.conversation_id = v.id and cr.user_id = me.id
         -- What was said before somebody was here is no news to him.
         cross join lateral (select coalesce(cr.read_until, me.created_at) as until) read
         left join lateral (
             select state from conversation_states
             where account_id = v.account_id and external_id = v.external_id and aspect = 'reachable'
             order by at desc, event_id desc limit 1) s on true
         left join lateral (
             select i.id, i.kind, i.direction, i.body, i.content, i.occurred_at
             from interactions i
             where i.conversation_id = v.id
               and (i.contact_id = v.contact_id or exists (
                   select 1 from contacts x where x.id = i.contact_id and x.root_id = k.root_id))
               and not exists (select 1 from deliveries d where d.interaction_id = i.id and d.state = 'planned')",
    );
    push_pins(&mut query, &Pins::Within(reach));
    query.push(format_args!(
        " order by i.occurred_at desc, i.id desc limit 1) i on true
          -- An album says nothing itself: the words under one of its files, else the first of them, speak for it.
          left join lateral (
              select f.value -> 'content' as content from message_facts f
              where f.interaction_id = i.id and f.kind = 'item' and i.body is null and i.content -> 'content' is null
              order by f.value #>> '{{content,caption}}' is null, f.at, f.key limit 1) item on true
          left join lateral (select coalesce(i.content -> 'content', item.content) as content) said on true
          order by page.place {order}, page.conversation_id {order}"
    ));
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Conversation::from).collect())
}

const COLUMNS: &str = "select page.conversation_id as id, a.id as account_id, a.name as account_name, a.channel,
    kr.id as contact_id, kr.name as contact_name, h.person_name, coalesce(h.last_at, page.place) as last_at, page.place,
    h.last_inbound_at, h.last_outbound_at, coalesce(cr.marked_unread, false) as marked_unread, read.until as read_until,
    i.kind as last_kind, i.direction as last_direction,
    coalesce(i.body, said.content ->> 'caption', case when said.content #>> '{media,kind}' = 'document'
        then said.content #>> '{media,file_name}' end) as last_text,
    said.content ->> 'type' as last_content_type, said.content #>> '{media,kind}' as last_media_kind,
    i.occurred_at as last_row_at, s.state as reachable,
    cz.rested_at, cz.until as rested_until,
    exists (select 1 from bridge_threads b where b.conversation_id = v.id and b.enabled) as bridged";

impl From<Row> for Conversation {
    fn from(row: Row) -> Self {
        let account = row.account_id.zip(row.account_name).zip(row.channel);
        let last = row.last_kind.zip(row.last_row_at).map(|(kind, at)| LastRow {
            kind,
            direction: row.last_direction.as_deref().and_then(direction_of),
            text: row.last_text,
            content_type: row.last_content_type,
            media_kind: row.last_media_kind,
            at,
        });
        Self {
            id: row.id,
            account: account.map(|((id, name), channel)| EntryAccount { id, name, channel }),
            contact: EntryContact { id: row.contact_id, name: row.contact_name },
            clients: Vec::new(),
            person_name: row.person_name,
            last_at: row.last_at,
            place: row.place,
            last_inbound_at: row.last_inbound_at,
            last_outbound_at: row.last_outbound_at,
            last,
            waiting_since: row.waiting_since,
            unread: row.unread,
            marked_unread: row.marked_unread,
            read_until: row.read_until,
            reachable: row.reachable,
            bridged: row.bridged,
            rest: row.rested_at.map(|since| Rest { since, until: row.rested_until }),
        }
    }
}
