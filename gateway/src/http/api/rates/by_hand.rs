//! Rates that a person enters, and figures that a person should look at.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use crm_core::DoubtId;
use crm_core::rates::{self, Currency, Doubt, ManualRate, Rate};
use http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(enter))
        .routes(routes!(withdraw))
        .routes(routes!(doubts))
        .routes(routes!(resolve))
}

/// Enters a rate for a day, or changes the one entered before. It counts instead of the bank's of that day.
#[utoipa::path(
    put, path = "/rates/manual", tag = "rates", operation_id = "enter_rate",
    request_body = ManualRate,
    responses((status = 200, body = Rate), Invalid, Unauthorized, Refused),
)]
async fn enter(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(new): ApiJson<ManualRate>,
) -> ApiResult<Json<Rate>> {
    let mut tx = app.pool.begin().await?;
    let rate = rates::enter(&mut tx, &viewer, &new, app.now()).await?;
    tx.commit().await?;
    Ok(Json(rate))
}

/// Takes an entered rate back; the bank's counts again.
#[utoipa::path(
    delete, path = "/rates/manual/{currency}/{effective_on}", tag = "rates", operation_id = "withdraw_rate",
    params(("currency" = String, Path), ("effective_on" = NaiveDate, Path)),
    responses((status = 204, description = "Курс отозван"), Invalid, Unauthorized, Refused, Missing),
)]
async fn withdraw(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath((currency, effective_on)): ApiPath<(Currency, NaiveDate)>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    rates::withdraw(&mut tx, &viewer, currency, effective_on, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Figures in doubt, the oldest first.
#[derive(Serialize, utoipa::ToSchema)]
struct DoubtList {
    items: Vec<Doubt>,
}

/// Published figures that a person should look at: jumps, wrong nominals, corrections.
#[utoipa::path(
    get, path = "/rates/doubts", tag = "rates", operation_id = "list_rate_doubts",
    responses((status = 200, body = DoubtList), Unauthorized, Refused),
)]
async fn doubts(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<DoubtList>> {
    Ok(Json(DoubtList { items: rates::doubts(&mut *app.pool.acquire().await?, &viewer).await? }))
}

/// «Проверено». The rates in use stay as they are; another one is entered by hand.
#[utoipa::path(
    post, path = "/rates/doubts/{id}/resolve", tag = "rates", operation_id = "resolve_rate_doubt",
    params(("id" = DoubtId, Path)),
    responses((status = 204, description = "Отмечено"), Invalid, Unauthorized, Refused, Missing),
)]
async fn resolve(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<DoubtId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    rates::resolve_doubt(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
