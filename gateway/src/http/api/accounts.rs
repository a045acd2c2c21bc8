//! «Каналы»: accounts at the providers, for those who manage them. Secrets go in and never out again.

mod change;
mod view;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use crm_core::AccountId;
use crm_core::access::Right;
use crm_core::accounts::{self, Notice};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::connectors;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};
use change::{AccountPatch, NewAccountForm};
use view::{AccountView, ChangedAccount, ConnectorView, Viewing};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, edit))
        .routes(routes!(notices))
        .routes(routes!(list_connectors))
}

/// Accounts, in the order in which they were made.
#[derive(Serialize, utoipa::ToSchema)]
struct AccountList {
    items: Vec<AccountView>,
}

/// What can be connected.
#[derive(Serialize, utoipa::ToSchema)]
struct ConnectorList {
    items: Vec<ConnectorView>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct NoticesQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<(DateTime<Utc>, Uuid)>>,
}

/// Notices of a provider, newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct NoticePage {
    items: Vec<Notice>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// All accounts with their counters. There are few of them, so they come in one page.
#[utoipa::path(
    get, path = "/accounts", tag = "accounts", operation_id = "list_accounts",
    responses((status = 200, body = AccountList), Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    headers: HeaderMap,
) -> ApiResult<Json<AccountList>> {
    let mut conn = app.pool.acquire().await?;
    let stored = accounts::list(&mut conn, &viewer).await?;
    let viewing = Viewing::new(&app, &mut conn, &viewer, &headers).await?;
    Ok(Json(AccountList { items: stored.iter().map(|stored| viewing.view(stored, None)).collect() }))
}

/// One account.
#[utoipa::path(
    get, path = "/accounts/{id}", tag = "accounts", operation_id = "get_account",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = AccountView), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
    headers: HeaderMap,
) -> ApiResult<Json<AccountView>> {
    let mut conn = app.pool.acquire().await?;
    let stored = accounts::get(&mut conn, &viewer, id).await?;
    let viewing = Viewing::new(&app, &mut conn, &viewer, &headers).await?;
    Ok(Json(viewing.view(&stored, None)))
}

/// Connects an account. Secrets that we make ourselves and the whole webhook address stand in this answer only.
#[utoipa::path(
    post, path = "/accounts", tag = "accounts", operation_id = "create_account",
    request_body = NewAccountForm,
    responses((status = 201, body = ChangedAccount), Invalid, Unauthorized, Refused),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    headers: HeaderMap,
    ApiJson(form): ApiJson<NewAccountForm>,
) -> ApiResult<(StatusCode, Json<ChangedAccount>)> {
    viewer.require(Right::AccountsManage)?;
    let now = app.now();
    let (new, revealed) = form.prepare(&app, now)?;
    let mut tx = app.pool.begin().await?;
    let stored = accounts::create(&mut tx, &viewer, new, now).await?;
    tx.commit().await?;
    change::take_over(&app).await;
    let mut conn = app.pool.acquire().await?;
    let viewing = Viewing::new(&app, &mut conn, &viewer, &headers).await?;
    Ok((StatusCode::CREATED, Json(viewing.changed(&stored, &revealed))))
}

/// Changes an account. Of `settings` only the fields that are named change; `null` keeps a secret, an empty text clears it.
/// Clearing a secret that we make ourselves makes a new one, which stands in this answer only.
#[utoipa::path(
    patch, path = "/accounts/{id}", tag = "accounts", operation_id = "edit_account",
    params(("id" = AccountId, Path)),
    request_body = AccountPatch,
    responses((status = 200, body = ChangedAccount), Invalid, Unauthorized, Refused, Missing),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
    headers: HeaderMap,
    ApiJson(patch): ApiJson<AccountPatch>,
) -> ApiResult<Json<ChangedAccount>> {
    let mut tx = app.pool.begin().await?;
    let before = accounts::lock(&mut tx, &viewer, id).await?;
    let (edit, revealed) = patch.prepare(&app, &before)?;
    let stored = accounts::edit(&mut tx, &viewer, id, edit, app.now()).await?;
    tx.commit().await?;
    change::take_over(&app).await;
    let mut conn = app.pool.acquire().await?;
    let viewing = Viewing::new(&app, &mut conn, &viewer, &headers).await?;
    Ok(Json(viewing.changed(&stored, &revealed)))
}

/// What the provider said about an account, newest first.
#[utoipa::path(
    get, path = "/accounts/{id}/notices", tag = "accounts", operation_id = "list_account_notices",
    params(("id" = AccountId, Path), NoticesQuery),
    responses((status = 200, body = NoticePage), Invalid, Unauthorized, Refused, Missing),
)]
async fn notices(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
    ApiQuery(query): ApiQuery<NoticesQuery>,
) -> ApiResult<Json<NoticePage>> {
    let behind = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = accounts::notices(&mut conn, &viewer, id, behind, query.limit.rows()).await?;
    let (mut items, next_cursor) = query.limit.cut(rows, |notice| (notice.at, notice.id));
    let masker = app.accounts.masker(id);
    for notice in &mut items {
        notice.subject = notice.subject.take().map(|subject| masker.text(&subject).into_owned());
        let shown = masker.json(&notice.detail.to_string());
        notice.detail = serde_json::from_str(&shown).unwrap_or_default();
    }
    Ok(Json(NoticePage { items, next_cursor }))
}

/// What can be connected, with the fields of the set-up forms.
#[utoipa::path(
    get, path = "/connectors", tag = "accounts", operation_id = "list_connectors",
    responses((status = 200, body = ConnectorList), Unauthorized, Refused),
)]
async fn list_connectors(Signed(viewer): Signed) -> ApiResult<Json<ConnectorList>> {
    viewer.require(Right::AccountsManage)?;
    Ok(Json(ConnectorList { items: connectors::known().iter().map(ConnectorView::new).collect() }))
}
