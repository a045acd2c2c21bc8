//! «Глазами сотрудника»: reading alone, and every look is audited.

use axum::Json;
use axum::extract::State;
use crm_core::UserId;
use crm_core::access::Right;
use crm_core::access::eyes::{self, Looked, Sight};
use crm_core::clients::list::{self, ClientCursor, ClientFilter, ClientRow, ClientSort};
use crm_core::timeline::conversation::{self, Conversation, ConversationCursor, ConversationFilter};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};

/// The routes.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(rights)).routes(routes!(clients)).routes(routes!(conversations))
}

/// What a colleague may, and where each right comes from.
#[utoipa::path(
    get, path = "/users/{id}/eyes", tag = "users", operation_id = "look_at_rights",
    params(("id" = UserId, Path)),
    responses((status = 200, body = Sight), Invalid, Unauthorized, Refused, Missing),
)]
async fn rights(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<Json<Sight>> {
    let mut tx = app.pool.begin().await?;
    let sight = eyes::rights(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(sight))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ClientsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ClientCursor>>,
}

/// Clients by name, as a colleague sees them.
#[derive(Serialize, utoipa::ToSchema)]
struct EyesClientPage {
    items: Vec<ClientRow>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The clients that a colleague reads whole.
#[utoipa::path(
    get, path = "/users/{id}/eyes/clients", tag = "users", operation_id = "look_at_clients",
    params(("id" = UserId, Path), ClientsQuery),
    responses((status = 200, body = EyesClientPage), Invalid, Unauthorized, Refused, Missing),
)]
async fn clients(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
    ApiQuery(query): ApiQuery<ClientsQuery>,
) -> ApiResult<Json<EyesClientPage>> {
    let after = query.cursor.as_ref().map(|cursor| &cursor.0);
    let mut tx = app.pool.begin().await?;
    let eyes = eyes::of(&mut tx, &viewer, id, Looked::Clients, app.now()).await?;
    let (filter, sort) = (ClientFilter::default(), ClientSort::Name);
    let rows = match eyes.scope(Right::ClientsRead) {
        Some(_) => list::list(&mut tx, &eyes, &filter, sort, after, query.limit.rows()).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let (items, next_cursor) = query.limit.cut(rows, ClientRow::cursor);
    Ok(Json(EyesClientPage { items, next_cursor }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ConversationsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<ConversationCursor>>,
}

/// Conversations, the newest first, as a colleague sees them.
#[derive(Serialize, utoipa::ToSchema)]
struct EyesConversationPage {
    items: Vec<Conversation>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The conversations of clients that a colleague reads.
#[utoipa::path(
    get, path = "/users/{id}/eyes/conversations", tag = "users", operation_id = "look_at_conversations",
    params(("id" = UserId, Path), ConversationsQuery),
    responses((status = 200, body = EyesConversationPage), Invalid, Unauthorized, Refused, Missing),
)]
async fn conversations(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
    ApiQuery(query): ApiQuery<ConversationsQuery>,
) -> ApiResult<Json<EyesConversationPage>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let mut tx = app.pool.begin().await?;
    let eyes = eyes::of(&mut tx, &viewer, id, Looked::Conversations, app.now()).await?;
    let filter = ConversationFilter::default();
    let rows = match eyes.scope(Right::ClientsRead) {
        Some(_) => conversation::list(&mut tx, &eyes, &filter, after, query.limit.rows()).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let (items, next_cursor) = query.limit.cut(rows, Conversation::cursor);
    Ok(Json(EyesConversationPage { items, next_cursor }))
}
