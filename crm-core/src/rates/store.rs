//! SQL of rates.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, query, query_as};

use super::{Currency, ManualRate, NewRate, Rate, RateSource, SourceState};
use crate::UserId;

struct Row {
    currency: String,
    effective_on: NaiveDate,
    nominal: i32,
    value: Decimal,
    unit_rate: Decimal,
    source: String,
    fetched_at: DateTime<Utc>,
    reason: Option<String>,
    is_used: bool,
}

impl From<Row> for Rate {
    fn from(row: Row) -> Self {
        Self {
            currency: currency_of(&row.currency),
            effective_on: row.effective_on,
            nominal: nominal_of(row.nominal),
            value: row.value,
            unit_rate: row.unit_rate.normalize(),
            source: RateSource::from_word(&row.source),
            fetched_at: row.fetched_at,
            reason: row.reason,
            is_used: row.is_used,
        }
    }
}

/// The check `rates_currency_code` lets no other in.
pub(super) fn currency_of(code: &str) -> Currency {
    code.parse().expect("the table holds codes of currencies")
}

/// The check `rates_nominal_positive` lets no other in.
pub(super) fn nominal_of(stored: i32) -> u32 {
    stored.unsigned_abs()
}

/// Nominals above two thousand million do not exist.
pub(super) fn to_sql(nominal: u32) -> i32 {
    i32::try_from(nominal).unwrap_or(i32::MAX)
}

pub(super) async fn in_force(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
) -> sqlx::Result<Option<Rate>> {
    let row = query_as!(
        Row,
        r#"select currency, effective_on, nominal, value, unit_rate as "unit_rate!", source, fetched_at, reason,
                  true as "is_used!"
           from rates where currency = $1 and effective_on <= $2
           order by effective_on desc, by_hand desc
           limit 1"#,
        currency.as_str(),
        day,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Rate::from))
}

/// Of each currency the last two records that took effect by a day and the first one behind it, by date. Of each day the
/// one that counts.
pub(super) async fn around(
    conn: &mut PgConnection,
    currencies: &[Currency],
    day: NaiveDate,
) -> sqlx::Result<Vec<Rate>> {
    let codes: Vec<String> = currencies.iter().map(Currency::to_string).collect();
    let rows = query_as!(
        Row,
        r#"select r.currency as "currency!", r.effective_on as "effective_on!", r.nominal as "nominal!",
                  r.value as "value!", r.unit_rate as "unit_rate!", r.source as "source!",
                  r.fetched_at as "fetched_at!", r.reason, true as "is_used!"
           from unnest($1::text[]) as wanted (code)
           cross join lateral (
               (select distinct on (effective_on) * from rates
                where currency = wanted.code and effective_on <= $2
                order by effective_on desc, by_hand desc limit 2)
               union all
               (select * from rates
                where currency = wanted.code and effective_on > $2
                order by effective_on, by_hand desc limit 1)
           ) as r
           order by r.effective_on"#,
        &codes,
        day,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Rate::from).collect())
}

pub(super) async fn history(
    conn: &mut PgConnection,
    currency: Currency,
    from: NaiveDate,
    until: NaiveDate,
) -> sqlx::Result<Vec<Rate>> {
    let rows = query_as!(
        Row,
        r#"select currency, effective_on, nominal, value, unit_rate as "unit_rate!", source, fetched_at, reason,
                  (by_hand or not bool_or(by_hand) over (partition by effective_on)) as "is_used!"
           from rates where currency = $1 and effective_on between $2 and $3
           order by effective_on, by_hand desc"#,
        currency.as_str(),
        from,
        until,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Rate::from).collect())
}

/// The latest day that the bank or its mirror has told, and the bank's id of the currency.
pub(super) struct Known {
    pub(super) latest: Option<NaiveDate>,
    pub(super) bank_id: Option<String>,
}

pub(super) async fn known(conn: &mut PgConnection, currency: Currency) -> sqlx::Result<Known> {
    query_as!(
        Known,
        "select max(effective_on) as latest,
                (array_agg(bank_id order by effective_on desc) filter (where bank_id is not null))[1] as bank_id
         from rates where currency = $1 and not by_hand",
        currency.as_str(),
    )
    .fetch_one(conn)
    .await
}

/// The first record of the bank since a day, and the first after which a longer time passed than any holidays take.
pub(super) async fn first_and_hole(
    conn: &mut PgConnection,
    currency: Currency,
    since: NaiveDate,
    longest_gap_days: i32,
) -> sqlx::Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let row = query!(
        "select min(day) as first, min(day) filter (where next - day > $3) as hole
         from (select effective_on as day, lead(effective_on) over (order by effective_on) as next
               from rates where currency = $1 and source = 'bank' and effective_on >= $2) as records",
        currency.as_str(),
        since,
        longest_gap_days,
    )
    .fetch_one(conn)
    .await?;
    Ok((row.first, row.hole))
}

/// `false` when the day has a published rate.
pub(super) async fn insert_published(
    conn: &mut PgConnection,
    new: &NewRate,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let inserted = query!(
        "insert into rates (currency, effective_on, source, nominal, value, fetched_at, bank_id, document_sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint rates_pkey do nothing",
        new.currency.as_str(),
        new.effective_on,
        new.source.word(),
        to_sql(new.nominal),
        new.value,
        now,
        new.bank_id,
        &new.document_sha256[..],
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

pub(super) async fn lock_published(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
) -> sqlx::Result<Option<Rate>> {
    lock(conn, currency, day, false).await
}

pub(super) async fn lock_manual(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
) -> sqlx::Result<Option<Rate>> {
    lock(conn, currency, day, true).await
}

async fn lock(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
    by_hand: bool,
) -> sqlx::Result<Option<Rate>> {
    let row = query_as!(
        Row,
        r#"select currency, effective_on, nominal, value, unit_rate as "unit_rate!", source, fetched_at, reason,
                  true as "is_used!"
           from rates where currency = $1 and effective_on = $2 and by_hand = $3
           for update"#,
        currency.as_str(),
        day,
        by_hand,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Rate::from))
}

pub(super) async fn replace_mirror(
    conn: &mut PgConnection,
    new: &NewRate,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "update rates
         set source = 'bank', nominal = $3, value = $4, fetched_at = $5, bank_id = coalesce($6, bank_id),
             document_sha256 = $7
         where currency = $1 and effective_on = $2 and source = 'mirror'",
        new.currency.as_str(),
        new.effective_on,
        to_sql(new.nominal),
        new.value,
        now,
        new.bank_id,
        &new.document_sha256[..],
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn put_manual(
    conn: &mut PgConnection,
    new: &ManualRate,
    reason: &str,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "insert into rates (currency, effective_on, source, nominal, value, fetched_at, user_id, reason)
         values ($1, $2, 'manual', $3, $4, $5, $6, $7)
         on conflict on constraint rates_pkey do update
         set nominal = $3, value = $4, fetched_at = $5, user_id = $6, reason = $7",
        new.currency.as_str(),
        new.effective_on,
        to_sql(new.nominal),
        new.value,
        now,
        user.0,
        reason,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn delete_manual(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
) -> sqlx::Result<()> {
    query!("delete from rates where currency = $1 and effective_on = $2 and by_hand", currency.as_str(), day)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn source_state(
    conn: &mut PgConnection,
    source: RateSource,
    today: NaiveDate,
) -> sqlx::Result<Option<SourceState>> {
    query_as!(
        SourceState,
        r#"select tried_at, succeeded_at, failing_since, error,
                  case when asked_on = $2 then asked else 0 end as "asked_today!"
           from rate_sources where source = $1"#,
        source.word(),
        today,
    )
    .fetch_optional(conn)
    .await
}

/// A good attempt where `error` is none.
pub(super) async fn note_attempt(
    conn: &mut PgConnection,
    source: RateSource,
    error: Option<&str>,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "insert into rate_sources as known (source, tried_at, succeeded_at, failing_since, error, asked_on, asked)
         values ($1, $2, case when $3::text is null then $2::timestamptz end,
                 case when $3::text is not null then $2::timestamptz end, $3, $4, 1)
         on conflict (source) do update
         set tried_at = $2,
             succeeded_at = case when $3::text is null then $2 else known.succeeded_at end,
             failing_since = case when $3::text is not null then coalesce(known.failing_since, $2) end,
             error = $3,
             asked_on = $4,
             asked = case when known.asked_on = $4 then known.asked + 1 else 1 end",
        source.word(),
        now,
        error,
        today,
    )
    .execute(conn)
    .await?;
    Ok(())
}
