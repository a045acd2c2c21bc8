//! SQL of calls started from here.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{CALL_WITHIN, CallRequestState, Stored};
use crate::{AccountId, CallRequestId, InteractionId, UserId};

/// `false` where the press is known.
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: CallRequestId,
    user: UserId,
    account: AccountId,
    extension: &str,
    number: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into call_requests (id, user_id, account_id, extension, number, requested_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing",
        id.0,
        user.0,
        account.0,
        extension,
        number,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn find(conn: &mut PgConnection, id: CallRequestId) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id as "id: CallRequestId", user_id as "user_id: UserId", account_id as "account_id: AccountId",
                  extension, number, state as "state: CallRequestState", reason, external_id, requested_at
           from call_requests where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn answer(
    conn: &mut PgConnection,
    id: CallRequestId,
    state: CallRequestState,
    reason: Option<&str>,
    external_id: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update call_requests set state = $2, reason = $3, external_id = $4, answered_at = $5
         where id = $1 and state = 'asking'",
        id.0,
        state as CallRequestState,
        reason,
        external_id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The call whose events repeat the provider's id of the request; usually it is the call's own id.
pub(super) async fn call_of(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &str,
) -> sqlx::Result<Option<InteractionId>> {
    sqlx::query_scalar!(
        r#"select id as "id!: InteractionId" from interactions where id = $1 and kind = 'call'
           union all
           select id from interactions
           where kind = 'call' and content #>> '{call,requested}' = $2 and account_id = $3
           limit 1"#,
        InteractionId::derived(account, "call", external_id).0,
        external_id,
        account.0,
    )
    .fetch_optional(conn)
    .await
}

/// A call that some request of ours started, from that extension to that number soon after, and that no other request
/// has for its own: so a request whose answer was lost is told from its events.
pub(super) async fn fitting_call(
    conn: &mut PgConnection,
    request: &Stored,
) -> sqlx::Result<Option<InteractionId>> {
    let extension = serde_json::json!([{ "extension": { "number": request.extension } }]);
    sqlx::query_scalar!(
        r#"select i.id as "id!: InteractionId"
           from interactions i join identities n on n.id = i.identity_id
           where i.kind = 'call' and i.account_id = $1 and i.direction = 'outbound'
             and i.occurred_at >= $2::timestamptz - interval '5 seconds' and i.occurred_at <= $3
             and i.content #>> '{call,requested}' is not null and i.content #> '{call,segments}' @> $4
             and n.kind = 'phone' and n.value = $5
             and not exists (
                 select from call_requests o
                 where o.account_id = i.account_id and o.external_id = i.content #>> '{call,requested}')
           order by i.occurred_at, i.id limit 1"#,
        request.account_id.0,
        request.requested_at,
        request.requested_at + CALL_WITHIN,
        extension,
        request.number,
    )
    .fetch_optional(conn)
    .await
}
