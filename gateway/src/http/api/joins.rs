//! «Объединить», «Разъединить», «похожие».

use axum::Json;
use axum::extract::State;
use crm_core::clients::join::{self, Choices, ClientJoin, ContactJoin, JoinOutcome, Side};
use crm_core::clients::proposal::{self, Proposal};
use crm_core::{JoinId, ProposalId};
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
        .routes(routes!(join_clients))
        .routes(routes!(join_contacts))
        .routes(routes!(split))
        .routes(routes!(list))
        .routes(routes!(accept))
        .routes(routes!(reject))
}

/// Joins one client into another. Differing fields without a choice are refused with `choice-needed`.
#[utoipa::path(
    post, path = "/joins/clients", tag = "joins", operation_id = "join_clients",
    request_body = ClientJoin,
    responses((status = 200, body = JoinOutcome), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn join_clients(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(join): ApiJson<ClientJoin>,
) -> ApiResult<Json<JoinOutcome>> {
    let mut tx = app.pool.begin().await?;
    let outcome = join::join_clients(&mut tx, &viewer, app.now(), &join).await?;
    tx.commit().await?;
    Ok(Json(outcome))
}

/// Joins one contact into another, with the card that events made for one of them.
#[utoipa::path(
    post, path = "/joins/contacts", tag = "joins", operation_id = "join_contacts",
    request_body = ContactJoin,
    responses((status = 200, body = JoinOutcome), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn join_contacts(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(join): ApiJson<ContactJoin>,
) -> ApiResult<Json<JoinOutcome>> {
    let mut tx = app.pool.begin().await?;
    let outcome = join::join_contacts(&mut tx, &viewer, app.now(), &join).await?;
    tx.commit().await?;
    Ok(Json(outcome))
}

/// Takes a join apart. What was edited since stays; rows that came in between stand where their own contact stands.
#[utoipa::path(
    post, path = "/joins/{id}/split", tag = "joins", operation_id = "split_join",
    params(("id" = JoinId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn split(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<JoinId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    join::split(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ProposalsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ProposalId>>,
}

/// Open proposals, the oldest first.
#[derive(Serialize, utoipa::ToSchema)]
struct ProposalPage {
    items: Vec<Proposal>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// «похожие»: open proposals of which the viewer reads both sides.
#[utoipa::path(
    get, path = "/proposals", tag = "joins", operation_id = "list_proposals",
    params(ProposalsQuery),
    responses((status = 200, body = ProposalPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<ProposalsQuery>,
) -> ApiResult<Json<ProposalPage>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = proposal::list(&mut conn, &viewer, after, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |proposal| proposal.id);
    Ok(Json(ProposalPage { items, next_cursor }))
}

/// Whose name stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// Per field that differs; the first contact of the proposal is the survivor.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Side>)]
    choices: Choices,
}

/// They are one person: joins the two.
#[utoipa::path(
    post, path = "/proposals/{id}/accept", tag = "joins", operation_id = "accept_proposal",
    params(("id" = ProposalId, Path)),
    request_body = Acceptance,
    responses((status = 200, body = JoinOutcome), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn accept(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ProposalId>,
    ApiJson(body): ApiJson<Acceptance>,
) -> ApiResult<Json<JoinOutcome>> {
    let mut tx = app.pool.begin().await?;
    let outcome = proposal::accept(&mut tx, &viewer, app.now(), id, body.choices).await?;
    tx.commit().await?;
    Ok(Json(outcome))
}

/// They are two persons; the proposal is not made again.
#[utoipa::path(
    post, path = "/proposals/{id}/reject", tag = "joins", operation_id = "reject_proposal",
    params(("id" = ProposalId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn reject(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ProposalId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    proposal::reject(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
