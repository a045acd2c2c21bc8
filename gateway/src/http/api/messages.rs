//! Writing to clients: new messages, edits, deletions, reactions, and what is done about one on its way.

mod body;
mod by_rule;
pub(super) mod first;
mod preview;
mod waiting;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use connector_api::{
    Abilities, Outbound, OutboundAction, OutboundContent, Permission, Remedy, SendError, TextMeasure,
};
use crm_core::delivery::StatedPurpose;
use crm_core::delivery::press::{self, NewMessage, Place, RowAction};
use crm_core::delivery::quiet::AtNight;
use crm_core::templates::{self, TemplateName};
use crm_core::timeline::conversation::rest::LayAside;
use crm_core::timeline::draft::{self, DraftKind};
use crm_core::timeline::entry::TimelineEntry;
use crm_core::timeline::pin;
use crm_core::{AccountId, ClientId, ContactId, ConversationId, DeliveryId, IdentityId, InteractionId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Account;
use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Problem, Signed};
use crate::routing;
use body::MessageContent;
use first::FirstQuery;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(writing))
        .routes(routes!(send))
        .routes(routes!(send_to_contact))
        .routes(routes!(edit))
        .routes(routes!(delete))
        .routes(routes!(react))
        .routes(routes!(measure))
        .merge(by_rule::router())
        .merge(waiting::router())
        .merge(preview::router())
}

/// Whether and how a conversation can be written to.
#[derive(Serialize, utoipa::ToSchema)]
struct Writing {
    /// `open`, perhaps `until` a moment; `templates_only`; `closed` with a `reason`.
    #[schema(value_type = Object)]
    permission: Permission,
    /// What the channel can carry; `null` for a channel that only receives.
    #[schema(required = true, value_type = Option<Object>)]
    abilities: Option<Abilities>,
    /// Templates that can be sent, also while nothing else can.
    templates: Vec<TemplateName>,
}

/// Whether and how a conversation can be written to now, also one that a first message would begin.
#[utoipa::path(
    get, path = "/conversations/{id}/writing", tag = "messages", operation_id = "conversation_writing",
    params(("id" = ConversationId, Path), FirstQuery),
    responses((status = 200, body = Writing), Invalid, Unauthorized, Refused, Missing),
)]
async fn writing(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiQuery(query): ApiQuery<FirstQuery>,
) -> ApiResult<Json<Writing>> {
    let mut conn = app.pool.acquire().await?;
    let place = first::place(&app, &mut conn, &viewer, id, &query).await?;
    let account = app.accounts.by_id(place.account_id);
    let outbound = account.as_ref().and_then(|account| account.connector.outbound());
    let closed = |reason: &str| Permission::Closed { reason: reason.to_owned() };
    let templates = templates::ready(&mut conn, &place).await?;
    Ok(Json(match (account.as_ref(), outbound) {
        (Some(account), Some(outbound)) => Writing {
            templates,
            permission: if account.enabled {
                outbound.can_send(&place.facts, app.now())
            } else {
                closed("Канал выключен администратором.")
            },
            abilities: Some(outbound.abilities()),
        },
        _ => Writing { permission: closed(ONLY_RECEIVES), abilities: None, templates: Vec::new() },
    }))
}

/// A new message.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessageBody {
    /// Made by the caller, a UUID: the same id again is the same message and is not sent twice.
    id: DeliveryId,
    /// What it says.
    content: MessageContent,
    /// The row answered.
    quote_id: Option<InteractionId>,
    /// Sent not before this moment.
    planned_for: Option<DateTime<Utc>>,
    /// The company meant, where the person speaks for several.
    pin_client_id: Option<ClientId>,
    /// What a mailing is for. A message that a person writes by hand says nothing: it is an answer while the dialogue is
    /// live, and a service message else.
    purpose: Option<StatedPurpose>,
    /// What becomes of it in the client's quiet hours. Without it a mailing waits until the morning, and a message by hand
    /// is refused with `quiet-hours`, so that the person decides.
    at_night: Option<AtNight>,
    /// The version of the draft that these words were; it is emptied with the press.
    draft_version: Option<i64>,
    /// «Отправить и закрыть», «и отложить»: with the press, also where the message itself waits. Nothing is laid aside by a
    /// message that is refused.
    lay_aside: Option<LayAside>,
}

/// Sends a message into a conversation: it is stored and queued when the answer comes. One that does not exist begins
/// with it, where the person is named.
#[utoipa::path(
    post, path = "/conversations/{id}/messages", tag = "messages", operation_id = "send_message",
    params(("id" = ConversationId, Path), FirstQuery),
    request_body = NewMessageBody,
    responses(
        (status = 201, body = TimelineEntry), (status = 200, description = "Отправлено раньше", body = TimelineEntry),
        Invalid, Unauthorized, Refused, Missing, Conflict
    ),
)]
async fn send(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiQuery(query): ApiQuery<FirstQuery>,
    ApiJson(body): ApiJson<NewMessageBody>,
) -> ApiResult<(StatusCode, Json<TimelineEntry>)> {
    let mut tx = app.pool.begin().await?;
    let place = first::place(&app, &mut tx, &viewer, id, &query).await?;
    let answer = press_message(&app, &mut tx, &viewer, &place, body).await?;
    tx.commit().await?;
    Ok(answer)
}

/// A first message to a person.
#[derive(Deserialize, utoipa::ToSchema)]
struct FirstMessageBody {
    /// The channel to write by.
    account_id: AccountId,
    /// The address to write to; the first that the channel reaches, where none is named.
    identity_id: Option<IdentityId>,
    #[serde(flatten)]
    message: NewMessageBody,
}

/// Sends a message to a person by a channel, whether or not they ever wrote there.
#[utoipa::path(
    post, path = "/contacts/{id}/messages", tag = "messages", operation_id = "send_first_message",
    params(("id" = ContactId, Path)),
    request_body = FirstMessageBody,
    responses(
        (status = 201, body = TimelineEntry), (status = 200, description = "Отправлено раньше", body = TimelineEntry),
        Invalid, Unauthorized, Refused, Missing, Conflict
    ),
)]
async fn send_to_contact(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiJson(body): ApiJson<FirstMessageBody>,
) -> ApiResult<(StatusCode, Json<TimelineEntry>)> {
    let mut tx = app.pool.begin().await?;
    let identities = press::writable_identities(&mut tx, &viewer, id).await?;
    let account = app.accounts.by_id(body.account_id).ok_or_else(Problem::not_found)?;
    let outbound = writable(&account)?;
    let mut wanted =
        identities.iter().filter(|known| body.identity_id.is_none_or(|id| id == known.identity_id));
    let reached = wanted.find_map(|to| Some((to, outbound.conversation_with(&to.address)?)));
    let Some((to, conversation)) = reached else {
        return Err(Problem::conflict("По этому каналу нельзя написать на этот адрес первым."));
    };
    let place = press::place_with(&mut tx, &viewer, account.id, conversation.as_str(), to).await?;
    let answer = press_message(&app, &mut tx, &viewer, &place, body.message).await?;
    tx.commit().await?;
    Ok(answer)
}

async fn press_message(
    app: &App,
    conn: &mut sqlx::PgConnection,
    viewer: &crm_core::access::Viewer,
    place: &Place,
    body: NewMessageBody,
) -> ApiResult<(StatusCode, Json<TimelineEntry>)> {
    let row = InteractionId(body.id.0);
    // Before any rule: a window that has closed since does not make a message unsent.
    if press::pressed_before(conn, body.id, place.conversation_id).await? {
        return Ok((StatusCode::OK, Json(pin::entry(conn, viewer, row).await?)));
    }
    let account = app.accounts.by_id(place.account_id).ok_or_else(|| Problem::conflict(ONLY_RECEIVES))?;
    let outbound = writable(&account)?;
    let content = body.content.read(conn, viewer, place, body.pin_client_id).await?;
    let now = app.now();
    if body.planned_for.is_none_or(|at| at <= now) {
        permitted(outbound, place, &content, now)?;
    }
    let action = OutboundAction::Send { content: content.clone(), quote: None };
    let parts = parts(outbound, place, body.id, action)?;
    let new = NewMessage {
        id: body.id,
        content,
        quote: body.quote_id,
        planned_for: body.planned_for,
        pin: body.pin_client_id,
        parts,
        purpose: body.purpose,
        chosen: None,
        at_night: body.at_night,
        lay_aside: body.lay_aside,
    };
    let fresh = press::send(conn, viewer, now, place, app.company.zone, new).await?;
    if let Some(version) = body.draft_version {
        draft::sent(conn, viewer, now, DraftKind::Reply, place.conversation_id.0, version).await?;
    }
    let entry = pin::entry(conn, viewer, row).await?;
    Ok((if fresh { StatusCode::CREATED } else { StatusCode::OK }, Json(entry)))
}

const ONLY_RECEIVES: &str = "Этот канал только принимает сообщения.";

fn writable(account: &Account) -> ApiResult<&dyn Outbound> {
    if !account.enabled {
        return Err(Problem::conflict("Канал выключен администратором."));
    }
    account.connector.outbound().ok_or_else(|| Problem::conflict(ONLY_RECEIVES))
}

fn permitted(
    outbound: &dyn Outbound,
    place: &Place,
    content: &OutboundContent,
    now: DateTime<Utc>,
) -> ApiResult<()> {
    let template = matches!(content, OutboundContent::Template(_));
    match outbound.can_send(&place.facts, now) {
        Permission::Open { .. } => Ok(()),
        Permission::TemplatesOnly if template => Ok(()),
        Permission::TemplatesOnly => Err(Problem::window_closed()),
        Permission::Closed { reason } => Err(Problem::cannot_write(reason)),
    }
}

/// How many of the provider's messages it makes; what the channel cannot carry is refused before it is stored.
fn parts(outbound: &dyn Outbound, place: &Place, id: DeliveryId, action: OutboundAction) -> ApiResult<u16> {
    routing::parts(outbound, place, id, action).map_err(|error| match error {
        SendError::Rejected { reason, remedy, .. } => {
            let remedy = remedy.and_then(|remedy: Remedy| serde_json::to_value(remedy).ok());
            Problem::invalid_field("content", reason).with("remedy", remedy.unwrap_or_default())
        }
        other => Problem::invalid_field("content", other.to_string()),
    })
}

/// A new text for a message of ours.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct EditBody {
    /// Made by the caller; the same id again is the same edit.
    id: DeliveryId,
    /// The new text.
    text: String,
}

/// Changes the text of a message of ours, where the channel can; shown once the provider has accepted it.
#[utoipa::path(
    post, path = "/interactions/{id}/edit", tag = "messages", operation_id = "edit_message",
    params(("id" = InteractionId, Path)),
    request_body = EditBody,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(row): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<EditBody>,
) -> ApiResult<Json<TimelineEntry>> {
    let text = body::words("text", body.text)?;
    let able = |abilities: &Abilities| abilities.edit;
    act(
        &app,
        &viewer,
        row,
        body.id,
        RowAction::Edit(text),
        able,
        "Этот канал не умеет изменять отправленное.",
    )
    .await
}

/// A press that needs nothing more.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PressBody {
    /// Made by the caller; the same id again is the same press.
    id: DeliveryId,
}

/// Takes a message of ours away from the client's phone, where the channel can. Our copy stays.
#[utoipa::path(
    post, path = "/interactions/{id}/delete", tag = "messages", operation_id = "delete_message",
    params(("id" = InteractionId, Path)),
    request_body = PressBody,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn delete(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(row): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<PressBody>,
) -> ApiResult<Json<TimelineEntry>> {
    let able = |abilities: &Abilities| abilities.delete;
    act(&app, &viewer, row, body.id, RowAction::Delete, able, "Этот канал не умеет удалять отправленное.")
        .await
}

/// Our reaction to a message.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReactionBody {
    /// Made by the caller; the same id again is the same press.
    id: DeliveryId,
    /// `null` removes it.
    #[schema(required = true)]
    emoji: Option<String>,
}

/// Sets, replaces or removes our reaction to a message, where the channel can.
#[utoipa::path(
    post, path = "/interactions/{id}/reaction", tag = "messages", operation_id = "react_to_message",
    params(("id" = InteractionId, Path)),
    request_body = ReactionBody,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn react(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(row): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<ReactionBody>,
) -> ApiResult<Json<TimelineEntry>> {
    if body.emoji.as_deref().is_some_and(|emoji| emoji.trim().is_empty() || emoji.chars().count() > 16) {
        return Err(Problem::invalid_field("emoji", "Реакция: один значок."));
    }
    let able = |abilities: &Abilities| abilities.reaction;
    act(&app, &viewer, row, body.id, RowAction::React(body.emoji), able, "В этом канале нет реакций.").await
}

async fn act(
    app: &App,
    viewer: &crm_core::access::Viewer,
    row: InteractionId,
    id: DeliveryId,
    action: RowAction,
    able: fn(&Abilities) -> bool,
    unable: &str,
) -> ApiResult<Json<TimelineEntry>> {
    let mut tx = app.pool.begin().await?;
    let entry = pin::entry(&mut tx, viewer, row).await?;
    let account = entry.account.as_ref().and_then(|account| app.accounts.by_id(account.id));
    let account = account.ok_or_else(|| Problem::conflict(ONLY_RECEIVES))?;
    if !able(&writable(&account)?.abilities()) {
        return Err(Problem::conflict(unable));
    }
    press::act(&mut tx, viewer, app.now(), id, row, action).await?;
    let entry = pin::entry(&mut tx, viewer, row).await?;
    tx.commit().await?;
    Ok(Json(entry))
}

/// A text, before it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MeasureBody {
    /// Exact.
    text: String,
}

/// How a text would be counted and split.
#[derive(Serialize, utoipa::ToSchema)]
struct Measured {
    /// How many of the channel's messages it makes.
    parts: u16,
    /// Characters, paid parts, room left and alphabet, where the channel counts.
    #[schema(required = true, value_type = Option<Object>)]
    measure: Option<TextMeasure>,
}

/// Counts a text as the conversation's channel would.
#[utoipa::path(
    post, path = "/conversations/{id}/measure", tag = "messages", operation_id = "measure_text",
    params(("id" = ConversationId, Path), FirstQuery),
    request_body = MeasureBody,
    responses((status = 200, body = Measured), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn measure(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiQuery(query): ApiQuery<FirstQuery>,
    ApiJson(body): ApiJson<MeasureBody>,
) -> ApiResult<Json<Measured>> {
    let place = first::place(&app, &mut *app.pool.acquire().await?, &viewer, id, &query).await?;
    let account = app.accounts.by_id(place.account_id).ok_or_else(|| Problem::conflict(ONLY_RECEIVES))?;
    let outbound = writable(&account)?;
    let text = body::words("text", body.text)?;
    let measure = outbound.measure(&text);
    let action = OutboundAction::Send { content: OutboundContent::Text { text }, quote: None };
    Ok(Json(Measured { parts: parts(outbound, &place, DeliveryId(uuid::Uuid::nil()), action)?, measure }))
}
