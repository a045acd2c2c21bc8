//! SQL of templates as people see and send them.

use connector_api::TemplateComponent;
use sqlx::{PgConnection, types::Json};

use super::{Bindings, Stored, TemplateName};
use crate::{AccountId, TemplateId};

pub(super) async fn of_account(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Vec<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id as "id: TemplateId", account_id as "account_id: AccountId", name, language, category, status, reason,
                  quality, components as "components: Json<Vec<TemplateComponent>>",
                  bindings as "bindings: Json<Bindings>", last_seen_at, gone_at
           from provider_templates where account_id = $1 order by name, language"#,
        account.0
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn ready(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Vec<TemplateName>> {
    sqlx::query_as!(
        TemplateName,
        r#"select id as "id: TemplateId", name, language from provider_templates
           where account_id = $1 and status = 'approved' and gone_at is null order by name, language"#,
        account.0
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn get(conn: &mut PgConnection, id: TemplateId) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id as "id: TemplateId", account_id as "account_id: AccountId", name, language, category, status, reason,
                  quality, components as "components: Json<Vec<TemplateComponent>>",
                  bindings as "bindings: Json<Bindings>", last_seen_at, gone_at
           from provider_templates where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock(conn: &mut PgConnection, id: TemplateId) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id as "id: TemplateId", account_id as "account_id: AccountId", name, language, category, status, reason,
                  quality, components as "components: Json<Vec<TemplateComponent>>",
                  bindings as "bindings: Json<Bindings>", last_seen_at, gone_at
           from provider_templates where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn set_bindings(
    conn: &mut PgConnection,
    id: TemplateId,
    bindings: &Bindings,
) -> sqlx::Result<()> {
    sqlx::query!("update provider_templates set bindings = $2 where id = $1", id.0, Json(bindings) as _)
        .execute(conn)
        .await?;
    Ok(())
}
