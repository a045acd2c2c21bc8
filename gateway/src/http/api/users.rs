//! «Пользователи»: for those who manage them. And names of colleagues, for everybody.

mod eyes;
mod state;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use crm_core::UserId;
use crm_core::access::user::{self, Colleague, Key, NewUser, User, UserPatch};
use crm_core::access::{Token, password_link};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, edit))
        .routes(routes!(colleagues))
        .merge(eyes::router())
        .merge(state::router())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Key>>,
    /// Part of the name or login.
    text: Option<String>,
    /// Code of a role.
    role: Option<String>,
    /// Also those who cannot sign in any more.
    #[serde(default)]
    with_disabled: bool,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ColleaguesQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Key>>,
}

/// Users by name.
#[derive(Serialize, utoipa::ToSchema)]
struct UserPage {
    items: Vec<User>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Colleagues by name.
#[derive(Serialize, utoipa::ToSchema)]
struct ColleaguePage {
    items: Vec<Colleague>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// A one-time link to set a password. It is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
struct PasswordLink {
    /// For `POST /api/password`.
    token: String,
    /// What to hand over to the person; a path only, where the public address is not configured.
    url: String,
    expires_at: DateTime<Utc>,
}

/// A new user and the link by which he sets his password.
#[derive(Serialize, utoipa::ToSchema)]
struct CreatedUser {
    user: User,
    password_link: PasswordLink,
}

impl PasswordLink {
    /// The token stands behind `#`: browsers do not send that part, so no log of a server keeps it.
    fn new(token: Token, app: &App, now: DateTime<Utc>) -> Self {
        let base = app.settings.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        let url = format!("{base}/password#{}", token.reveal());
        Self { token: token.into_text(), url, expires_at: now + password_link::LIFETIME }
    }
}

/// Users by name.
#[utoipa::path(
    get, path = "/users", tag = "users", operation_id = "list_users",
    params(ListQuery),
    responses((status = 200, body = UserPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<UserPage>> {
    let filter = user::Filter { text: query.text, role: query.role, with_disabled: query.with_disabled };
    let behind = query.cursor.as_ref().map(|cursor| &cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = user::list(&mut conn, &viewer, &filter, behind, query.limit.rows(), app.now()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |user| (user.name.clone(), user.id));
    Ok(Json(UserPage { items, next_cursor }))
}

/// Creates a user; the answer carries the link by which he sets his password.
#[utoipa::path(
    post, path = "/users", tag = "users", operation_id = "create_user",
    request_body = NewUser,
    responses((status = 201, body = CreatedUser), Invalid, Unauthorized, Refused, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(new): ApiJson<NewUser>,
) -> ApiResult<(StatusCode, Json<CreatedUser>)> {
    let now = app.now();
    let mut tx = app.pool.begin().await?;
    let (user, token) = user::create(&mut tx, &viewer, new, now).await?;
    tx.commit().await?;
    let password_link = PasswordLink::new(token, &app, now);
    Ok((StatusCode::CREATED, Json(CreatedUser { user, password_link })))
}

/// One user.
#[utoipa::path(
    get, path = "/users/{id}", tag = "users", operation_id = "get_user",
    params(("id" = UserId, Path)),
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<Json<User>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(user::get(&mut conn, &viewer, id, app.now()).await?))
}

/// Changes a user; other roles count from his next request on.
#[utoipa::path(
    patch, path = "/users/{id}", tag = "users", operation_id = "edit_user",
    params(("id" = UserId, Path)),
    request_body = UserPatch,
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
    ApiJson(patch): ApiJson<UserPatch>,
) -> ApiResult<Json<User>> {
    let mut tx = app.pool.begin().await?;
    let user = user::edit(&mut tx, &viewer, id, patch, app.now()).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// Names of everybody, also of those who have left, for everybody who has signed in.
#[utoipa::path(
    get, path = "/colleagues", tag = "users", operation_id = "list_colleagues",
    params(ColleaguesQuery),
    responses((status = 200, body = ColleaguePage), Invalid, Unauthorized),
)]
async fn colleagues(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<ColleaguesQuery>,
) -> ApiResult<Json<ColleaguePage>> {
    let behind = query.cursor.as_ref().map(|cursor| &cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = user::colleagues(&mut conn, &viewer, behind, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |colleague| (colleague.name.clone(), colleague.id));
    Ok(Json(ColleaguePage { items, next_cursor }))
}
