//! SQL of the copy of a provider's templates.

use chrono::{DateTime, Utc};
use connector_api::{ProviderTemplate, TemplateNews};
use sqlx::{PgConnection, types::Json};

use super::TemplateSync;
use crate::{AccountId, TemplateId};

/// Whether anything about it is new.
pub(super) async fn put(
    conn: &mut PgConnection,
    account: AccountId,
    template: &ProviderTemplate,
    asked_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let changed = sqlx::query_scalar!(
        r#"with before as (
               select external_id, category, status, reason, quality, components, told_at, gone_at
               from provider_templates where account_id = $2 and name = $4 and language = $5
           ), stored as (
               insert into provider_templates as known
                   (id, account_id, external_id, name, language, category, status, reason, quality, components,
                    first_seen_at, last_seen_at, told_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11)
               on conflict (account_id, name, language) do update
               set external_id = $3,
                   components = $10,
                   category = case when known.told_at <= $11 then $6 else known.category end,
                   status = case when known.told_at <= $11 then $7 else known.status end,
                   reason = case when known.told_at <= $11 then $8 else known.reason end,
                   quality = case when known.told_at <= $11 then $9 else known.quality end,
                   told_at = greatest(known.told_at, $11),
                   last_seen_at = greatest(known.last_seen_at, $11),
                   gone_at = null
               where known.last_seen_at <= $11
               returning external_id, category, status, reason, quality, components, gone_at
           )
           select exists (
               select from stored
               where not exists (
                   select from before
                   where (before.external_id, before.category, before.status, before.reason, before.quality,
                          before.components, before.gone_at)
                         is not distinct from
                         (stored.external_id, stored.category, stored.status, stored.reason, stored.quality,
                          stored.components, stored.gone_at))) as "changed!""#,
        TemplateId::at(asked_at).0,
        account.0,
        template.external_id.as_str(),
        template.name,
        template.language,
        template.category,
        template.status,
        template.reason,
        template.quality,
        Json(&template.components) as _,
        asked_at,
    )
    .fetch_one(conn)
    .await?;
    Ok(changed)
}

/// How many vanished since the list before.
pub(super) async fn mark_gone(
    conn: &mut PgConnection,
    account: AccountId,
    asked_at: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let gone = sqlx::query!(
        "update provider_templates set gone_at = $2
         where account_id = $1 and last_seen_at < $2 and gone_at is null",
        account.0,
        asked_at,
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected())
}

/// An older word of a state changes nothing.
pub(super) async fn hear(
    conn: &mut PgConnection,
    account: AccountId,
    at: DateTime<Utc>,
    news: &TemplateNews,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update provider_templates
         set status = coalesce($5, status),
             reason = case when $5::text is null then reason else $6 end,
             quality = coalesce($7, quality),
             category = coalesce($8, category),
             told_at = $4
         where account_id = $1 and name = $2 and language = $3 and told_at <= $4",
        account.0,
        news.name,
        news.language,
        at,
        news.status,
        news.reason,
        news.quality,
        news.category,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn note(
    conn: &mut PgConnection,
    account: AccountId,
    asked_at: DateTime<Utc>,
    error: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into template_syncs as known (account_id, asked_at, done_at, error)
         values ($1, $2, case when $3::text is null then $2::timestamptz end, $3)
         on conflict (account_id) do update
         set asked_at = $2, done_at = coalesce(excluded.done_at, known.done_at), error = $3
         where known.asked_at <= $2",
        account.0,
        asked_at,
        error,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn state(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Option<TemplateSync>> {
    sqlx::query_as!(
        TemplateSync,
        "select asked_at, done_at, error from template_syncs where account_id = $1",
        account.0
    )
    .fetch_optional(conn)
    .await
}
