//! SQL about the schema itself. Unchecked at build time: the table of migrations belongs to sqlx.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::SchemaState;
use crate::MIGRATOR;

/// Looks at migrations, and at the partitions of a day in UTC.
pub async fn state(conn: &mut PgConnection, day: NaiveDate) -> sqlx::Result<SchemaState> {
    let ours: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    let (applied, has_partitions) = sqlx::query_as::<_, (i64, bool)>(
        "select (select count(*) from _sqlx_migrations where success and version = any($1)),
                to_regclass($2) is not null and to_regclass($3) is not null",
    )
    .bind(&ours)
    .bind(day.format("raw_events_%Y%m%d").to_string())
    .bind(day.format("raw_outcomes_%Y%m%d").to_string())
    .fetch_one(conn)
    .await?;
    Ok(SchemaState { is_current: usize::try_from(applied) == Ok(ours.len()), has_partitions })
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeZone, Utc};
    use sqlx::PgPool;

    use super::*;
    use crate::timeline::raw_event;

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_missing_partition_and_a_missing_migration_are_seen(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let bare = SchemaState { is_current: true, has_partitions: false };
        assert_eq!(state(&mut conn, day).await.unwrap(), bare);
        let noon = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
        raw_event::make_partitions(&mut conn, noon).await.unwrap();
        assert!(state(&mut conn, day).await.unwrap().has_partitions);
        sqlx::query("delete from _sqlx_migrations where version = 1").execute(&mut *conn).await.unwrap();
        assert!(!state(&mut conn, day).await.unwrap().is_current);
    }
}
