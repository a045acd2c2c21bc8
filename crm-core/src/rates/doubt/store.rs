//! SQL of doubts.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, query};

use super::{Doubt, DoubtReason, Figure};
use crate::rates::store::{currency_of, nominal_of, to_sql};
use crate::rates::{NewRate, RateSource};
use crate::{DoubtId, UserId};

/// `false` when it is known.
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: DoubtId,
    new: &NewRate,
    reason: DoubtReason,
    against: Figure,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let inserted = query!(
        "insert into rate_doubts (id, currency, effective_on, source, reason, nominal, value, against_nominal,
                                  against_value, noticed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict on constraint rate_doubts_once do nothing",
        id.0,
        new.currency.as_str(),
        new.effective_on,
        new.source.word(),
        reason.word(),
        to_sql(new.nominal),
        new.value,
        to_sql(against.nominal),
        against.value,
        now,
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

struct Row {
    id: DoubtId,
    currency: String,
    effective_on: NaiveDate,
    source: String,
    reason: String,
    nominal: i32,
    value: Decimal,
    against_nominal: i32,
    against_value: Decimal,
    noticed_at: DateTime<Utc>,
}

pub(super) async fn open(conn: &mut PgConnection) -> sqlx::Result<Vec<Doubt>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: DoubtId", currency, effective_on, source, reason, nominal, value, against_nominal,
                  against_value, noticed_at
           from rate_doubts where resolved_at is null order by id"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Doubt {
            id: row.id,
            currency: currency_of(&row.currency),
            effective_on: row.effective_on,
            source: RateSource::from_word(&row.source),
            reason: DoubtReason::from_word(&row.reason),
            figure: Figure { nominal: nominal_of(row.nominal), value: row.value },
            against: Figure { nominal: nominal_of(row.against_nominal), value: row.against_value },
            noticed_at: row.noticed_at,
        })
        .collect())
}

pub(super) async fn resolve(
    conn: &mut PgConnection,
    id: DoubtId,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let resolved = query!(
        "update rate_doubts set resolved_at = $3, resolved_by = $2 where id = $1 and resolved_at is null",
        id.0,
        user.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(resolved.rows_affected() > 0)
}
