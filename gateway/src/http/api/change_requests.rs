//! «Запросы на изменение»: asking for a change of frozen contact data, and deciding on it.

use axum::Json;
use axum::extract::State;
use crm_core::ChangeRequestId;
use crm_core::clients::request::{self, APPROVE, REFUSE, SUBJECT};
use crm_core::clients::{ChangeRequest, NewChangeRequest, freeze};
use crm_core::decisions::{self, Choice, End, Verdict, Via};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(counts))
        .routes(routes!(own))
        .routes(routes!(get, withdraw))
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(freeze_state, set_freeze))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RequestsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ChangeRequestId>>,
    /// Those too that have ended.
    #[serde(default)]
    ended: bool,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OwnQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ChangeRequestId>>,
}

/// Requests, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct ChangeRequestPage {
    items: Vec<ChangeRequest>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Requests on which I decide.
#[utoipa::path(
    get, path = "/change-requests", tag = "change_requests", operation_id = "list_change_requests",
    params(RequestsQuery),
    responses((status = 200, body = ChangeRequestPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<RequestsQuery>,
) -> ApiResult<Json<ChangeRequestPage>> {
    let before = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = request::list(&mut conn, &viewer, !query.ended, before, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |request| request.id);
    Ok(Json(ChangeRequestPage { items, next_cursor }))
}

/// My own requests and what came of them.
#[utoipa::path(
    get, path = "/me/change-requests", tag = "change_requests", operation_id = "list_own_change_requests",
    params(OwnQuery),
    responses((status = 200, body = ChangeRequestPage), Invalid, Unauthorized, Refused),
)]
async fn own(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<OwnQuery>,
) -> ApiResult<Json<ChangeRequestPage>> {
    let before = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = request::own(&mut conn, &viewer, before, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |request| request.id);
    Ok(Json(ChangeRequestPage { items, next_cursor }))
}

/// What waits for me.
#[derive(Serialize, utoipa::ToSchema)]
struct ChangeRequestCounts {
    /// Open requests on which I decide; 0 for whoever decides on none.
    waiting: i64,
}

/// How many requests wait for me.
#[utoipa::path(
    get, path = "/change-requests/counts", tag = "change_requests", operation_id = "count_change_requests",
    responses((status = 200, body = ChangeRequestCounts), Unauthorized, Refused),
)]
async fn counts(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<ChangeRequestCounts>> {
    let waiting = request::waiting(&mut *app.pool.acquire().await?, &viewer).await?;
    Ok(Json(ChangeRequestCounts { waiting }))
}

/// The number of a request.
#[derive(Serialize, utoipa::ToSchema)]
struct ChangeRequestMade {
    id: ChangeRequestId,
}

/// Asks for a change of a frozen field. The same again while it is open is the same request.
#[utoipa::path(
    post, path = "/change-requests", tag = "change_requests", operation_id = "create_change_request",
    request_body = NewChangeRequest,
    responses((status = 201, body = ChangeRequestMade), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<NewChangeRequest>,
) -> ApiResult<(StatusCode, Json<ChangeRequestMade>)> {
    let mut tx = app.pool.begin().await?;
    let id = request::create(&mut tx, &viewer, body, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(ChangeRequestMade { id })))
}

/// One request on which I decide.
#[utoipa::path(
    get, path = "/change-requests/{id}", tag = "change_requests", operation_id = "get_change_request",
    params(("id" = ChangeRequestId, Path)),
    responses((status = 200, body = ChangeRequest), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ChangeRequestId>,
) -> ApiResult<Json<ChangeRequest>> {
    Ok(Json(request::get(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

/// Takes my own open request back.
#[utoipa::path(
    delete, path = "/change-requests/{id}", tag = "change_requests", operation_id = "withdraw_change_request",
    params(("id" = ChangeRequestId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn withdraw(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ChangeRequestId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    request::withdraw(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ApproveBody {
    /// Of the request as it was read.
    revision: i32,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RefuseBody {
    /// Of the request as it was read.
    revision: i32,
    /// Why, for the author.
    comment: String,
}

/// Changes the value. Where another one was set meanwhile, nothing changes and the request has to be read and approved once
/// more (409 `request-changed`).
#[utoipa::path(
    post, path = "/change-requests/{id}/approve", tag = "change_requests", operation_id = "approve_change_request",
    params(("id" = ChangeRequestId, Path)), request_body = ApproveBody,
    responses((status = 200, body = ChangeRequest), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn approve(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ChangeRequestId>,
    ApiJson(body): ApiJson<ApproveBody>,
) -> ApiResult<Json<ChangeRequest>> {
    decide(&app, &viewer, id, APPROVE, body.revision, None).await
}

/// Leaves the value as it is; the author reads why.
#[utoipa::path(
    post, path = "/change-requests/{id}/refuse", tag = "change_requests", operation_id = "refuse_change_request",
    params(("id" = ChangeRequestId, Path)), request_body = RefuseBody,
    responses((status = 200, body = ChangeRequest), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn refuse(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ChangeRequestId>,
    ApiJson(body): ApiJson<RefuseBody>,
) -> ApiResult<Json<ChangeRequest>> {
    decide(&app, &viewer, id, REFUSE, body.revision, Some(&body.comment)).await
}

async fn decide(
    app: &App,
    viewer: &crm_core::access::Viewer,
    id: ChangeRequestId,
    word: &str,
    revision: i32,
    comment: Option<&str>,
) -> ApiResult<Json<ChangeRequest>> {
    let mut tx = app.pool.begin().await?;
    // Whoever may not see the request is not told that there is one.
    request::get(&mut tx, viewer, id).await?;
    let question = decisions::of_subject(&mut tx, SUBJECT, id.0).await?;
    let (decision, _) = question.ok_or_else(Problem::not_found)?;
    let choice = Choice { word, revision, comment, via: Via::Product };
    let verdict = decisions::decide(&mut tx, viewer, decision, choice, app.now()).await?;
    let request = request::get(&mut tx, viewer, id).await?;
    tx.commit().await?;
    match verdict {
        Verdict::Taken(_) => Ok(Json(request)),
        Verdict::Over(End::Chosen { word: chosen, .. }) if chosen == word && comment.is_none() => {
            Ok(Json(request))
        }
        Verdict::Over(End::Chosen { by, .. }) => {
            Err(Problem::conflict(format!("По этому запросу уже решено: {by}.")))
        }
        Verdict::Over(End::Withdrawn) => Err(Problem::conflict("Автор отозвал этот запрос.")),
        Verdict::Changed => Err(Problem::request_changed()),
        Verdict::WantsComment => Err(Problem::invalid("Напишите автору, почему отказано.")),
    }
}

/// Whether contact data are frozen.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ContactFreeze {
    /// Name, numbers, mail and requisites are changed after creation by those alone who may correct them.
    enabled: bool,
}

/// Whether contact data are frozen after creation.
#[utoipa::path(
    get, path = "/contact-freeze", tag = "change_requests", operation_id = "get_contact_freeze",
    responses((status = 200, body = ContactFreeze), Unauthorized),
)]
async fn freeze_state(State(app): State<App>, Signed(_viewer): Signed) -> ApiResult<Json<ContactFreeze>> {
    let enabled = freeze::is_on(&mut *app.pool.acquire().await?).await?;
    Ok(Json(ContactFreeze { enabled }))
}

/// Switches the freeze of contact data on or off for the company.
#[utoipa::path(
    put, path = "/contact-freeze", tag = "change_requests", operation_id = "set_contact_freeze",
    request_body = ContactFreeze,
    responses((status = 200, body = ContactFreeze), Invalid, Unauthorized, Refused),
)]
async fn set_freeze(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<ContactFreeze>,
) -> ApiResult<Json<ContactFreeze>> {
    let mut tx = app.pool.begin().await?;
    freeze::set(&mut tx, &viewer, body.enabled, app.now()).await?;
    tx.commit().await?;
    Ok(Json(body))
}
