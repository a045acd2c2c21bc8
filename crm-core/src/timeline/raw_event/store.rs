//! SQL of raw events and their outcomes.

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use connector_api::RawEvent;
use sqlx::{Connection, PgConnection, QueryBuilder};
use uuid::Uuid;

use super::{Balance, Outcome, RawFilter, RawState, RawSummary, StoredRaw};
use crate::{AccountId, RawEventId};

/// Columns of a group.
struct Columns<'a> {
    ids: Vec<Uuid>,
    received: Vec<DateTime<Utc>>,
    accounts: Vec<Uuid>,
    sources: Vec<&'a str>,
    content_types: Vec<Option<&'a str>>,
    queries: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn of(group: &'a [StoredRaw]) -> Self {
        Self {
            ids: group.iter().map(|stored| stored.id.0).collect(),
            received: group.iter().map(|stored| stored.raw.received_at).collect(),
            accounts: group.iter().map(|stored| stored.account_id.0).collect(),
            sources: group.iter().map(|stored| stored.raw.source.as_str()).collect(),
            content_types: group.iter().map(|stored| stored.raw.content_type.as_deref()).collect(),
            queries: group.iter().map(|stored| stored.raw.query.as_str()).collect(),
            bodies: group.iter().map(|stored| stored.raw.body.as_ref()).collect(),
        }
    }
}

/// Stores a group; one statement in the usual case. Repeats safely: an event that is stored already stays as it is.
///
/// `left`: the caller does not apply the group itself, so it is left to others at once.
pub async fn insert_group(conn: &mut PgConnection, group: &[StoredRaw], left: bool) -> sqlx::Result<()> {
    if left || !insert_new(conn, group).await? {
        let mut tx = conn.begin().await?;
        insert_late(&mut tx, group, left).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The hot path. Returns `false`, storing nothing, when an event is so old by the database's clock that the mark of the
/// sweep may have passed it: then [`insert_late`] must look.
async fn insert_new(conn: &mut PgConnection, group: &[StoredRaw]) -> sqlx::Result<bool> {
    let columns = Columns::of(group);
    let oldest = columns.received.iter().min().copied();
    let stored = sqlx::query!(
        "insert into raw_events (id, received_at, account_id, source, content_type, query, body)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[])
         where $8::timestamptz > now() - interval '20 seconds'
         on conflict do nothing",
        &columns.ids,
        &columns.received,
        &columns.accounts,
        &columns.sources as _,
        &columns.content_types as _,
        &columns.queries as _,
        &columns.bodies as _,
        oldest,
    )
    .execute(conn)
    .await?;
    Ok(stored.rows_affected() > 0)
}

/// Stores a group of any age. The lock on the mark keeps the sweep from passing rows that it cannot see yet.
pub(super) async fn insert_late(
    conn: &mut PgConnection,
    group: &[StoredRaw],
    left: bool,
) -> sqlx::Result<()> {
    let columns = Columns::of(group);
    if !left {
        let oldest = columns.received.iter().min().copied();
        sqlx::query!("select only_row from raw_watermark for update").fetch_one(&mut *conn).await?;
        sqlx::query!("update raw_watermark set settled_before = $1 where settled_before > $1", oldest)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query!(
        "with stored as (
             insert into raw_events (id, received_at, account_id, source, content_type, query, body)
             select * from unnest(
                 $1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[])
             on conflict do nothing
             returning id, received_at, account_id)
         insert into raw_left (raw_id, received_at, account_id)
         select id, received_at, account_id from stored where $8::boolean",
        &columns.ids,
        &columns.received,
        &columns.accounts,
        &columns.sources as _,
        &columns.content_types as _,
        &columns.queries as _,
        &columns.bodies as _,
        left,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Records outcomes; a later look at the same raw event replaces the earlier outcome.
pub async fn record_outcomes(
    conn: &mut PgConnection,
    outcomes: &[Outcome],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = outcomes.iter().map(|outcome| outcome.raw_id.0).collect();
    let received: Vec<DateTime<Utc>> = outcomes.iter().map(|outcome| outcome.received_at).collect();
    let accounts: Vec<Uuid> = outcomes.iter().map(|outcome| outcome.account_id.0).collect();
    let states: Vec<&str> = outcomes.iter().map(|outcome| outcome.state.as_str()).collect();
    let events: Vec<i32> = outcomes.iter().map(|outcome| outcome.events).collect();
    let ignored: Vec<i32> = outcomes.iter().map(|outcome| outcome.ignored).collect();
    let unknown: Vec<i32> = outcomes.iter().map(|outcome| outcome.unknown).collect();
    let reasons: Vec<Option<&str>> = outcomes.iter().map(|outcome| outcome.reason.as_deref()).collect();
    sqlx::query!(
        "insert into raw_outcomes
             (raw_id, received_at, account_id, state, events, ignored, unknown, reason, decided_at)
         select *, $9::timestamptz
         from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::int[], $8::text[])
         on conflict (raw_id, received_at) do update
         set state = excluded.state, events = excluded.events, ignored = excluded.ignored,
             unknown = excluded.unknown, reason = excluded.reason, decided_at = excluded.decided_at
         where (raw_outcomes.state, raw_outcomes.events, raw_outcomes.ignored, raw_outcomes.unknown, raw_outcomes.reason)
             is distinct from (excluded.state, excluded.events, excluded.ignored, excluded.unknown, excluded.reason)",
        &ids,
        &received,
        &accounts,
        &states as _,
        &events,
        &ignored,
        &unknown,
        &reasons as _,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A row of `raw_events`.
struct RawRow {
    id: Uuid,
    received_at: DateTime<Utc>,
    account_id: Uuid,
    source: String,
    content_type: Option<String>,
    query: String,
    body: Vec<u8>,
}

impl From<RawRow> for StoredRaw {
    fn from(row: RawRow) -> Self {
        Self {
            id: RawEventId(row.id),
            account_id: AccountId(row.account_id),
            raw: RawEvent {
                source: row.source,
                received_at: row.received_at,
                content_type: row.content_type,
                query: row.query,
                body: Bytes::from(row.body),
            },
        }
    }
}

/// Raw events of these accounts without an outcome, oldest first, locked for this transaction; those that another worker
/// holds are left out. Only what is so old that its receiver should have been through with it, or, for a `recovering`
/// process, everything: at its start nothing of its own is in memory. Whoever goes through many passes the last one on as
/// `after`, so that each look does not walk again over all that is decided since the mark of [`move_watermark`].
pub async fn pending(
    conn: &mut PgConnection,
    accounts: &[AccountId],
    after: Option<RawEventId>,
    recovering: bool,
    limit: i64,
) -> sqlx::Result<Vec<StoredRaw>> {
    let accounts: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    let rows = sqlx::query_as!(
        RawRow,
        "select r.id, r.received_at, r.account_id, r.source, r.content_type, r.query, r.body
         from raw_events r
         where r.received_at >= (select settled_before from raw_watermark)
           and ($2 or r.received_at < now() - interval '30 seconds')
           and r.account_id = any($1) and r.id > $4
           and not exists (select from raw_outcomes o where o.raw_id = r.id and o.received_at = r.received_at)
         order by r.id
         limit $3
         for update of r skip locked",
        &accounts,
        recovering,
        limit,
        after.map_or(Uuid::nil(), |after| after.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StoredRaw::from).collect())
}

/// Whether an event of this account that came before the newest of `own`, and not before `since`, has no outcome yet and is
/// none of them.
pub async fn is_any_before(
    conn: &mut PgConnection,
    account: AccountId,
    own: &[RawEventId],
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let Some(newest) = own.iter().max() else { return Ok(false) };
    let ids: Vec<Uuid> = own.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"select exists (
               select from raw_events r
               where r.received_at >= greatest($4, (select settled_before from raw_watermark))
                 and r.account_id = $1 and r.id < $2 and r.id <> all($3)
                 and not exists (select from raw_outcomes o where o.raw_id = r.id and o.received_at = r.received_at)
           ) as "before!""#,
        account.0,
        newest.0,
        &ids,
        since,
    )
    .fetch_one(conn)
    .await
}

/// The same for events that were left to others, however new.
pub async fn pending_left(
    conn: &mut PgConnection,
    accounts: &[AccountId],
    limit: i64,
) -> sqlx::Result<Vec<StoredRaw>> {
    let accounts: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    let rows = sqlx::query_as!(
        RawRow,
        "select r.id, r.received_at, r.account_id, r.source, r.content_type, r.query, r.body
         from raw_left l join raw_events r on r.id = l.raw_id and r.received_at = l.received_at
         where l.account_id = any($1)
         order by l.raw_id
         limit $2
         for update of l skip locked",
        &accounts,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StoredRaw::from).collect())
}

/// Takes events out of the queue of those left to others, once they have an outcome.
pub async fn taken(conn: &mut PgConnection, ids: &[RawEventId]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "delete from raw_left l where l.raw_id = any($1)
           and exists (select from raw_outcomes o where o.raw_id = l.raw_id and o.received_at = l.received_at)",
        &ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the mark of the sweep as far as it goes: old events without an outcome whose accounts are not among these are
/// left to others first, so that they hold nothing up. To be called in a transaction, after [`pending`] found nothing.
pub async fn move_watermark(conn: &mut PgConnection, accounts: &[AccountId]) -> sqlx::Result<()> {
    let accounts: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    // Whoever stores an old event holds this lock until its row can be seen.
    sqlx::query!("select only_row from raw_watermark for update").fetch_one(&mut *conn).await?;
    sqlx::query!(
        "insert into raw_left (raw_id, received_at, account_id)
         select r.id, r.received_at, r.account_id from raw_events r
         where r.received_at >= (select settled_before from raw_watermark)
           and r.received_at < now() - interval '30 seconds' and r.account_id <> all($1)
           and not exists (select from raw_outcomes o where o.raw_id = r.id and o.received_at = r.received_at)
         on conflict do nothing",
        &accounts,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update raw_watermark
         set settled_before = greatest(settled_before, coalesce(
             (select min(r.received_at) from raw_events r
              where r.received_at >= (select settled_before from raw_watermark)
                and r.received_at < now() - interval '30 seconds'
                and not exists (select from raw_outcomes o where o.raw_id = r.id and o.received_at = r.received_at)
                and not exists (select from raw_left l where l.raw_id = r.id)),
             now() - interval '30 seconds'))",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One raw event.
pub async fn get(conn: &mut PgConnection, id: RawEventId) -> sqlx::Result<Option<StoredRaw>> {
    let row = sqlx::query_as!(
        RawRow,
        "select id, received_at, account_id, source, content_type, query, body from raw_events where id = $1",
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(StoredRaw::from))
}

/// The outcome of one raw event.
pub async fn outcome_of(conn: &mut PgConnection, id: RawEventId) -> sqlx::Result<Option<Outcome>> {
    sqlx::query!(
        r#"select raw_id, received_at, account_id, state as "state: RawState", events, ignored, unknown, reason
           from raw_outcomes where raw_id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
    .map(|row| {
        row.map(|row| Outcome {
            raw_id: RawEventId(row.raw_id),
            received_at: row.received_at,
            account_id: AccountId(row.account_id),
            state: row.state,
            events: row.events,
            ignored: row.ignored,
            unknown: row.unknown,
            reason: row.reason,
        })
    })
}

/// A page of the list, newest first.
pub async fn list(conn: &mut PgConnection, filter: &RawFilter) -> sqlx::Result<Vec<RawSummary>> {
    let mut query = QueryBuilder::new(
        "select r.id, r.account_id, r.received_at, r.source, length(r.body)::bigint as size_bytes, o.state, \
         coalesce(o.events, 0) as events, coalesce(o.ignored, 0) as ignored, coalesce(o.unknown, 0) as unknown, o.reason \
         from raw_events r ",
    );
    // The quarantine is small and has an index of its own: start from it.
    query.push(if filter.state.is_some() { "join" } else { "left join" });
    query.push(" raw_outcomes o on o.raw_id = r.id and o.received_at = r.received_at where true");
    if let Some(state) = filter.state {
        // As a constant: an index of one state serves no parameter.
        query.push(" and o.state = '").push(state.as_str()).push("'");
    }
    if let Some(account) = filter.account_id {
        query.push(" and r.account_id = ").push_bind(account.0);
    }
    if let Some(from) = filter.from {
        query.push(" and r.received_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and r.received_at < ").push_bind(until);
    }
    if let Some(after) = filter.after {
        query.push(" and r.id < ").push_bind(after.0);
    }
    // As a literal: a bound limit is planned as a tenth of the table.
    query.push(" order by r.id desc limit ").push(filter.limit);
    let rows: Vec<SummaryRow> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(SummaryRow::summary).collect())
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    id: Uuid,
    account_id: Uuid,
    received_at: DateTime<Utc>,
    source: String,
    size_bytes: i64,
    state: Option<RawState>,
    events: i32,
    ignored: i32,
    unknown: i32,
    reason: Option<String>,
}

impl SummaryRow {
    fn summary(self) -> RawSummary {
        RawSummary {
            id: RawEventId(self.id),
            account_id: AccountId(self.account_id),
            received_at: self.received_at,
            source: self.source,
            size_bytes: self.size_bytes,
            state: self.state,
            events: self.events,
            ignored: self.ignored,
            unknown: self.unknown,
            reason: self.reason,
        }
    }
}

/// Counts both sides in one statement, so that they are of one moment.
pub async fn balance(conn: &mut PgConnection, account_id: Option<AccountId>) -> sqlx::Result<Balance> {
    let account = account_id.map(|account| account.0);
    let row = sqlx::query!(
        r#"select (select count(*) from raw_events where $1::uuid is null or account_id = $1) as "raw!",
                  count(*) filter (where state = 'applied') as "applied!",
                  count(*) filter (where state = 'ignored') as "ignored!",
                  count(*) filter (where state = 'quarantined') as "quarantined!"
           from raw_outcomes where $1::uuid is null or account_id = $1"#,
        account,
    )
    .fetch_one(conn)
    .await?;
    let decided = row.applied + row.ignored + row.quarantined;
    Ok(Balance {
        raw: row.raw,
        applied: row.applied,
        ignored: row.ignored,
        quarantined: row.quarantined,
        pending: row.raw - decided,
    })
}

/// Advisory lock of making and dropping partitions.
const PARTITION_LOCK: i64 = 0x757a_656c_0002;

/// Makes the partitions of the week from `now` on, so that no request waits for one. Copies wait for each other here, and
/// a day that fails does not keep the others from being made.
pub async fn make_partitions(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    let today = now.date_naive();
    let mut made = Ok(());
    for ahead in 0..7 {
        let day = today.checked_add_days(Days::new(ahead)).unwrap_or(NaiveDate::MAX);
        if let Err(error) = make_partition(conn, day).await {
            made = Err(error);
        }
    }
    made
}

async fn make_partition(conn: &mut PgConnection, day: NaiveDate) -> sqlx::Result<()> {
    let mut tx = conn.begin().await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", PARTITION_LOCK).execute(&mut *tx).await?;
    sqlx::query!("select ensure_raw_partitions($1)", day).execute(&mut *tx).await?;
    tx.commit().await
}

/// Drops whole days that ended more than `term` ago. Returns the days dropped.
pub async fn forget_older_than(
    conn: &mut PgConnection,
    term: TimeDelta,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    let oldest = (now - term).format("raw_events_%Y%m%d").to_string();
    let names: Vec<String> = sqlx::query_scalar!(
        r#"select c.relname::text as "name!" from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'raw_events'::regclass and c.relname ~ '^raw_events_[0-9]{8}$' and c.relname::text < $1
           order by 1"#,
        oldest,
    )
    .fetch_all(&mut *conn)
    .await?;
    for name in &names {
        let day = name.trim_start_matches("raw_events_");
        let drop = format!("drop table raw_events_{day}; drop table if exists raw_outcomes_{day}");
        // The name matched eight digits above.
        sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut *conn).await?;
    }
    // What came while its day had no partition.
    sqlx::query!("delete from raw_events_other where received_at < $1", now - term)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from raw_outcomes_other where received_at < $1", now - term).execute(conn).await?;
    Ok(names)
}

/// Where polling of an account goes on; the outer `None` when there is no such account.
pub async fn poll_cursor(
    conn: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<Option<Option<String>>> {
    sqlx::query_scalar!("select poll_cursor from accounts where id = $1", account.0)
        .fetch_optional(conn)
        .await
}

/// Stores polled updates and moves the cursor in one transaction. Returns `false`, storing nothing, when another copy has
/// moved the cursor meanwhile.
pub async fn insert_polled(
    conn: &mut PgConnection,
    account: AccountId,
    group: &[StoredRaw],
    from: Option<&str>,
    to: Option<&str>,
    left: bool,
) -> sqlx::Result<bool> {
    let mut tx = conn.begin().await?;
    let moved = sqlx::query!(
        "update accounts set poll_cursor = $3 where id = $1 and poll_cursor is not distinct from $2",
        account.0,
        from,
        to,
    )
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    insert_late(&mut tx, group, left).await?;
    tx.commit().await?;
    Ok(true)
}

/// Adds to the counter of refused requests.
pub async fn count_refused(
    conn: &mut PgConnection,
    account: AccountId,
    day: NaiveDate,
    reason: &str,
    requests: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into refused_requests (account_id, day, reason, requests) values ($1, $2, $3, $4)
         on conflict (account_id, day, reason) do update set requests = refused_requests.requests + excluded.requests",
        account.0,
        day,
        reason,
        requests,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many requests of an account were refused, by reason.
pub async fn refused(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query!(
        r#"select reason, sum(requests)::bigint as "requests!" from refused_requests
           where account_id = $1 group by reason order by reason"#,
        account.0,
    )
    .fetch_all(conn)
    .await
    .map(|rows| rows.into_iter().map(|row| (row.reason, row.requests)).collect())
}
