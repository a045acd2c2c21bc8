//! Messages for which the rule chooses the channel.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use connector_api::FilledTemplate;
use crm_core::access::Viewer;
use crm_core::accounts::health::Light;
use crm_core::delivery::press::{self, NewMessage};
use crm_core::delivery::quiet::{self, AtNight, Quiet};
use crm_core::delivery::route::{self, Chosen, PassedOver, RuleMessage, Way};
use crm_core::delivery::{StatedPurpose, rules};
use crm_core::templates::{self, TemplatePress};
use crm_core::timeline::entry::TimelineEntry;
use crm_core::timeline::pin;
use crm_core::{
    AccountId, ClientId, ContactId, ConversationId, DeliveryId, InteractionId, MediaId, TemplateId, media,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body;
use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Problem, Signed};
use crate::routing;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(writing)).routes(routes!(send))
}

/// What the rule is asked about.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct WritingQuery {
    /// The template that would go with the message, for a closed window.
    template_id: Option<TemplateId>,
}

/// One way to a person.
#[derive(Serialize, utoipa::ToSchema)]
struct WayView {
    /// Our end.
    account_id: AccountId,
    /// Its name.
    account: String,
    /// The kind of network.
    channel: String,
    /// The conversation; it begins with the first message where the person never wrote.
    #[schema(required = true)]
    conversation_id: Option<ConversationId>,
    /// How the account is doing.
    light: Light,
    /// The message can go this way now.
    usable: bool,
    /// Why it can, or why not.
    reason: String,
}

/// The ways to a person, the dearest first: the rule takes the first usable one.
#[derive(Serialize, utoipa::ToSchema)]
struct ContactWriting {
    /// Every account of the rule.
    ways: Vec<WayView>,
    /// It is night at the person's place; `null` by day.
    #[schema(required = true)]
    quiet: Option<Quiet>,
}

/// By what channels a person can be written to now, and which one the rule would take.
#[utoipa::path(
    get, path = "/contacts/{id}/writing", tag = "messages", operation_id = "contact_writing",
    params(("id" = ContactId, Path), WritingQuery),
    responses((status = 200, body = ContactWriting), Invalid, Unauthorized, Refused, Missing),
)]
async fn writing(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiQuery(query): ApiQuery<WritingQuery>,
) -> ApiResult<Json<ContactWriting>> {
    let mut conn = app.pool.acquire().await?;
    let person = route::person_to_read(&mut conn, &viewer, id).await?;
    let text = "…".to_owned();
    let template_account = match query.template_id {
        Some(id) => Some(templates::account_of(&mut conn, id).await?),
        None => None,
    };
    let template = template_account.map(|_| FilledTemplate {
        name: text.clone(),
        language: "ru".into(),
        header: None,
        body: Vec::new(),
        buttons: Vec::new(),
        text: text.clone(),
    });
    let message = RuleMessage { text, template, template_account, purpose: None };
    let rules = rules::load(&mut conn).await?;
    let ways = routing::ways(&mut conn, &app.accounts, &rules, &person, &message, app.now()).await?;
    let quiet = quiet::of_person(&mut conn, person.root, app.company.zone, app.now()).await?;
    let ways = ways.into_iter().map(|way| view(way, &message)).collect();
    Ok(Json(ContactWriting { ways, quiet }))
}

fn view(way: Way, message: &RuleMessage) -> WayView {
    let (account_id, account, channel, light) =
        (way.account_id, way.account.clone(), way.channel.clone(), way.light);
    let conversation_id = way.place.as_ref().map(|place| place.conversation_id);
    let (route, passed_over) = route::choose(vec![way], message);
    let (usable, reason) = match (route, passed_over.into_iter().next()) {
        (Some(route), _) => (true, route.because),
        (None, Some(PassedOver { reason, .. })) => (false, reason),
        (None, None) => (false, String::new()),
    };
    WayView { account_id, account, channel, conversation_id, light, usable, reason }
}

/// A message whose channel the rule chooses.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleMessageBody {
    /// Made by the caller, a UUID: the same id again is the same message and is not sent twice, whatever the rule would
    /// choose by then.
    id: DeliveryId,
    /// `auto`.
    channel: AutoWord,
    /// The words.
    text: String,
    /// The same as an approved template, for a channel that takes nothing else at the moment. A field of it without a value
    /// stops the message, whichever channel it would go by.
    template: Option<RuleTemplate>,
    /// What it is for; without it, a message written by hand.
    purpose: Option<StatedPurpose>,
    /// What becomes of it in the client's quiet hours, as in a message to one channel.
    at_night: Option<AtNight>,
    /// Sent not before this moment.
    planned_for: Option<DateTime<Utc>>,
    /// The company meant, where the person speaks for several.
    pin_client_id: Option<ClientId>,
}

/// A template that goes with a message of the rule.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleTemplate {
    /// Which.
    template_id: TemplateId,
    /// By the keys of its fields, where it is not filled by itself.
    #[serde(default)]
    values: BTreeMap<String, String>,
    /// The file above its text, where it has one.
    head_file: Option<MediaId>,
}

impl RuleTemplate {
    async fn fill(
        self,
        conn: &mut PgConnection,
        viewer: &Viewer,
        person: ContactId,
        company: Option<ClientId>,
    ) -> ApiResult<(AccountId, FilledTemplate)> {
        let files = media::outbound_files(conn, viewer, self.head_file.as_slice()).await?;
        let head_file = files.into_iter().next();
        let press = TemplatePress { template_id: self.template_id, values: self.values, head_file };
        Ok(templates::filled_for(conn, viewer, person, company, press).await?)
    }
}

/// The rule chooses.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum AutoWord {
    /// The rule chooses.
    Auto,
}

/// Sends a message to a person by one channel that the rule chooses: it is stored and queued when the answer comes. When
/// that channel certainly does not take it, it goes by the next one, once.
#[utoipa::path(
    post, path = "/contacts/{id}/messages/auto", tag = "messages", operation_id = "send_by_rule",
    params(("id" = ContactId, Path)),
    request_body = RuleMessageBody,
    responses(
        (status = 201, body = TimelineEntry), (status = 200, description = "Отправлено раньше", body = TimelineEntry),
        Invalid, Unauthorized, Refused, Missing, Conflict
    ),
)]
async fn send(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiJson(body): ApiJson<RuleMessageBody>,
) -> ApiResult<(StatusCode, Json<TimelineEntry>)> {
    let AutoWord::Auto = body.channel;
    let text = body::words("text", body.text)?;
    let now = app.now();
    let row = InteractionId(body.id.0);
    let mut tx = app.pool.begin().await?;
    let person = route::person(&mut tx, &viewer, id).await?;
    if let Some(conversation) = press::taken(&mut tx, body.id).await? {
        return if person.conversations.iter().any(|place| place.conversation_id == conversation) {
            Ok((StatusCode::OK, Json(pin::entry(&mut tx, &viewer, row).await?)))
        } else {
            Err(Problem::invalid_field("id", "Под этим номером отправлено другое сообщение."))
        };
    }
    let filled = match body.template {
        Some(template) => Some(template.fill(&mut tx, &viewer, person.root, body.pin_client_id).await?),
        None => None,
    };
    let (template_account, template) = filled.unzip();
    let message = RuleMessage { text, template, template_account, purpose: body.purpose };
    let rules = rules::load(&mut tx).await?;
    let ways = routing::ways(&mut tx, &app.accounts, &rules, &person, &message, now).await?;
    let (route, passed_over) = route::choose(ways, &message);
    let Some(route) = route else { return Err(Problem::no_channel(&passed_over)) };
    let new = NewMessage {
        id: body.id,
        content: route.content,
        quote: None,
        planned_for: body.planned_for,
        pin: body.pin_client_id,
        parts: route.parts,
        purpose: body.purpose,
        at_night: body.at_night,
        lay_aside: None,
        chosen: Some(Chosen { because: route.because, passed_over, message }),
    };
    press::send(&mut tx, &viewer, now, &route.place, app.company.zone, new).await?;
    let entry = pin::entry(&mut tx, &viewer, row).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(entry)))
}
