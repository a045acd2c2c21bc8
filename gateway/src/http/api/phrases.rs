//! «Заготовки»: quick replies and SMS templates, the company's and one's own.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use connector_api::TextMeasure;
use crm_core::phrases::phrase::{
    self, NewPhrase, Phrase, PhraseCursor, PhraseEdit, PhraseFilter, PhraseKind,
};
use crm_core::phrases::{self, MissingField, Source, TextField};
use crm_core::{ClientId, PhraseId};
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
        .routes(routes!(list, create))
        .routes(routes!(edit, delete))
        .routes(routes!(place))
        .routes(routes!(preview))
        .routes(routes!(sources))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PhrasesQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<PhraseCursor>>,
    /// What they are for.
    #[param(inline)]
    kind: Option<PhraseKind>,
    /// Words of the name, the code or the text.
    text: Option<String>,
}

/// Texts written beforehand: one's own first, then the company's, each in their order.
#[derive(Serialize, utoipa::ToSchema)]
struct PhrasePage {
    items: Vec<Phrase>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The company's texts and my own.
#[utoipa::path(
    get, path = "/phrases", tag = "phrases", operation_id = "list_phrases",
    params(PhrasesQuery),
    responses((status = 200, body = PhrasePage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<PhrasesQuery>,
) -> ApiResult<Json<PhrasePage>> {
    let filter = PhraseFilter { kind: query.kind, words: query.text };
    let behind = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = phrase::list(&mut conn, &viewer, &filter, behind.as_ref(), query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, Phrase::cursor);
    Ok(Json(PhrasePage { items, next_cursor }))
}

/// A new text.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPhraseBody {
    /// What it is for.
    kind: PhraseKind,
    /// My own; otherwise the company's.
    own: bool,
    /// As people find it.
    name: String,
    /// Typed behind a slash it finds the text.
    code: Option<String>,
    /// With its fields in braces.
    text: String,
    /// `ru`, `ky`, `kk`, `en`.
    #[serde(default = "russian")]
    language: String,
}

fn russian() -> String {
    "ru".into()
}

/// Writes a text, behind those that are there.
#[utoipa::path(
    post, path = "/phrases", tag = "phrases", operation_id = "create_phrase",
    request_body = NewPhraseBody,
    responses((status = 201, body = Phrase), Invalid, Unauthorized, Refused, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<NewPhraseBody>,
) -> ApiResult<(StatusCode, Json<Phrase>)> {
    let new = NewPhrase {
        kind: body.kind,
        own: body.own,
        name: body.name,
        code: body.code,
        text: body.text,
        language: body.language,
    };
    let mut tx = app.pool.begin().await?;
    let made = phrase::create(&mut tx, &viewer, new, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// What changes; what is not named stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PhrasePatch {
    /// As people find it.
    name: Option<String>,
    /// Typed behind a slash it finds the text; an empty one takes it away.
    code: Option<String>,
    /// With its fields in braces.
    text: Option<String>,
    /// `ru`, `ky`, `kk`, `en`.
    language: Option<String>,
}

/// Changes a text.
#[utoipa::path(
    patch, path = "/phrases/{id}", tag = "phrases", operation_id = "edit_phrase",
    params(("id" = PhraseId, Path)),
    request_body = PhrasePatch,
    responses((status = 200, body = Phrase), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<PhraseId>,
    ApiJson(body): ApiJson<PhrasePatch>,
) -> ApiResult<Json<Phrase>> {
    let edit = PhraseEdit { name: body.name, code: body.code, text: body.text, language: body.language };
    let mut tx = app.pool.begin().await?;
    let edited = phrase::edit(&mut tx, &viewer, id, edit, app.now()).await?;
    tx.commit().await?;
    Ok(Json(edited))
}

/// Takes a text away.
#[utoipa::path(
    delete, path = "/phrases/{id}", tag = "phrases", operation_id = "delete_phrase",
    params(("id" = PhraseId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn delete(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<PhraseId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    phrase::delete(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a text goes.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PhrasePlace {
    /// Right before this one; `null`: to the end.
    #[schema(required = true)]
    before: Option<PhraseId>,
}

/// Puts a text elsewhere in the order.
#[utoipa::path(
    post, path = "/phrases/{id}/place", tag = "phrases", operation_id = "place_phrase",
    params(("id" = PhraseId, Path)),
    request_body = PhrasePlace,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn place(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<PhraseId>,
    ApiJson(body): ApiJson<PhrasePlace>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    phrase::place(&mut tx, &viewer, id, body.before, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A text that somebody writes just now.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PhraseDraft {
    /// With its fields in braces.
    text: String,
    /// For this client; without one only what is known of me is filled in.
    client_id: Option<ClientId>,
    /// Of fields that are filled by hand.
    #[serde(default)]
    values: BTreeMap<String, String>,
}

/// A text with its values, as a client would read it.
#[derive(Serialize, utoipa::ToSchema)]
struct PhrasePreview {
    /// What is missing still stands in braces.
    text: String,
    /// All fields, with what is known for them.
    fields: Vec<TextField>,
    /// Fields without a value.
    missing: Vec<MissingField>,
    /// Characters, paid parts and alphabet, where a channel is connected that counts.
    #[schema(required = true, value_type = Option<Object>)]
    measure: Option<TextMeasure>,
}

/// Shows a text as a client would read it, and counts it as a channel that is paid by parts.
#[utoipa::path(
    post, path = "/phrases/preview", tag = "phrases", operation_id = "preview_phrase",
    request_body = PhraseDraft,
    responses((status = 200, body = PhrasePreview), Invalid, Unauthorized, Refused, Missing),
)]
async fn preview(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<PhraseDraft>,
) -> ApiResult<Json<PhrasePreview>> {
    let mut conn = app.pool.acquire().await?;
    let sources = match body.client_id {
        Some(client) => phrases::sources::sources_of_client(&mut conn, &viewer, client).await?,
        None => phrases::sources(&mut conn, &viewer, None, None).await?,
    };
    let filled = phrases::fill(&body.text, &body.values, &sources);
    let accounts = app.accounts.all();
    let counts = |account: &std::sync::Arc<crate::accounts::Account>| {
        account.connector.outbound().and_then(|outbound| outbound.measure(&filled.text))
    };
    let measure = accounts.iter().find_map(counts);
    let fields = phrases::text::fields(&body.text, &sources);
    Ok(Json(PhrasePreview { text: filled.text, fields, missing: filled.missing, measure }))
}

/// What a field can be filled with by itself.
#[derive(Serialize, utoipa::ToSchema)]
struct SourceView {
    /// As it is written between braces.
    #[schema(value_type = String)]
    source: Source,
    /// As people call it.
    label: &'static str,
}

/// All of them.
#[derive(Serialize, utoipa::ToSchema)]
struct SourceList {
    items: Vec<SourceView>,
}

/// What fields of texts and templates can be filled with by themselves.
#[utoipa::path(
    get, path = "/phrases/sources", tag = "phrases", operation_id = "list_phrase_sources",
    responses((status = 200, body = SourceList), Unauthorized, Refused),
)]
async fn sources(Signed(_viewer): Signed) -> ApiResult<Json<SourceList>> {
    let view = |source: Source| SourceView { source, label: source.label() };
    Ok(Json(SourceList { items: Source::ALL.into_iter().map(view).collect() }))
}
