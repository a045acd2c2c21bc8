//! SQL of contracts.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use super::{Contract, Terms};
use crate::{ClientId, ContractId, UserId, clients::client::ContractMark};

/// Those of the card and of all that were joined into it.
pub(in crate::clients) async fn of_client(
    conn: &mut PgConnection,
    root: ClientId,
) -> sqlx::Result<Vec<Contract>> {
    sqlx::query_as!(
        Contract,
        r#"select k.id as "id: ContractId", k.number, k.signed_on, k.mark as "mark: ContractMark", k.note, k.version,
                  k.created_at, u.name as "created_by?"
           from client_contracts k
           left join users u on u.id = k.created_by
           where k.withdrawn_at is null
             and k.client_id in (select $1 union all select id from clients where root_id = $1 and root_id <> id)
           order by coalesce(k.signed_on, k.created_at::date) desc, k.created_at desc, k.id desc
           limit 200"#,
        root.0
    )
    .fetch_all(conn)
    .await
}

/// `false` when a contract of this id is there already.
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ContractId,
    client: ClientId,
    terms: &Terms,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into client_contracts (id, client_id, number, signed_on, mark, note, created_at, created_by, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $7)
         on conflict (id) do nothing",
        id.0,
        client.0,
        terms.number,
        terms.signed_on,
        terms.mark.map(ContractMark::as_str),
        terms.note,
        now,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How a contract came to be: on which root card it stands, who put it down, and with what content.
pub(super) struct FirstPress {
    pub(super) root: ClientId,
    pub(super) by: Option<UserId>,
    pub(super) entered: Option<Value>,
}

/// The content is what the audit log says: what was changed since is no other press.
pub(super) async fn first_press(conn: &mut PgConnection, id: ContractId) -> sqlx::Result<Option<FirstPress>> {
    sqlx::query_as!(
        FirstPress,
        r#"select c.root_id as "root: ClientId", k.created_by as "by: UserId",
                  (select l.after from audit_log l
                   where l.subject_kind = 'client' and l.subject_id = k.client_id::text
                     and l.action = 'contract.create' and l.after ->> 'contract_id' = k.id::text
                   order by l.id limit 1) as entered
           from client_contracts k join clients c on c.id = k.client_id
           where k.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// On whose card it was put.
pub(super) async fn client(conn: &mut PgConnection, id: ContractId) -> sqlx::Result<Option<ClientId>> {
    sqlx::query_scalar!(
        r#"select client_id as "client_id: ClientId" from client_contracts where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// A contract as it stands.
pub(super) struct Stored {
    pub(super) terms: Terms,
    pub(super) version: i32,
    pub(super) withdrawn: bool,
}

/// The lock of its card is held.
pub(super) async fn read(conn: &mut PgConnection, id: ContractId) -> sqlx::Result<Stored> {
    let row = sqlx::query!(
        r#"select number, signed_on, mark as "mark: ContractMark", note, version,
                  withdrawn_at is not null as "withdrawn!"
           from client_contracts where id = $1"#,
        id.0
    )
    .fetch_one(conn)
    .await?;
    let terms = Terms { number: row.number, signed_on: row.signed_on, mark: row.mark, note: row.note };
    Ok(Stored { terms, version: row.version, withdrawn: row.withdrawn })
}

pub(super) async fn update(
    conn: &mut PgConnection,
    id: ContractId,
    terms: &Terms,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update client_contracts
         set number = $2, signed_on = $3, mark = $4, note = $5, version = version + 1, updated_at = $6
         where id = $1",
        id.0,
        terms.number,
        terms.signed_on,
        terms.mark.map(ContractMark::as_str),
        terms.note,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn withdraw(
    conn: &mut PgConnection,
    id: ContractId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update client_contracts
         set withdrawn_at = $2, withdrawn_by = $3, version = version + 1, updated_at = $2 where id = $1",
        id.0,
        now,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn restore(conn: &mut PgConnection, id: ContractId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update client_contracts
         set withdrawn_at = null, withdrawn_by = null, version = version + 1, updated_at = $2 where id = $1",
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The card shows the best of what is held of its contracts and of those of the cards joined into it. Whoever writes of
/// contracts has touched the card.
pub(in crate::clients) async fn settle_mark(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<()> {
    sqlx::query!(
        "update clients
         set automatic = false, contract_mark = (
             select k.mark
             from client_contracts k
             where k.withdrawn_at is null and k.mark is not null
               and k.client_id in (select $1 union all select id from clients where root_id = $1 and root_id <> id)
             order by array_position(array['original', 'scan', 'one_off'], k.mark)
             limit 1
         )
         where id = $1",
        root.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
