//! A message made of a template or of a text written beforehand, before it is sent.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use connector_api::TextMeasure;
use crm_core::phrases::{self, MissingField, TextField, phrase};
use crm_core::templates::{self, TemplatePress};
use crm_core::{ClientId, ConversationId, PhraseId, TemplateId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::first::{self, FirstQuery};
use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Signed};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview))
}

/// What is to be filled in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Prepared {
    /// A template that the provider approves.
    Template {
        /// Which.
        template_id: TemplateId,
        /// By the keys of its fields.
        #[serde(default)]
        values: BTreeMap<String, String>,
    },
    /// A text of ours.
    Phrase {
        /// Which.
        phrase_id: PhraseId,
        /// By the keys of its fields.
        #[serde(default)]
        values: BTreeMap<String, String>,
    },
}

/// What is to be filled in, and for whom.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewBody {
    content: Prepared,
    /// The company meant, where the person speaks for several.
    pin_client_id: Option<ClientId>,
}

/// A message as the client would read it.
#[derive(Serialize, utoipa::ToSchema)]
struct MessagePreview {
    /// What is missing stands there by its name.
    text: String,
    /// Fields of a text of ours, with what is known for them; those of a template stand in its list.
    fields: Vec<TextField>,
    /// Fields without a value: while there are any it cannot be sent.
    missing: Vec<MissingField>,
    /// Characters, paid parts, room left and alphabet, where the channel counts.
    #[schema(required = true, value_type = Option<Object>)]
    measure: Option<TextMeasure>,
}

/// Fills in a template or a text written beforehand for a conversation, without sending it.
#[utoipa::path(
    post, path = "/conversations/{id}/preview", tag = "messages", operation_id = "preview_message",
    params(("id" = ConversationId, Path), FirstQuery),
    request_body = PreviewBody,
    responses((status = 200, body = MessagePreview), Invalid, Unauthorized, Refused, Missing),
)]
async fn preview(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiQuery(query): ApiQuery<FirstQuery>,
    ApiJson(body): ApiJson<PreviewBody>,
) -> ApiResult<Json<MessagePreview>> {
    let mut conn = app.pool.acquire().await?;
    let place = first::place(&app, &mut conn, &viewer, id, &query).await?;
    let company = body.pin_client_id;
    let (text, fields, missing) = match body.content {
        Prepared::Template { template_id, values } => {
            let press = TemplatePress { template_id, values, head_file: None };
            let preview = templates::preview(&mut conn, &viewer, &place, company, &press).await?;
            (preview.text, Vec::new(), preview.missing)
        }
        Prepared::Phrase { phrase_id, values } => {
            let phrase = phrase::get(&mut conn, &viewer, phrase_id).await?;
            let sources = phrases::sources(&mut conn, &viewer, Some(place.contact_id), company).await?;
            let filled = phrases::fill(&phrase.text, &values, &sources);
            (filled.text, phrases::text::fields(&phrase.text, &sources), filled.missing)
        }
    };
    let account = app.accounts.by_id(place.account_id);
    let measure = account.and_then(|account| account.connector.outbound()?.measure(&text));
    Ok(Json(MessagePreview { text, fields, missing, measure }))
}
