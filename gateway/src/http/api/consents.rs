//! Consents of people, and the company's rules of writing to clients.

use axum::Json;
use axum::extract::State;
use crm_core::ContactId;
use crm_core::consent::{self, Consents, NewConsent, stop_words};
use crm_core::delivery::rules::{self, MessagingRules, RulesEdit};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_contact, write_down))
        .routes(routes!(get_rules, edit_rules))
        .routes(routes!(get_stop_words, replace_stop_words))
}

/// Which messages a person takes, by whose word, and every word before.
#[utoipa::path(
    get, path = "/contacts/{id}/consents", tag = "consents", operation_id = "contact_consents",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Consents), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_contact(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
) -> ApiResult<Json<Consents>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(consent::of_contact(&mut conn, &viewer, id).await?))
}

/// Writes down what a person said elsewhere. A "no" takes back what is planned for that person, by every channel.
#[utoipa::path(
    post, path = "/contacts/{id}/consents", tag = "consents", operation_id = "write_down_consent",
    params(("id" = ContactId, Path)),
    request_body = NewConsent,
    responses((status = 200, body = Consents), Invalid, Unauthorized, Refused, Missing),
)]
async fn write_down(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiJson(new): ApiJson<NewConsent>,
) -> ApiResult<Json<Consents>> {
    let mut tx = app.pool.begin().await?;
    consent::write_down(&mut tx, &viewer, app.now(), id, &new).await?;
    let consents = consent::of_contact(&mut tx, &viewer, id).await?;
    tx.commit().await?;
    Ok(Json(consents))
}

/// The rules of writing to clients.
#[utoipa::path(
    get, path = "/messaging-rules", tag = "consents", operation_id = "messaging_rules",
    responses((status = 200, body = MessagingRules), Unauthorized),
)]
async fn get_rules(State(app): State<App>, Signed(_viewer): Signed) -> ApiResult<Json<MessagingRules>> {
    Ok(Json(rules::load(&mut *app.pool.acquire().await?).await?))
}

/// Changes the rules of writing to clients.
#[utoipa::path(
    patch, path = "/messaging-rules", tag = "consents", operation_id = "edit_messaging_rules",
    request_body = RulesEdit,
    responses((status = 200, body = MessagingRules), Invalid, Unauthorized, Refused, Conflict),
)]
async fn edit_rules(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(edit): ApiJson<RulesEdit>,
) -> ApiResult<Json<MessagingRules>> {
    let mut tx = app.pool.begin().await?;
    let rules = rules::edit(&mut tx, &viewer, app.now(), edit).await?;
    tx.commit().await?;
    Ok(Json(rules))
}

/// The words by which a client ends advertising.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct StopWordList {
    /// A message that is one of them and nothing else; the case is no matter.
    words: Vec<String>,
}

/// The STOP words in force.
#[utoipa::path(
    get, path = "/messaging-rules/stop-words", tag = "consents", operation_id = "stop_words",
    responses((status = 200, body = StopWordList), Unauthorized),
)]
async fn get_stop_words(State(app): State<App>, Signed(_viewer): Signed) -> ApiResult<Json<StopWordList>> {
    Ok(Json(StopWordList { words: stop_words::list(&mut *app.pool.acquire().await?).await? }))
}

/// Replaces the STOP words from now on; what was said before keeps its meaning.
#[utoipa::path(
    put, path = "/messaging-rules/stop-words", tag = "consents", operation_id = "replace_stop_words",
    request_body = StopWordList,
    responses((status = 200, body = StopWordList), Invalid, Unauthorized, Refused),
)]
async fn replace_stop_words(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(list): ApiJson<StopWordList>,
) -> ApiResult<Json<StopWordList>> {
    let mut tx = app.pool.begin().await?;
    stop_words::replace(&mut tx, &viewer, app.now(), &list.words).await?;
    let words = stop_words::list(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(StopWordList { words }))
}
