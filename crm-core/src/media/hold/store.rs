//! SQL of legal holds.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::LegalHold;
use crate::{ClientId, UserId};

pub(super) async fn of_root(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<Option<LegalHold>> {
    sqlx::query_as!(
        LegalHold,
        r#"select h.reason, u.name as by, h.since
           from legal_holds h join clients c on c.id = h.client_id join users u on u.id = h.user_id
           where c.root_id = $1
           order by h.since limit 1"#,
        root.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn place(
    conn: &mut PgConnection,
    root: ClientId,
    reason: &str,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into legal_holds (client_id, reason, user_id, since) values ($1, $2, $3, $4)
         on conflict (client_id) do update set reason = excluded.reason",
        root.0,
        reason,
        user.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn release(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from legal_holds where client_id in (select id from clients where root_id = $1)",
        root.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
