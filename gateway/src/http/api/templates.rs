//! Templates that providers approve: what an account has, and what can be sent into a conversation.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use crm_core::access::Right;
use crm_core::templates::sync::{self, TemplateSync};
use crm_core::templates::{self, Binding, Template};
use crm_core::{AccountId, ConversationId, TemplateId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::messages::first::{self, FirstQuery};
use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Problem, Signed};
use crate::templates::Asked;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_account))
        .routes(routes!(refresh))
        .routes(routes!(bind))
        .routes(routes!(of_conversation))
}

/// All templates of an account. A provider keeps a few hundred at most, so they come in one page.
#[derive(Serialize, utoipa::ToSchema)]
struct TemplateList {
    items: Vec<Template>,
    /// When the provider was last asked; `null` before the first time.
    #[schema(required = true)]
    sync: Option<TemplateSync>,
    /// The provider approves templates at all, and can be asked with the settings that the account has.
    supported: bool,
}

/// Templates of an account with their states, also those that vanished at the provider.
#[utoipa::path(
    get, path = "/accounts/{id}/templates", tag = "templates", operation_id = "list_account_templates",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = TemplateList), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_account(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<Json<TemplateList>> {
    list(&app, &viewer, id).await
}

/// «Обновить»: asks the provider now and answers with the list.
#[utoipa::path(
    post, path = "/accounts/{id}/templates/refresh", tag = "templates", operation_id = "refresh_account_templates",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = TemplateList), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn refresh(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<Json<TemplateList>> {
    viewer.require(Right::AccountsManage)?;
    let account = app.accounts.by_id(id).ok_or_else(Problem::not_found)?;
    match crate::templates::ask(&app.pool, &account, app.now()).await? {
        Asked::Done(_) => list(&app, &viewer, id).await,
        Asked::Failed(why) => Err(Problem::conflict(why)),
        Asked::None => Err(Problem::conflict(
            "У этого канала нет шаблонов, или для них не хватает настроек: токена и аккаунта WhatsApp Business.",
        )),
    }
}

async fn list(app: &App, viewer: &crm_core::access::Viewer, id: AccountId) -> ApiResult<Json<TemplateList>> {
    let mut conn = app.pool.acquire().await?;
    crm_core::accounts::get(&mut conn, viewer, id).await?;
    let items = templates::of_account(&mut conn, viewer, id).await?;
    let sync = sync::state(&mut conn, viewer, id).await?;
    let supported = app.accounts.by_id(id).is_some_and(|account| account.connector.templates().is_some());
    Ok(Json(TemplateList { items, sync, supported }))
}

/// How people call the fields of a template, and what fills them.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateBindings {
    /// By the keys of the fields; a field that is not named has no label and is filled by hand.
    fields: BTreeMap<String, Binding>,
}

/// Names the fields of a template, and says what fills them by itself.
#[utoipa::path(
    put, path = "/templates/{id}/fields", tag = "templates", operation_id = "bind_template",
    params(("id" = TemplateId, Path)),
    request_body = TemplateBindings,
    responses((status = 200, body = Template), Invalid, Unauthorized, Refused, Missing),
)]
async fn bind(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<TemplateId>,
    ApiJson(body): ApiJson<TemplateBindings>,
) -> ApiResult<Json<Template>> {
    let mut tx = app.pool.begin().await?;
    let template = templates::bind(&mut tx, &viewer, id, body.fields, app.now()).await?;
    tx.commit().await?;
    Ok(Json(template))
}

/// Templates that can be sent.
#[derive(Serialize, utoipa::ToSchema)]
struct OfferedTemplates {
    items: Vec<Template>,
}

/// Templates that can be sent into a conversation, with what is known for their fields.
#[utoipa::path(
    get, path = "/conversations/{id}/templates", tag = "templates", operation_id = "list_conversation_templates",
    params(("id" = ConversationId, Path), FirstQuery),
    responses((status = 200, body = OfferedTemplates), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_conversation(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiQuery(query): ApiQuery<FirstQuery>,
) -> ApiResult<Json<OfferedTemplates>> {
    let mut conn = app.pool.acquire().await?;
    let place = first::place(&app, &mut conn, &viewer, id, &query).await?;
    Ok(Json(OfferedTemplates { items: templates::offers(&mut conn, &viewer, &place).await? }))
}
