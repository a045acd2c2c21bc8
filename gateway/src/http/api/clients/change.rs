//! Cards created, edited, given away and taken.

use axum::Json;
use axum::extract::State;
use crm_core::ClientId;
use crm_core::clients::client::{self, ClientCard, ClientEdit, NewClient, Transfer};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(edit))
        .routes(routes!(transfer))
        .routes(routes!(take))
}

/// Creates a client. An ИНН that exists is refused with `taken`: `by` holds the id, or the stub of a foreign client.
#[utoipa::path(
    post, path = "/clients", tag = "clients", operation_id = "create_client",
    request_body = NewClient,
    responses((status = 201, body = ClientCard), Invalid, Unauthorized, Refused, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(new): ApiJson<NewClient>,
) -> ApiResult<(StatusCode, Json<ClientCard>)> {
    let mut tx = app.pool.begin().await?;
    let card = client::create(&mut tx, &viewer, app.now(), new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(card)))
}

/// Changes fields of a card. An old version is refused with `stale-version`; name and requisites that were given once are
/// changed only by those who correct contacts.
#[utoipa::path(
    patch, path = "/clients/{id}", tag = "clients", operation_id = "edit_client",
    params(("id" = ClientId, Path)),
    request_body = ClientEdit,
    responses((status = 200, body = ClientCard), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
    ApiJson(edit): ApiJson<ClientEdit>,
) -> ApiResult<Json<ClientCard>> {
    let mut tx = app.pool.begin().await?;
    let card = client::edit(&mut tx, &viewer, app.now(), id, edit).await?;
    tx.commit().await?;
    Ok(Json(card))
}

/// Gives a client to another user, for good or for a time.
#[utoipa::path(
    post, path = "/clients/{id}/transfer", tag = "clients", operation_id = "transfer_client",
    params(("id" = ClientId, Path)),
    request_body = Transfer,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn transfer(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
    ApiJson(body): ApiJson<Transfer>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    client::transfer(&mut tx, &viewer, app.now(), id, &body).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a client of the common base.
#[utoipa::path(
    post, path = "/clients/{id}/take", tag = "clients", operation_id = "take_client",
    params(("id" = ClientId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn take(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    client::take(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
