//! «Запросить доступ» to a foreign client, deciding on it, and to whom a client is open.

use axum::Json;
use axum::extract::State;
use crm_core::access::Viewer;
use crm_core::clients::access_request::{self, AccessRequest, NewAccessRequest, SUBJECT};
use crm_core::clients::loan::{self, Loan};
use crm_core::decisions::{self, Choice, End, Verdict, Via};
use crm_core::{AccessRequestId, ClientId, LoanId};
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
        .routes(routes!(decide))
        .routes(routes!(loans))
        .routes(routes!(end_loan))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AccessQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<AccessRequestId>>,
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
    cursor: Option<Cursor<AccessRequestId>>,
}

/// Requests, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct AccessRequestPage {
    items: Vec<AccessRequest>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Requests for access on which I decide.
#[utoipa::path(
    get, path = "/access-requests", tag = "access_requests", operation_id = "list_access_requests",
    params(AccessQuery),
    responses((status = 200, body = AccessRequestPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<AccessQuery>,
) -> ApiResult<Json<AccessRequestPage>> {
    let before = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows =
        access_request::list(&mut conn, &viewer, !query.ended, before, query.limit.rows(), app.now()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |request| request.id);
    Ok(Json(AccessRequestPage { items, next_cursor }))
}

/// My own requests for access and what came of them.
#[utoipa::path(
    get, path = "/me/access-requests", tag = "access_requests", operation_id = "list_own_access_requests",
    params(OwnQuery),
    responses((status = 200, body = AccessRequestPage), Invalid, Unauthorized, Refused),
)]
async fn own(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<OwnQuery>,
) -> ApiResult<Json<AccessRequestPage>> {
    let before = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = access_request::own(&mut conn, &viewer, before, query.limit.rows(), app.now()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |request| request.id);
    Ok(Json(AccessRequestPage { items, next_cursor }))
}

/// What waits for me.
#[derive(Serialize, utoipa::ToSchema)]
struct AccessRequestCounts {
    /// Open requests on which I decide; 0 for whoever decides on none.
    waiting: i64,
}

/// How many requests for access wait for me.
#[utoipa::path(
    get, path = "/access-requests/counts", tag = "access_requests", operation_id = "count_access_requests",
    responses((status = 200, body = AccessRequestCounts), Unauthorized, Refused),
)]
async fn counts(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<AccessRequestCounts>> {
    let waiting = access_request::waiting(&mut *app.pool.acquire().await?, &viewer).await?;
    Ok(Json(AccessRequestCounts { waiting }))
}

/// Asks for a foreign client, by its id or as its stub names it. The same again while it is open is the same request.
#[utoipa::path(
    post, path = "/access-requests", tag = "access_requests", operation_id = "create_access_request",
    request_body = NewAccessRequest,
    responses((status = 201, body = AccessRequest), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<NewAccessRequest>,
) -> ApiResult<(StatusCode, Json<AccessRequest>)> {
    let mut tx = app.pool.begin().await?;
    let id = access_request::create(&mut tx, &viewer, body, app.now()).await?;
    let request = access_request::get(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(request)))
}

/// A request of mine, or one on which I decide.
#[utoipa::path(
    get, path = "/access-requests/{id}", tag = "access_requests", operation_id = "get_access_request",
    params(("id" = AccessRequestId, Path)),
    responses((status = 200, body = AccessRequest), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccessRequestId>,
) -> ApiResult<Json<AccessRequest>> {
    Ok(Json(access_request::get(&mut *app.pool.acquire().await?, &viewer, id, app.now()).await?))
}

/// Takes my own open request for access back.
#[utoipa::path(
    delete, path = "/access-requests/{id}", tag = "access_requests", operation_id = "withdraw_access_request",
    params(("id" = AccessRequestId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn withdraw(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccessRequestId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    access_request::withdraw(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For how long, or not at all.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum AccessAnswer {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// Without a term.
    Forever,
    /// Refused, with a reason.
    Refuse,
}

impl AccessAnswer {
    fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Forever => "forever",
            Self::Refuse => access_request::REFUSE,
        }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AccessDecision {
    answer: AccessAnswer,
    /// Of the request as it was read.
    revision: i32,
    /// Why it is refused, for the author.
    #[serde(default)]
    comment: Option<String>,
}

/// Opens the client to whoever asks, or refuses; the first answer wins. Where the card was joined into another meanwhile the
/// request has to be read and answered once more (409 `request-changed`).
#[utoipa::path(
    post, path = "/access-requests/{id}/decide", tag = "access_requests", operation_id = "decide_access_request",
    params(("id" = AccessRequestId, Path)), request_body = AccessDecision,
    responses((status = 200, body = AccessRequest), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn decide(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccessRequestId>,
    ApiJson(body): ApiJson<AccessDecision>,
) -> ApiResult<Json<AccessRequest>> {
    Ok(Json(decided(&app, &viewer, id, &body).await?))
}

async fn decided(
    app: &App,
    viewer: &Viewer,
    id: AccessRequestId,
    body: &AccessDecision,
) -> ApiResult<AccessRequest> {
    let mut tx = app.pool.begin().await?;
    // Whoever may not see the request is not told that there is one.
    access_request::get(&mut tx, viewer, id, app.now()).await?;
    let question = decisions::of_subject(&mut tx, SUBJECT, id.0).await?;
    let (decision, _) = question.ok_or_else(Problem::not_found)?;
    let word = body.answer.word();
    let choice =
        Choice { word, revision: body.revision, comment: body.comment.as_deref(), via: Via::Product };
    let verdict = decisions::decide(&mut tx, viewer, decision, choice, app.now()).await?;
    let request = access_request::get(&mut tx, viewer, id, app.now()).await?;
    tx.commit().await?;
    match verdict {
        Verdict::Taken(_) => Ok(request),
        Verdict::Over(End::Chosen { word: chosen, .. }) if chosen == word && body.comment.is_none() => {
            Ok(request)
        }
        Verdict::Over(End::Chosen { by, .. }) => {
            Err(Problem::conflict(format!("По этому запросу уже решено: {by}.")))
        }
        Verdict::Over(End::Withdrawn) => Err(Problem::conflict("Автор отозвал этот запрос.")),
        Verdict::Changed => Err(Problem::request_changed()),
        Verdict::WantsComment => Err(Problem::invalid("Напишите, почему отказано.")),
    }
}

/// To whom a client is open beside those who answer for it.
#[utoipa::path(
    get, path = "/clients/{id}/loans", tag = "access_requests", operation_id = "list_client_loans",
    params(("id" = ClientId, Path)),
    responses((status = 200, body = Vec<Loan>), Invalid, Unauthorized, Refused, Missing),
)]
async fn loans(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<Json<Vec<Loan>>> {
    Ok(Json(loan::of_client(&mut *app.pool.acquire().await?, &viewer, id, app.now()).await?))
}

/// Closes a client to somebody to whom it is open; at once, also in open tabs.
#[utoipa::path(
    delete, path = "/loans/{id}", tag = "access_requests", operation_id = "end_loan",
    params(("id" = LoanId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn end_loan(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<LoanId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    loan::end(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
