//! «Журнал событий канала»: what providers posted, what became of it, and reading it again.

mod view;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use crm_core::timeline::raw_event::{Balance, RawFilter, RawState, RawSummary};
use crm_core::timeline::raw_log::{self, AccountBalance, ReplayFilter};
use crm_core::{AccountId, RawEventId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};
use crate::masking::Masker;
use crate::replay::{Replayed, replay};
use view::RawEventView;

/// Raw events of one request of replay; the answer says where to go on.
const REPLAY_LIMIT: u64 = 5_000;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(balance))
        .routes(routes!(get))
        .routes(routes!(replay_one))
        .routes(routes!(replay_many))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<RawEventId>>,
    /// Of one account.
    account_id: Option<AccountId>,
    /// In one state; absent for all, those not looked at yet included.
    state: Option<RawState>,
    /// Received at or after.
    from: Option<DateTime<Utc>>,
    /// Received before.
    until: Option<DateTime<Utc>>,
}

/// Raw events, newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct RawEventPage {
    items: Vec<RawSummary>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Raw = applied + ignored + quarantined + pending.
#[derive(Serialize, utoipa::ToSchema)]
struct RawBalance {
    total: Balance,
    accounts: Vec<AccountBalance>,
}

/// Which raw events to read again.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayForm {
    /// Received at or after.
    from: Option<DateTime<Utc>>,
    /// Received before.
    until: Option<DateTime<Utc>>,
    /// Of one account.
    account_id: Option<AccountId>,
    /// In one state; absent for all.
    state: Option<RawState>,
    /// `next_cursor` of the answer before.
    #[schema(value_type = Option<String>)]
    cursor: Option<Cursor<RawEventId>>,
}

/// What a replay did.
#[derive(Serialize, utoipa::ToSchema)]
struct ReplayAnswer {
    #[serde(flatten)]
    done: Replayed,
    /// Ask again with it to go on; `null` when all are read.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

impl ReplayAnswer {
    fn new(done: Replayed) -> Self {
        let next_cursor = done.next.map(|next| Cursor(next).encode());
        Self { done, next_cursor }
    }
}

/// The log, newest first, without bodies.
#[utoipa::path(
    get, path = "/raw-events", tag = "raw_events", operation_id = "list_raw_events",
    params(LogQuery),
    responses((status = 200, body = RawEventPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<LogQuery>,
) -> ApiResult<Json<RawEventPage>> {
    let filter = RawFilter {
        account_id: query.account_id,
        state: query.state,
        from: query.from,
        until: query.until,
        after: query.cursor.map(|cursor| cursor.0),
        limit: query.limit.rows(),
    };
    let mut conn = app.pool.acquire().await?;
    let rows = raw_log::list(&mut conn, &viewer, &filter).await?;
    let (mut items, next_cursor) = query.limit.cut(rows, |row| row.id);
    let masker = Masker::default();
    for item in &mut items {
        item.reason = item.reason.take().map(|reason| masker.text(&reason).into_owned());
    }
    Ok(Json(RawEventPage { items, next_cursor }))
}

/// The balance of the log: in all and of each account.
#[utoipa::path(
    get, path = "/raw-events/balance", tag = "raw_events", operation_id = "get_raw_balance",
    responses((status = 200, body = RawBalance), Unauthorized, Refused),
)]
async fn balance(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<RawBalance>> {
    let mut conn = app.pool.acquire().await?;
    let accounts = raw_log::balance(&mut conn, &viewer).await?;
    Ok(Json(RawBalance { total: raw_log::total(&accounts), accounts }))
}

/// One raw event: its body without secrets, what became of it, and what its connector understands of it now. The look
/// is audited.
#[utoipa::path(
    get, path = "/raw-events/{id}", tag = "raw_events", operation_id = "get_raw_event",
    params(("id" = RawEventId, Path)),
    responses((status = 200, body = RawEventView), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RawEventId>,
) -> ApiResult<Json<RawEventView>> {
    let mut tx = app.pool.begin().await?;
    let (stored, outcome) = raw_log::open(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(RawEventView::new(&app.accounts, &stored, outcome)))
}

/// Reads one raw event again.
#[utoipa::path(
    post, path = "/raw-events/{id}/replay", tag = "raw_events", operation_id = "replay_raw_event",
    params(("id" = RawEventId, Path)),
    responses((status = 200, body = ReplayAnswer), Invalid, Unauthorized, Refused, Missing),
)]
async fn replay_one(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RawEventId>,
) -> ApiResult<Json<ReplayAnswer>> {
    let filter = ReplayFilter { only: Some(id), ..ReplayFilter::default() };
    let mut tx = app.pool.begin().await?;
    raw_log::begin_replay(&mut tx, &viewer, &filter, app.now()).await?;
    tx.commit().await?;
    let done = replay(&app.pool, &app.accounts, &filter, 1, app.now()).await?;
    Ok(Json(ReplayAnswer::new(done)))
}

/// Reads raw events again, in the order of receipt: up to 5,000 in one request. Changes nothing where they are understood
/// as before.
#[utoipa::path(
    post, path = "/raw-events/replay", tag = "raw_events", operation_id = "replay_raw_events",
    request_body = ReplayForm,
    responses((status = 200, body = ReplayAnswer), Invalid, Unauthorized, Refused),
)]
async fn replay_many(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(form): ApiJson<ReplayForm>,
) -> ApiResult<Json<ReplayAnswer>> {
    let filter = ReplayFilter {
        only: None,
        account_id: form.account_id,
        state: form.state,
        from: form.from,
        until: form.until,
        after: form.cursor.map(|cursor| cursor.0),
    };
    let mut tx = app.pool.begin().await?;
    raw_log::begin_replay(&mut tx, &viewer, &filter, app.now()).await?;
    tx.commit().await?;
    let done = replay(&app.pool, &app.accounts, &filter, REPLAY_LIMIT, app.now()).await?;
    Ok(Json(ReplayAnswer::new(done)))
}
