//! Telephony: calls started from here, the ring card, «Перезвонить», and who sits at which extension.

use axum::Json;
use axum::extract::State;
use connector_api::{PhoneNumber, Region};
use crm_core::telephony::call_request::{self, CallRequest, NewCallRequest};
use crm_core::telephony::debt::{self, Debt, DebtCursor};
use crm_core::telephony::extension::{self, Extension};
use crm_core::telephony::ring_card::{self, RingCard};
use crm_core::timeline::call_result::{self, CallResult};
use crm_core::timeline::entry::TimelineEntry;
use crm_core::{AccountId, CallRequestId, InteractionId, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::calling;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(request))
        .routes(routes!(debts))
        .routes(routes!(card))
        .routes(routes!(say_result))
        .routes(routes!(extensions, seat))
}

/// A press on a number.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Press {
    /// Made by whoever presses; the same press is the same id.
    id: CallRequestId,
    /// The number to call, as it stands on the screen.
    to: String,
    /// By which telephony; where absent, the first at which the viewer has an extension.
    #[serde(default)]
    account_id: Option<AccountId>,
}

/// Calls: rings the viewer's own extension first and then the number.
///
/// The same id again answers with the same call and asks nothing. A call whose state is `unknown` may have rung phones:
/// it is never asked for again by itself.
#[utoipa::path(
    post, path = "/calls", tag = "conversations", operation_id = "start_call",
    request_body = Press,
    responses(
        (status = 201, body = CallRequest, description = "Телефония спрошена"),
        (status = 200, body = CallRequest, description = "Это нажатие уже известно"),
        Invalid, Unauthorized, Refused, Missing, Conflict,
    ),
)]
async fn start(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(press): ApiJson<Press>,
) -> ApiResult<(StatusCode, Json<CallRequest>)> {
    let account = press.account_id.and_then(|id| app.accounts.by_id(id));
    let region = account.map_or_else(Region::default, |account| account.region);
    let to = PhoneNumber::parse(&press.to, region).ok_or_else(|| {
        Problem::invalid_field("to", "По этому номеру позвонить нельзя: нужен полный номер телефона.")
    })?;
    let new = NewCallRequest { id: press.id, account: press.account_id, to: to.clone() };
    let mut tx = app.pool.begin().await?;
    let (stored, fresh) = call_request::press(&mut tx, &viewer, new, app.now()).await?;
    tx.commit().await?;
    if !fresh {
        return Ok((StatusCode::OK, Json(stored)));
    }
    // In a task of its own: a browser that goes away must not leave the answer unread.
    let asked = tokio::spawn(calling::ask(app.clone(), stored, to));
    asked.await.map_err(|_| Problem::internal())??;
    let mut conn = app.pool.acquire().await?;
    let answered = call_request::read(&mut conn, &viewer, press.id, app.now()).await?;
    Ok((StatusCode::CREATED, Json(answered)))
}

/// A call of the viewer's own that was started from here.
#[utoipa::path(
    get, path = "/calls/requests/{id}", tag = "conversations", operation_id = "get_call_request",
    params(("id" = CallRequestId, Path)),
    responses((status = 200, body = CallRequest), Invalid, Unauthorized, Refused, Missing),
)]
async fn request(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<CallRequestId>,
) -> ApiResult<Json<CallRequest>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(call_request::read(&mut conn, &viewer, id, app.now()).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DebtsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<DebtCursor>>,
}

/// Those who wait for a call, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct DebtPage {
    items: Vec<Debt>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// «Перезвонить»: people who called in vain, or of whose call somebody said so, and whom nobody has reached since, by any channel.
#[utoipa::path(
    get, path = "/calls/debts", tag = "conversations", operation_id = "list_call_debts",
    params(DebtsQuery),
    responses((status = 200, body = DebtPage), Invalid, Unauthorized, Refused),
)]
async fn debts(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<DebtsQuery>,
) -> ApiResult<Json<DebtPage>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = debt::list(&mut conn, &viewer, after, query.limit.rows(), app.now()).await?;
    let (items, next_cursor) = query.limit.cut(rows, Debt::cursor);
    Ok(Json(DebtPage { items, next_cursor }))
}

/// The ring card of a call: for the employee whose phone rings, and for those who see the client.
#[utoipa::path(
    get, path = "/calls/{id}/card", tag = "conversations", operation_id = "get_ring_card",
    params(("id" = InteractionId, Path)),
    responses((status = 200, body = RingCard), Invalid, Unauthorized, Refused, Missing),
)]
async fn card(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
) -> ApiResult<Json<RingCard>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(ring_card::read(&mut conn, &viewer, id).await?))
}

/// What came of a call.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ResultBody {
    /// `null` takes the word back.
    #[schema(required = true)]
    result: Option<CallResult>,
}

/// Says what came of a call. Earlier words stay in the log.
#[utoipa::path(
    put, path = "/calls/{id}/result", tag = "conversations", operation_id = "say_call_result",
    params(("id" = InteractionId, Path)),
    request_body = ResultBody,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing),
)]
async fn say_result(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<ResultBody>,
) -> ApiResult<Json<TimelineEntry>> {
    let mut tx = app.pool.begin().await?;
    let entry = call_result::say(&mut tx, &viewer, app.now(), id, body.result).await?;
    tx.commit().await?;
    Ok(Json(entry))
}

/// All extensions at which somebody sits.
#[derive(Serialize, utoipa::ToSchema)]
struct Extensions {
    items: Vec<Extension>,
}

/// Who sits where.
#[utoipa::path(
    get, path = "/extensions", tag = "accounts", operation_id = "list_extensions",
    responses((status = 200, body = Extensions), Unauthorized),
)]
async fn extensions(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<Extensions>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(Extensions { items: extension::list(&mut conn, &viewer).await? }))
}

/// Who sits at an extension from now on.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Seat {
    /// Whose extension it is.
    account_id: AccountId,
    /// As dialled: `101`, `099`.
    number: String,
    /// `null` leaves it free.
    #[schema(required = true)]
    user_id: Option<UserId>,
}

/// Seats an employee at an extension, in place of whoever sat there.
#[utoipa::path(
    put, path = "/extensions", tag = "accounts", operation_id = "seat_at_extension",
    request_body = Seat,
    responses((status = 200, body = Extensions), Invalid, Unauthorized, Refused, Missing),
)]
async fn seat(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(seat): ApiJson<Seat>,
) -> ApiResult<Json<Extensions>> {
    let mut tx = app.pool.begin().await?;
    extension::seat(&mut tx, &viewer, seat.account_id, &seat.number, seat.user_id, app.now()).await?;
    let items = extension::list(&mut tx, &viewer).await?;
    tx.commit().await?;
    Ok(Json(Extensions { items }))
}
