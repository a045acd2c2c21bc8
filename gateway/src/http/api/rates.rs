//! «Курсы валют»: the header, the page, conversion, rates by hand. Everybody who is signed in reads them.

mod by_hand;
mod export;

use axum::Json;
use axum::extract::State;
use chrono::{Days, NaiveDate};
use crm_core::rates::{self, Conversion, Currency, Rate, RatesNow, moscow_date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Unauthorized};
use crate::http::{ApiQuery, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(now))
        .routes(routes!(in_force))
        .routes(routes!(history))
        .routes(routes!(convert))
        .merge(by_hand::router())
        .merge(export::router())
}

/// The longest period of one answer: ten years of records.
const MAX_PERIOD_DAYS: u64 = 3660;

/// What is in force today, for the header: rates with their change, their dates, and a warning.
#[utoipa::path(
    get, path = "/rates", tag = "rates", operation_id = "get_rates",
    responses((status = 200, body = RatesNow), Unauthorized),
)]
async fn now(State(app): State<App>, _signed: Signed) -> ApiResult<Json<RatesNow>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(rates::overview(&mut conn, &app.company.currencies, app.now()).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OnDay {
    /// Of this currency.
    #[param(value_type = String)]
    currency: Currency,
    /// The day in Moscow; today where it is not given.
    day: Option<NaiveDate>,
}

/// The rate of a currency in force on a day: of that day, or the last one before.
#[utoipa::path(
    get, path = "/rates/in-force", tag = "rates", operation_id = "get_rate_in_force",
    params(OnDay),
    responses((status = 200, body = Rate), Invalid, Unauthorized, Missing),
)]
async fn in_force(
    State(app): State<App>,
    _signed: Signed,
    ApiQuery(query): ApiQuery<OnDay>,
) -> ApiResult<Json<Rate>> {
    let day = query.day.unwrap_or_else(|| moscow_date(app.now()));
    let rate = rates::in_force(&mut *app.pool.acquire().await?, query.currency, day).await?;
    rate.map(Json).ok_or_else(|| rates::ConversionError::NoRate(query.currency).into())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Period {
    /// First day; a year ago where it is not given.
    from: Option<NaiveDate>,
    /// Last day; the last known one where it is not given.
    until: Option<NaiveDate>,
}

impl Period {
    /// Both days; not too far from each other.
    fn days(&self, today: NaiveDate) -> ApiResult<(NaiveDate, NaiveDate)> {
        let until = self.until.unwrap_or(today + Days::new(31));
        let from = self.from.unwrap_or(until.min(today) - Days::new(365));
        if from > until || until > from + Days::new(MAX_PERIOD_DAYS) {
            return Err(Problem::invalid_field("from", "Период: от одного дня до десяти лет."));
        }
        Ok((from, until))
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Of this currency.
    #[param(value_type = String)]
    currency: Currency,
    /// First day; a year ago where it is not given.
    from: Option<NaiveDate>,
    /// Last day; the last known one where it is not given.
    until: Option<NaiveDate>,
}

/// Records of a currency.
#[derive(Serialize, utoipa::ToSchema)]
struct RateHistory {
    /// The currency.
    currency: Currency,
    /// First day of the period.
    from: NaiveDate,
    /// Last day of it.
    until: NaiveDate,
    /// In force on the first day, where its record is older: where a chart begins.
    #[schema(required = true)]
    before: Option<Rate>,
    /// By date. Days without a record have the one before; where a person's rate stands beside the bank's, `is_used` says
    /// which counts.
    items: Vec<Rate>,
}

/// Records that took effect in a period, for the chart and the table. Days without a record are not filled in.
#[utoipa::path(
    get, path = "/rates/history", tag = "rates", operation_id = "list_rate_history",
    params(HistoryQuery),
    responses((status = 200, body = RateHistory), Invalid, Unauthorized),
)]
async fn history(
    State(app): State<App>,
    _signed: Signed,
    ApiQuery(query): ApiQuery<HistoryQuery>,
) -> ApiResult<Json<RateHistory>> {
    let HistoryQuery { currency, from, until } = query;
    let (from, until) = Period { from, until }.days(moscow_date(app.now()))?;
    let mut conn = app.pool.acquire().await?;
    let items = rates::history(&mut conn, currency, from, until).await?;
    let before = rates::in_force(&mut conn, currency, from).await?.filter(|rate| rate.effective_on < from);
    Ok(Json(RateHistory { currency, from, until, before, items }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ConvertQuery {
    /// The sum, with a decimal point.
    #[param(value_type = String, example = "1250.50")]
    amount: Decimal,
    /// From this currency.
    #[param(value_type = String)]
    from: Currency,
    /// Into this one.
    #[param(value_type = String)]
    to: Currency,
    /// By the rates of this day in Moscow; of today where it is not given.
    day: Option<NaiveDate>,
}

/// Converts a sum through the ruble, by rates of one effective date, and shows the way.
#[utoipa::path(
    get, path = "/rates/convert", tag = "rates", operation_id = "convert_sum",
    params(ConvertQuery),
    responses((status = 200, body = Conversion), Invalid, Unauthorized, Missing),
)]
async fn convert(
    State(app): State<App>,
    _signed: Signed,
    ApiQuery(query): ApiQuery<ConvertQuery>,
) -> ApiResult<Json<Conversion>> {
    let day = query.day.unwrap_or_else(|| moscow_date(app.now()));
    let mut conn = app.pool.acquire().await?;
    Ok(Json(rates::convert(&mut conn, query.amount, query.from, query.to, day).await?))
}
