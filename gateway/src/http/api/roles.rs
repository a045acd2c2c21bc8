//! «Права доступа»: the matrix of role, right and scope.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use crm_core::access::role::{self, Role};
use crm_core::access::{Right, Scope};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set_rights))
}

/// The whole matrix.
#[derive(Serialize, utoipa::ToSchema)]
struct RoleList {
    items: Vec<Role>,
    /// All rights there are, in the order to show them.
    rights: Vec<Right>,
}

/// All rights that a role has from now on; what is absent is taken away.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleRights {
    rights: BTreeMap<Right, Scope>,
}

/// All roles with their rights.
#[utoipa::path(
    get, path = "/roles", tag = "roles", operation_id = "list_roles",
    responses((status = 200, body = RoleList), Unauthorized, Refused),
)]
async fn list(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<RoleList>> {
    let mut conn = app.pool.acquire().await?;
    let items = role::list(&mut conn, &viewer).await?;
    Ok(Json(RoleList { items, rights: Right::ALL.to_vec() }))
}

/// Gives a role these rights; they count from the next request of each of its users on.
#[utoipa::path(
    put, path = "/roles/{code}/rights", tag = "roles", operation_id = "set_role_rights",
    params(("code" = String, Path)),
    request_body = RoleRights,
    responses((status = 200, body = Role), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn set_rights(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(code): ApiPath<String>,
    ApiJson(body): ApiJson<RoleRights>,
) -> ApiResult<Json<Role>> {
    let mut tx = app.pool.begin().await?;
    let role = role::set_rights(&mut tx, &viewer, &code, &body.rights, app.now()).await?;
    tx.commit().await?;
    Ok(Json(role))
}
