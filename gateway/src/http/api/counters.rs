//! The counters in the heads of a client's card.

use axum::Json;
use axum::extract::State;
use connector_api::Channel;
use crm_core::ClientId;
use crm_core::timeline::counters::{self, Counters};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiResult, Signed};

/// «Письма и SMS».
const LETTERS: [Channel; 1] = [Channel::Sms];

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(of_client))
}

/// How much of each kind belongs to a client, as its lists show it to the viewer: 1000 stands for any more.
#[utoipa::path(
    get, path = "/clients/{id}/counters", tag = "clients", operation_id = "count_of_client",
    params(("id" = ClientId, Path)),
    responses((status = 200, body = Counters), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_client(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<Json<Counters>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(counters::of_client(&mut conn, &viewer, id, &LETTERS).await?))
}
