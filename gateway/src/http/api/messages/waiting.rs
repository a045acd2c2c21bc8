//! What is done about a delivery that is on its way, or stuck there.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use connector_api::{OutboundAction, OutboundContent};
use crm_core::DeliveryId;
use crm_core::delivery::press::{self, Plan};
use crm_core::delivery::view::{self, AttemptView};
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Problem, Signed};

use super::body::words;
use super::{ONLY_RECEIVES, parts, writable};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(attempts))
        .routes(routes!(retry))
        .routes(routes!(send_now))
        .routes(routes!(replan))
        .routes(routes!(cancel))
        .routes(routes!(confirm))
}

/// Every attempt at a delivery, in order, with what it came to.
#[utoipa::path(
    get, path = "/deliveries/{id}/attempts", tag = "messages", operation_id = "delivery_attempts",
    params(("id" = DeliveryId, Path)),
    responses((status = 200, body = Vec<AttemptView>), Invalid, Unauthorized, Refused, Missing),
)]
async fn attempts(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DeliveryId>,
) -> ApiResult<Json<Vec<AttemptView>>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(view::attempts(&mut conn, &viewer, id).await?))
}

/// «Повторить»: a new attempt of the same delivery; one that only waits for its pause or its planned time goes at once.
#[utoipa::path(
    post, path = "/deliveries/{id}/retry", tag = "messages", operation_id = "retry_delivery",
    params(("id" = DeliveryId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn retry(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DeliveryId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    press::retry(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// «Отправить сейчас»: what waits for its time, or for the client's morning, goes at once.
#[utoipa::path(
    post, path = "/deliveries/{id}/send-now", tag = "messages", operation_id = "send_delivery_now",
    params(("id" = DeliveryId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn send_now(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DeliveryId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    press::send_now(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When a planned message goes.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanBody {
    /// Not before this moment.
    planned_for: DateTime<Utc>,
    /// New words of a plain text; absent leaves them.
    text: Option<String>,
}

/// Changes a planned message until it begins. Whether it may go is asked again when its time comes.
#[utoipa::path(
    put, path = "/deliveries/{id}/plan", tag = "messages", operation_id = "replan_delivery",
    params(("id" = DeliveryId, Path)),
    request_body = PlanBody,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn replan(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DeliveryId>,
    ApiJson(body): ApiJson<PlanBody>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    let text = match body.text {
        None => None,
        Some(text) => {
            let text = words("text", text)?;
            let place = press::planned(&mut tx, &viewer, id).await?;
            let account =
                app.accounts.by_id(place.account_id).ok_or_else(|| Problem::conflict(ONLY_RECEIVES))?;
            let content = OutboundContent::Text { text: text.clone() };
            let action = OutboundAction::Send { content, quote: None };
            Some((text, parts(writable(&account)?, &place, id, action)?))
        }
    };
    let plan = Plan { planned_for: body.planned_for, text };
    press::replan(&mut tx, &viewer, app.now(), id, plan).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back what has not gone yet.
#[utoipa::path(
    post, path = "/deliveries/{id}/cancel", tag = "messages", operation_id = "cancel_delivery",
    params(("id" = DeliveryId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn cancel(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DeliveryId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    press::cancel(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// «Дошло»: of a delivery whose fate is unknown, a person says that it arrived.
#[utoipa::path(
    post, path = "/deliveries/{id}/confirm", tag = "messages", operation_id = "confirm_delivery",
    params(("id" = DeliveryId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn confirm(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DeliveryId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    press::confirm_sent(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
