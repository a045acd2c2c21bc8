//! SQL of identities.

use chrono::{DateTime, Utc};
use connector_api::Address;
use sqlx::PgConnection;

use super::Identity;
use crate::{ContactId, IdentityId};

/// False when the address is known already.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: IdentityId,
    address: &Address,
    entered: &str,
    contact: ContactId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (kind, scope, value) = match address {
        Address::Phone(phone) => ("phone", "phone", phone.e164()),
        Address::Email(email) => ("email", "email", email.as_str()),
        Address::Opaque(opaque) => ("opaque", opaque.scope.as_str(), opaque.id.as_str()),
    };
    let done = sqlx::query!(
        "insert into identities (id, address, kind, scope, value, entered, contact_id, origin, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'person', $8)
         on conflict (address) do nothing",
        id.0,
        address.key(),
        kind,
        scope,
        value,
        entered,
        contact.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The root contact that has the address.
pub(crate) async fn owner(conn: &mut PgConnection, key: &str) -> sqlx::Result<Option<ContactId>> {
    sqlx::query_scalar!(
        r#"select k.root_id as "root_id: ContactId"
           from identities i join contacts k on k.id = i.contact_id
           where i.address = $1"#,
        key
    )
    .fetch_optional(conn)
    .await
}

/// Whether the contact has a phone or an e-mail.
pub(crate) async fn has_given_address(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select 1 from identities
               where kind <> 'opaque'
                 and (contact_id = $1
                      or contact_id in (select id from contacts where root_id = $1 and root_id <> id))
           ) as "has!""#,
        root.0
    )
    .fetch_one(conn)
    .await
}

/// An address and whose it is.
pub(crate) async fn one(
    conn: &mut PgConnection,
    id: IdentityId,
) -> sqlx::Result<Option<(ContactId, Identity)>> {
    let row = sqlx::query!(
        r#"select contact_id as "contact_id: ContactId", kind, scope, value, entered, origin
           from identities where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let identity = Identity {
            id,
            kind: row.kind,
            scope: row.scope,
            value: row.value,
            entered: row.entered,
            origin: row.origin,
        };
        (row.contact_id, identity)
    }))
}

/// Deletes an address that no event has used. False when one has.
pub(crate) async fn detach(conn: &mut PgConnection, id: IdentityId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from identities i
         where i.id = $1
           and not exists (select 1 from identity_links l where l.first_id = i.id or l.second_id = i.id)
           and not exists (select 1 from invitation_uses v where v.identity_id = i.id)
           and not exists (select 1 from conversations v
                           where v.contact_id = i.contact_id and v.identity_id = i.id)
           and not exists (select 1 from interactions t
                           where t.contact_id = i.contact_id and t.identity_id = i.id)",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
