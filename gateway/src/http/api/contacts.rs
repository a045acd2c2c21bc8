//! «Контакты»: people and their addresses.

use axum::Json;
use axum::extract::State;
use crm_core::clients::contact::{self, Contact, ContactEdit, NewContact};
use crm_core::clients::identity::{self, NewAddress};
use crm_core::clients::invitation::{self, Invitation};
use crm_core::{ClientId, ContactId, IdentityId};
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get, edit))
        .routes(routes!(link))
        .routes(routes!(add_address))
        .routes(routes!(remove_address))
        .routes(routes!(invite))
}

/// Creates a contact with its addresses; all of it or nothing.
#[utoipa::path(
    post, path = "/contacts", tag = "contacts", operation_id = "create_contact",
    request_body = NewContact,
    responses((status = 201, body = Contact), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(new): ApiJson<NewContact>,
) -> ApiResult<(StatusCode, Json<Contact>)> {
    let mut tx = app.pool.begin().await?;
    let contact = contact::create(&mut tx, &viewer, app.now(), new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(contact)))
}

/// One contact, with those of its companies that the viewer reads.
#[utoipa::path(
    get, path = "/contacts/{id}", tag = "contacts", operation_id = "get_contact",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Contact), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
) -> ApiResult<Json<Contact>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(contact::read(&mut conn, &viewer, id).await?))
}

/// Changes the name, or the post in one company. A name that a person gave is changed only by those who correct contacts.
#[utoipa::path(
    patch, path = "/contacts/{id}", tag = "contacts", operation_id = "edit_contact",
    params(("id" = ContactId, Path)),
    request_body = ContactEdit,
    responses((status = 200, body = Contact), Invalid, Unauthorized, Refused, Missing),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiJson(edit): ApiJson<ContactEdit>,
) -> ApiResult<Json<Contact>> {
    let mut tx = app.pool.begin().await?;
    let contact = contact::edit(&mut tx, &viewer, app.now(), id, edit).await?;
    tx.commit().await?;
    Ok(Json(contact))
}

/// One more company of a person.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// The company.
    client_id: ClientId,
    /// What the person is there.
    #[serde(default)]
    post: Option<String>,
}

/// Lets a contact speak for one more company.
#[utoipa::path(
    post, path = "/contacts/{id}/clients", tag = "contacts", operation_id = "link_contact",
    params(("id" = ContactId, Path)),
    request_body = Link,
    responses((status = 200, body = Contact), Invalid, Unauthorized, Refused, Missing),
)]
async fn link(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiJson(body): ApiJson<Link>,
) -> ApiResult<Json<Contact>> {
    let mut tx = app.pool.begin().await?;
    let contact = contact::link(&mut tx, &viewer, app.now(), id, body.client_id, body.post).await?;
    tx.commit().await?;
    Ok(Json(contact))
}

/// Gives a contact a phone or an e-mail. The first one may be filled in; more of them change frozen data. One that is known
/// elsewhere is refused with `taken`.
#[utoipa::path(
    post, path = "/contacts/{id}/addresses", tag = "contacts", operation_id = "add_contact_address",
    params(("id" = ContactId, Path)),
    request_body = NewAddress,
    responses((status = 200, body = Contact), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn add_address(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiJson(new): ApiJson<NewAddress>,
) -> ApiResult<Json<Contact>> {
    let mut tx = app.pool.begin().await?;
    identity::add(&mut tx, &viewer, app.now(), id, &new).await?;
    let contact = contact::read(&mut tx, &viewer, id).await?;
    tx.commit().await?;
    Ok(Json(contact))
}

/// Takes away an address that a person gave and no event has used.
#[utoipa::path(
    delete, path = "/addresses/{id}", tag = "contacts", operation_id = "remove_contact_address",
    params(("id" = IdentityId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn remove_address(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<IdentityId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    identity::remove(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link by which this person comes to the bot and is recognised: `https://t.me/<bot>?start=<token>`. It works once.
#[utoipa::path(
    post, path = "/contacts/{id}/invitations", tag = "contacts", operation_id = "invite_contact",
    params(("id" = ContactId, Path)),
    responses((status = 201, body = Invitation), Invalid, Unauthorized, Refused, Missing),
)]
async fn invite(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
) -> ApiResult<(StatusCode, Json<Invitation>)> {
    let mut tx = app.pool.begin().await?;
    let invitation = invitation::create(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(invitation)))
}
