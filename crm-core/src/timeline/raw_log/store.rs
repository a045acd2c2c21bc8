//! SQL of the log of raw events.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::RawEvent;
use sqlx::{PgConnection, QueryBuilder, query};

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

/// Built of what is asked for, so that the quarantine is found by its own index and a range by its days.
pub(super) async fn to_replay(
    conn: &mut PgConnection,
    filter: &ReplayFilter,
    limit: i64,
) -> sqlx::Result<Vec<(StoredRaw, Option<RawState>)>> {
    let mut page = QueryBuilder::new(
        "with page as (select r.id, r.received_at, o.state, octet_length(r.body) as size_bytes from raw_events r ",
    );
    page.push(if filter.state.is_some() { "join" } else { "left join" });
    page.push(" raw_outcomes o on o.raw_id = r.id and o.received_at = r.received_at where true");
    if let Some(state) = filter.state {
        // As a constant: an index of one state serves no parameter.
        page.push(" and o.state = '").push(state.as_str()).push("'");
    }
    if let Some(only) = filter.only {
        page.push(" and r.id = ").push_bind(only.0);
    }
    if let Some(account) = filter.account_id {
        page.push(" and r.account_id = ").push_bind(account.0);
    }
    if let Some(from) = filter.from {
        page.push(" and r.received_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        page.push(" and r.received_at < ").push_bind(until);
    }
    if let Some(after) = filter.after {
        page.push(" and r.id > ").push_bind(after.0);
    }
    page.push(" order by r.id limit ").push_bind(limit);
    page.push(
        "), measured as (
             select id, received_at, state, sum(size_bytes) over (order by id) - size_bytes as bytes_before from page)
         select r.id, r.received_at, r.account_id, r.source, r.content_type, r.query, r.body, m.state
         from measured m join raw_events r on r.id = m.id and r.received_at = m.received_at
         where m.bytes_before < ",
    );
    page.push_bind(BATCH_BYTES).push(" order by r.id");
    let rows: Vec<ReplayRow> = page.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(ReplayRow::read).collect())
}

#[derive(sqlx::FromRow)]
struct ReplayRow {
    id: RawEventId,
    received_at: DateTime<Utc>,
    account_id: AccountId,
    source: String,
    content_type: Option<String>,
    query: String,
    body: Vec<u8>,
    state: Option<RawState>,
}

impl ReplayRow {
    fn read(self) -> (StoredRaw, Option<RawState>) {
        let raw = RawEvent {
            source: self.source,
            received_at: self.received_at,
            content_type: self.content_type,
            query: self.query,
            body: Bytes::from(self.body),
        };
        (StoredRaw { id: self.id, account_id: self.account_id, raw }, self.state)
    }
}
