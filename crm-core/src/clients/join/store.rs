//! SQL of joins.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::Joined;
use crate::{ClientId, ContactId, JoinId, UserId, clients::IDENTITY_LOCK};

/// Nobody else joins, splits or resolves addresses until the transaction ends.
pub(crate) async fn lock_identities(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", IDENTITY_LOCK).fetch_one(conn).await?;
    Ok(())
}

pub(crate) struct NewEntry<'a> {
    pub(crate) id: JoinId,
    pub(crate) subject: &'a str,
    pub(crate) survivor_id: Uuid,
    pub(crate) absorbed_id: Uuid,
    pub(crate) reason: &'a str,
    pub(crate) fields: Value,
}

pub(crate) async fn write_entry(
    conn: &mut PgConnection,
    entry: &NewEntry<'_>,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into join_ledger (id, subject, survivor_id, absorbed_id, reason, fields, joined_at, joined_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        entry.id.0,
        entry.subject,
        entry.survivor_id,
        entry.absorbed_id,
        entry.reason,
        entry.fields,
        now,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) struct Entry {
    pub(crate) id: JoinId,
    pub(crate) subject: String,
    pub(crate) survivor_id: Uuid,
    pub(crate) absorbed_id: Uuid,
    pub(crate) fields: Json<Map<String, Value>>,
    pub(crate) undone: bool,
}

pub(crate) async fn entry(conn: &mut PgConnection, id: JoinId) -> sqlx::Result<Option<Entry>> {
    sqlx::query_as!(
        Entry,
        r#"select id as "id: JoinId", subject, survivor_id, absorbed_id, fields as "fields: Json<Map<String, Value>>",
                  undone_at is not null as "undone!"
           from join_ledger where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(crate) async fn undo_entry(
    conn: &mut PgConnection,
    id: JoinId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update join_ledger set undone_at = $2, undone_by = $3 where id = $1 and undone_at is null",
        id.0,
        now,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The open joins that made a card what it is, the newest first.
pub(crate) async fn joined_into(
    conn: &mut PgConnection,
    subject: &str,
    root: Uuid,
) -> sqlx::Result<Vec<Joined>> {
    sqlx::query_as!(
        Joined,
        r#"with recursive joins as (
               select l.* from join_ledger l
               where l.survivor_id = $2 and l.subject = $1 and l.undone_at is null
               union all
               select l.* from join_ledger l join joins j on l.survivor_id = j.absorbed_id
               where l.subject = $1 and l.undone_at is null
           )
           select j.id as "join_id!: JoinId", j.absorbed_id as "absorbed_id!", coalesce(c.name, k.name) as "name!",
                  j.reason as "reason!", j.joined_at as "joined_at!", u.name as "joined_by?"
           from joins j
           left join clients c on j.subject = 'client' and c.id = j.absorbed_id
           left join contacts k on j.subject = 'contact' and k.id = j.absorbed_id
           left join users u on u.id = j.joined_by
           order by j.joined_at desc, j.id desc"#,
        subject,
        root
    )
    .fetch_all(conn)
    .await
}

/// The absorbed card and all that were joined into it point at the survivor. A person has touched both: no event joins
/// or splits them by itself any more.
pub(crate) async fn point_clients(
    conn: &mut PgConnection,
    absorbed: ClientId,
    survivor: ClientId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update clients set root_id = $2, automatic = false, updated_at = $3
         where id in ($1, $2) or (root_id = $1 and root_id <> id)",
        absorbed.0,
        survivor.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The absorbed contact and all that were joined into it point at the survivor. A person has touched both.
pub(crate) async fn point_contacts(
    conn: &mut PgConnection,
    absorbed: ContactId,
    survivor: ContactId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update contacts set root_id = $2, automatic = false, updated_at = $3
         where id in ($1, $2) or (root_id = $1 and root_id <> id)",
        absorbed.0,
        survivor.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The card is its own root again, with those that were joined into it by joins that still stand.
pub(crate) async fn free_clients(
    conn: &mut PgConnection,
    absorbed: ClientId,
    survivor: ClientId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with recursive members as (
             select $1::uuid as id
             union
             select l.absorbed_id from join_ledger l join members m on l.survivor_id = m.id
             where l.subject = 'client' and l.undone_at is null
         )
         update clients
         set root_id = case when id = $3 then root_id else $1 end, automatic = false, updated_at = $2
         where id = $3 or id in (select id from members)",
        absorbed.0,
        now,
        survivor.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The contact is its own root again, with those that were joined into it by joins that still stand.
pub(crate) async fn free_contacts(
    conn: &mut PgConnection,
    absorbed: ContactId,
    survivor: ContactId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with recursive members as (
             select $1::uuid as id
             union
             select l.absorbed_id from join_ledger l join members m on l.survivor_id = m.id
             where l.subject = 'contact' and l.undone_at is null
         )
         update contacts
         set root_id = case when id = $3 then root_id else $1 end, automatic = false, updated_at = $2
         where id = $3 or id in (select id from members)",
        absorbed.0,
        now,
        survivor.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The fields of a contact by which cards are compared.
pub(crate) async fn contact_fields(
    conn: &mut PgConnection,
    id: ContactId,
) -> sqlx::Result<Map<String, Value>> {
    let row = sqlx::query!("select name, name_is_chosen, automatic from contacts where id = $1", id.0)
        .fetch_one(conn)
        .await?;
    let mut card = Map::new();
    card.insert("name".into(), json!(row.name));
    card.insert("name_is_chosen".into(), json!(row.name_is_chosen));
    card.insert("automatic".into(), json!(row.automatic));
    Ok(card)
}

pub(crate) async fn rewrite_contact(
    conn: &mut PgConnection,
    id: ContactId,
    card: &Map<String, Value>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update contacts
         set name = coalesce($2, name), name_is_chosen = coalesce($3, name_is_chosen), updated_at = $4
         where id = $1",
        id.0,
        card.get("name").and_then(Value::as_str),
        card.get("name_is_chosen").and_then(Value::as_bool),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a client is an automatic card with no people but this contact.
pub(crate) async fn is_mere_card_of(
    conn: &mut PgConnection,
    client: ClientId,
    contact: ContactId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select (c.automatic and not exists (
               select 1
               from clients m
               join contact_clients cc on cc.client_id = m.id
               join contacts k on k.id = cc.contact_id
               where (m.id = c.id or (m.root_id = c.id and m.root_id <> m.id)) and k.root_id <> $2
           )) as "mere!"
           from clients c where c.id = $1"#,
        client.0,
        contact.0
    )
    .fetch_one(conn)
    .await
}

/// The joins of clients that came along when events joined a contact.
pub(crate) async fn joins_along(conn: &mut PgConnection, contact_join: JoinId) -> sqlx::Result<Vec<JoinId>> {
    sqlx::query_scalar!(
        r#"select l.id as "id: JoinId"
           from join_ledger k
           join join_ledger l on l.joined_at = k.joined_at and l.joined_by is null and l.subject = 'client'
           join contact_clients cc on cc.client_id = l.absorbed_id and cc.contact_id = k.absorbed_id
           where k.id = $1 and k.joined_by is null and l.undone_at is null"#,
        contact_join.0
    )
    .fetch_all(conn)
    .await
}

/// Proposals whose two contacts are one by now are accepted.
pub(crate) async fn accept_proposals_within(
    conn: &mut PgConnection,
    root: ContactId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with members as (
             select $1::uuid as id union all select id from contacts where root_id = $1 and root_id <> id
         )
         update proposals set state = 'accepted', decided_at = $2, decided_by = $3
         where state = 'open'
           and first_contact_id in (select id from members)
           and second_contact_id in (select id from members)",
        root.0,
        now,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
