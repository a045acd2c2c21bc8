//! SQL of the log of raw events.

use bytes::Bytes;
use connector_api::RawEvent;
use sqlx::{PgConnection, query};

use super::{AccountBalance, ReplayFilter};
use crate::timeline::raw_event::{Balance, RawState, StoredRaw};
use crate::{AccountId, RawEventId};

/// Bodies of one batch together.
const BATCH_BYTES: i64 = 16 * 1024 * 1024;

/// Both sides are counted in one statement, so that they are of one moment.
pub(super) async fn balance(conn: &mut PgConnection) -> sqlx::Result<Vec<AccountBalance>> {
    let rows = query!(
        r#"with stored as (select account_id, count(*) as raw from raw_events group by account_id),
                decided as (
                    select account_id,
                           count(*) filter (where state = 'applied') as applied,
                           count(*) filter (where state = 'ignored') as ignored,
                           count(*) filter (where state = 'quarantined') as quarantined
                    from raw_outcomes group by account_id),
                known as (
                    select id from accounts union select account_id from stored union select account_id from decided)
           select known.id as "account_id!: AccountId",
                  coalesce(stored.raw, 0) as "raw!",
                  coalesce(decided.applied, 0) as "applied!",
                  coalesce(decided.ignored, 0) as "ignored!",
                  coalesce(decided.quarantined, 0) as "quarantined!"
           from known
           left join stored on stored.account_id = known.id
           left join decided on decided.account_id = known.id
           order by known.id"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AccountBalance {
            account_id: row.account_id,
            balance: Balance {
                raw: row.raw,
                applied: row.applied,
                ignored: row.ignored,
                quarantined: row.quarantined,
                pending: row.raw - row.applied - row.ignored - row.quarantined,
            },
        })
        .collect())
}

pub(super) async fn to_replay(
    conn: &mut PgConnection,
    filter: &ReplayFilter,
    limit: i64,
) -> sqlx::Result<Vec<(StoredRaw, Option<RawState>)>> {
    let rows = query!(
        r#"with page as (
               select r.id, r.received_at, o.state, octet_length(r.body) as size_bytes
               from raw_events r
               left join raw_outcomes o on o.raw_id = r.id and o.received_at = r.received_at
               where ($1::uuid is null or r.id = $1)
                 and ($2::uuid is null or r.account_id = $2)
                 and ($3::text is null or o.state = $3)
                 and ($4::timestamptz is null or r.received_at >= $4)
                 and ($5::timestamptz is null or r.received_at < $5)
                 and ($6::uuid is null or r.id > $6)
               order by r.id
               limit $7),
           measured as (
               select id, received_at, state, sum(size_bytes) over (order by id) - size_bytes as bytes_before
               from page)
           select r.id as "id: RawEventId", r.received_at, r.account_id as "account_id: AccountId", r.source,
                  r.content_type, r.query, r.body, m.state as "state: Option<RawState>"
           from measured m
           join raw_events r on r.id = m.id and r.received_at = m.received_at
           where m.bytes_before < $8
           order by r.id"#,
        filter.only.map(|raw| raw.0),
        filter.account_id.map(|account| account.0),
        filter.state.map(RawState::as_str),
        filter.from,
        filter.until,
        filter.after.map(|raw| raw.0),
        limit,
        BATCH_BYTES,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let raw = RawEvent {
                source: row.source,
                received_at: row.received_at,
                content_type: row.content_type,
                query: row.query,
                body: Bytes::from(row.body),
            };
            (StoredRaw { id: row.id, account_id: row.account_id, raw }, row.state)
        })
        .collect())
}
