//! «Журнал»: who did what.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use crm_core::UserId;
use crm_core::access::audit::{self, Entry, Filter};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Refused, Unauthorized};
use crate::http::{ApiQuery, ApiResult, Cursor, Limit, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Uuid>>,
    /// Done by this user.
    user_id: Option<UserId>,
    /// This action, or all of a kind when it ends in a dot: `user.`.
    action: Option<String>,
    /// Done to this kind of thing.
    subject_kind: Option<String>,
    /// Done to this one.
    subject_id: Option<String>,
    /// Not before this moment.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

/// Lines of the log, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct AuditPage {
    items: Vec<Entry>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The log, the newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", operation_id = "list_audit",
    params(AuditQuery),
    responses((status = 200, body = AuditPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<AuditQuery>,
) -> ApiResult<Json<AuditPage>> {
    let filter = Filter {
        user: query.user_id,
        action: query.action,
        subject_kind: query.subject_kind,
        subject_id: query.subject_id,
        from: query.from,
        until: query.until,
    };
    let behind = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = audit::list(&mut conn, &viewer, &filter, behind, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |entry| entry.id);
    Ok(Json(AuditPage { items, next_cursor }))
}
