//! «Клиенты»: lists, search, cards.

mod change;
mod contracts;
mod handovers;

use axum::Json;
use axum::extract::State;
use crm_core::clients::client::{self, ClientCard, ClientStatus, ContractMark, FeaturesVersion};
use crm_core::clients::contact::{self, Contact};
use crm_core::clients::list::{self, ClientCursor, ClientFilter, ClientRow, ClientSort};
use crm_core::clients::search::{self, Found};
use crm_core::{ClientId, ContactId, UserId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::words::OrNone;
use crate::http::{ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(features))
        .routes(routes!(contacts))
        .routes(routes!(find))
        .merge(change::router())
        .merge(contracts::router())
        .merge(handovers::router())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ClientsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before, with the same order and filters.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ClientCursor>>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: ClientSort,
    /// «Общая база» or «Клиент».
    #[param(inline)]
    status: Option<ClientStatus>,
    /// Id of the responsible user; `none` for the common base.
    #[param(value_type = Option<String>)]
    responsible: Option<OrNone<UserId>>,
    /// The city as written on the card; `none` for those without one.
    #[param(value_type = Option<String>)]
    city: Option<OrNone<String>>,
    /// `original`, `scan`, `one_off`, or `none`.
    #[param(value_type = Option<String>)]
    contract_mark: Option<OrNone<ContractMark>>,
    /// Made by an event and not yet named by a person.
    automatic: Option<bool>,
    /// With or without ИНН.
    has_inn: Option<bool>,
}

/// Clients in the order asked for.
#[derive(Serialize, utoipa::ToSchema)]
struct ClientPage {
    items: Vec<ClientRow>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The clients that the viewer reads whole. There is no total.
#[utoipa::path(
    get, path = "/clients", tag = "clients", operation_id = "list_clients",
    params(ClientsQuery),
    responses((status = 200, body = ClientPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<ClientsQuery>,
) -> ApiResult<Json<ClientPage>> {
    let filter = ClientFilter {
        status: query.status,
        responsible: query.responsible.map(|wanted| wanted.0),
        city: query.city.map(|wanted| wanted.0),
        contract_mark: query.contract_mark.map(|wanted| wanted.0),
        automatic: query.automatic,
        has_inn: query.has_inn,
    };
    let after = query.cursor.as_ref().map(|cursor| &cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = list::list(&mut conn, &viewer, &filter, query.sort, after, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, ClientRow::cursor);
    Ok(Json(ClientPage { items, next_cursor }))
}

/// The card of a client. Of a foreign one the problem `foreign-client` tells name, ИНН and responsible in `stub`.
#[utoipa::path(
    get, path = "/clients/{id}", tag = "clients", operation_id = "get_client",
    params(("id" = ClientId, Path)),
    responses((status = 200, body = ClientCard), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<Json<ClientCard>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(client::read(&mut conn, &viewer, id).await?))
}

/// «Особенности клиента» as they were, the newest version first.
#[utoipa::path(
    get, path = "/clients/{id}/features", tag = "clients", operation_id = "list_client_features",
    params(("id" = ClientId, Path)),
    responses((status = 200, body = Vec<FeaturesVersion>), Invalid, Unauthorized, Refused, Missing),
)]
async fn features(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<Json<Vec<FeaturesVersion>>> {
    Ok(Json(client::features_versions(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ContactId>>,
}

/// People, those known longest first.
#[derive(Serialize, utoipa::ToSchema)]
struct ContactPage {
    items: Vec<Contact>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The people of a client with their addresses.
#[utoipa::path(
    get, path = "/clients/{id}/contacts", tag = "clients", operation_id = "list_client_contacts",
    params(("id" = ClientId, Path), PeopleQuery),
    responses((status = 200, body = ContactPage), Invalid, Unauthorized, Refused, Missing),
)]
async fn contacts(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
    ApiQuery(query): ApiQuery<PeopleQuery>,
) -> ApiResult<Json<ContactPage>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = contact::of_client(&mut conn, &viewer, id, after, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |contact| contact.id);
    Ok(Json(ContactPage { items, next_cursor }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// A part of a name, an ИНН, the last four digits of a number or more; any keyboard layout, either alphabet.
    text: String,
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Finds clients by name, ИНН, phone and people. Foreign clients come apart, as stubs, by name and ИНН only.
#[utoipa::path(
    get, path = "/search", tag = "clients", operation_id = "search",
    params(SearchQuery),
    responses((status = 200, body = Found), Invalid, Unauthorized, Refused),
)]
async fn find(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<SearchQuery>,
) -> ApiResult<Json<Found>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(search::search(&mut conn, &viewer, &query.text, query.limit.size()).await?))
}
