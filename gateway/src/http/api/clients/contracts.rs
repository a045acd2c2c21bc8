//! Contracts on a card.

use axum::Json;
use axum::extract::State;
use crm_core::clients::contract::{self, ContractEdit, NewContract};
use crm_core::{ClientId, ContractId};
use http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(edit, withdraw)).routes(routes!(restore))
}

/// A contract that was put down; the card has the rest.
#[derive(Serialize, utoipa::ToSchema)]
struct ContractMade {
    id: ContractId,
}

/// Puts a contract on a card. The same `id` with the same content again answers with the same contract, with other content
/// it is refused.
#[utoipa::path(
    post, path = "/clients/{id}/contracts", tag = "clients", operation_id = "create_contract",
    params(("id" = ClientId, Path)),
    request_body = NewContract,
    responses((status = 201, body = ContractMade), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(client): ApiPath<ClientId>,
    ApiJson(new): ApiJson<NewContract>,
) -> ApiResult<(StatusCode, Json<ContractMade>)> {
    let mut tx = app.pool.begin().await?;
    let id = contract::create(&mut tx, &viewer, app.now(), client, new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(ContractMade { id })))
}

/// Changes a contract. An old version is refused with `stale-version`; a number or a date that was given once is changed
/// only by those who correct contacts.
#[utoipa::path(
    patch, path = "/contracts/{id}", tag = "clients", operation_id = "edit_contract",
    params(("id" = ContractId, Path)),
    request_body = ContractEdit,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContractId>,
    ApiJson(edit): ApiJson<ContractEdit>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    contract::edit(&mut tx, &viewer, app.now(), id, edit).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a contract off its card.
#[utoipa::path(
    delete, path = "/contracts/{id}", tag = "clients", operation_id = "withdraw_contract",
    params(("id" = ContractId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn withdraw(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContractId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    contract::withdraw(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a withdrawn contract back.
#[utoipa::path(
    post, path = "/contracts/{id}/restore", tag = "clients", operation_id = "restore_contract",
    params(("id" = ContractId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn restore(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContractId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    contract::restore(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
