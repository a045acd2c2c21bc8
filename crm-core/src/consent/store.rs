//! SQL of consents.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{ConsentEntry, ConsentKind, ConsentSource, ConsentWord};
use crate::{AccountId, ContactId, IdentityId, InteractionId, access::Viewer};

/// Every word of a family of contacts, the newest first: those of its cards and those of its addresses.
pub(crate) async fn history(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Vec<ConsentEntry>> {
    sqlx::query_as!(
        ConsentEntry,
        r#"with family as (select id from contacts where root_id = $1),
           words as (
               select k.* from consents k join family f on f.id = k.contact_id
               union all
               select k.* from consents k join identities i on i.id = k.identity_id
               join family f on f.id = i.contact_id)
           select w.id as "id!: InteractionId", w.kind as "kind!: ConsentKind", w.state as "word!: ConsentWord",
                  w.source as "source!: ConsentSource", w.identity_id as "identity_id?: IdentityId",
                  a.name as "account?", w.quote, w.at as "at!", u.name as "by?"
           from words w left join accounts a on a.id = w.account_id left join users u on u.id = w.user_id
           order by w.at desc, w.id desc"#,
        root.0
    )
    .fetch_all(conn)
    .await
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) async fn write_down(
    conn: &mut PgConnection,
    viewer: &Viewer,
    root: ContactId,
    id: InteractionId,
    kind: ConsentKind,
    word: ConsentWord,
    ground: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into consents (id, contact_id, kind, state, source, quote, at, user_id, recorded_at)
         values ($1, $2, $3, $4, 'person', $5, $6, $7, $6)",
        id.0,
        root.0,
        kind as ConsentKind,
        word as ConsentWord,
        ground,
        now,
        viewer.user_id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The row of the timeline.
pub(super) async fn insert_row(
    conn: &mut PgConnection,
    viewer: &Viewer,
    root: ContactId,
    id: InteractionId,
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into interactions (id, contact_id, kind, origin, occurred_at, received_at, author_user_id, author_name,
             body, fullness, external_id)
         values ($1, $2, 'system', 'live', $3, $3, $4, $5, $6, 3, $7)",
        id.0,
        root.0,
        now,
        viewer.user_id.0,
        viewer.name,
        text,
        id.to_string(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A word that came by a channel.
pub(crate) struct Heard<'a> {
    pub id: InteractionId,
    pub identity_id: IdentityId,
    pub account_id: AccountId,
    pub kind: ConsentKind,
    pub word: ConsentWord,
    pub source: ConsentSource,
    pub quote: Option<&'a str>,
    pub at: DateTime<Utc>,
}

/// Keeps a word that came by a channel; of repeats the earliest moment counts. Returns whether it is new.
pub(crate) async fn hear(
    conn: &mut PgConnection,
    heard: &Heard<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let new = sqlx::query_scalar!(
        r#"insert into consents as known
               (id, identity_id, kind, state, source, account_id, quote, at, recorded_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (id) do update set at = excluded.at where excluded.at < known.at
           returning (xmax = 0) as "new!""#,
        heard.id.0,
        heard.identity_id.0,
        heard.kind as ConsentKind,
        heard.word as ConsentWord,
        heard.source as ConsentSource,
        heard.account_id.0,
        heard.quote,
        heard.at,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(new.unwrap_or(false))
}

/// The root cards of these addresses.
pub(crate) async fn roots_of(
    conn: &mut PgConnection,
    identities: &[IdentityId],
) -> sqlx::Result<Vec<ContactId>> {
    sqlx::query_scalar!(
        r#"select distinct c.root_id as "id: ContactId" from identities i join contacts c on c.id = i.contact_id
           where i.id = any($1) order by 1"#,
        identities as &[IdentityId]
    )
    .fetch_all(conn)
    .await
}

/// Takes back planned messages of one kind to these persons, by every channel. Locks them in the order of their ids.
pub(super) async fn cancel_planned(
    conn: &mut PgConnection,
    roots: &[ContactId],
    kind: ConsentKind,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<InteractionId>> {
    sqlx::query_scalar!(
        r#"with cancelled as (
               update deliveries d set state = 'cancelled', finished_at = $4, code = 'consent', reason = $3
               where d.id in (
                   select p.id from deliveries p join conversations v on v.id = p.conversation_id
                   join contacts c on c.id = v.contact_id
                   where c.root_id = any($1) and p.state = 'planned' and p.purpose = $2
                   order by p.id for update of p)
               returning interaction_id)
           -- It stood at the time it was planned for.
           update interactions set occurred_at = $4 where id in (select interaction_id from cancelled)
           returning id as "id: InteractionId""#,
        roots as &[ContactId],
        kind as ConsentKind,
        reason,
        now,
    )
    .fetch_all(conn)
    .await
}
