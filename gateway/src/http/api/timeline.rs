//! «Лента»: of a client, of a contact, of a conversation; single entries and their pins.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use connector_api::{Channel, Direction};
use crm_core::timeline::entry::words::DirectionWord;
use crm_core::timeline::entry::{EntryKind, TimelineEntry};
use crm_core::timeline::pin::{self, Following, PinTargets};
use crm_core::timeline::read::{self, Part, TimelineCursor, TimelineFilter, TimelinePage};
use crm_core::{ClientId, ContactId, ConversationId, InteractionId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::words::Words;
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_client))
        .routes(routes!(of_contact))
        .routes(routes!(of_conversation))
        .routes(routes!(entry))
        .routes(routes!(pin_entry))
        .routes(routes!(pin_following))
        .routes(routes!(pin_targets))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `older_cursor` of a page: what stands before it.
    #[param(value_type = Option<String>)]
    before: Option<Cursor<TimelineCursor>>,
    /// `newer_cursor` of a page: what stands behind it.
    #[param(value_type = Option<String>)]
    after: Option<Cursor<TimelineCursor>>,
    /// Jump to this moment: a third of the page before it, the rest behind it.
    at: Option<DateTime<Utc>>,
    /// `message`, `call`, `system`, `note`, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    kinds: Words<EntryKind>,
    /// `whatsapp`, `telephony`, `telegram`, `sms`, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    channels: Words<Channel>,
    /// Seen from the company.
    #[param(value_type = Option<DirectionWord>, inline)]
    direction: Option<Direction>,
    /// One person of the company.
    contact_id: Option<ContactId>,
    /// Only messages that show files.
    #[serde(default)]
    with_files: bool,
    /// Not before this moment.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

impl TimelineQuery {
    fn part(&self) -> ApiResult<Part> {
        match (self.before, self.after, self.at) {
            (None, None, None) => Ok(Part::Latest),
            (Some(cursor), None, None) => Ok(Part::Before(cursor.0)),
            (None, Some(cursor), None) => Ok(Part::After(cursor.0)),
            (None, None, Some(at)) => Ok(Part::Around(at)),
            _ => Err(Problem::invalid("Передайте только одно из полей before, after и at.")),
        }
    }

    fn filter(self) -> TimelineFilter {
        TimelineFilter {
            kinds: self.kinds.0,
            channels: self.channels.0,
            direction: self.direction,
            contact: self.contact_id,
            with_files: self.with_files,
            from: self.from,
            until: self.until,
        }
    }

    fn rows(&self) -> i64 {
        self.limit.rows() - 1
    }
}

/// A part of a timeline, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct Timeline {
    items: Vec<TimelineEntry>,
    /// For `before`; `null` when nothing stands before the last item.
    #[schema(required = true)]
    older_cursor: Option<String>,
    /// For `after`: also where rows will stand that have not come yet. `null` only for an empty page.
    #[schema(required = true)]
    newer_cursor: Option<String>,
    /// Something stands behind the first item already.
    has_newer: bool,
}

impl From<TimelinePage> for Timeline {
    fn from(page: TimelinePage) -> Self {
        Self {
            older_cursor: page.older().map(|cursor| Cursor(cursor).encode()),
            newer_cursor: page.newer().map(|cursor| Cursor(cursor).encode()),
            has_newer: page.has_newer,
            items: page.entries,
        }
    }
}

/// The timeline of a client: its own rows and those of its people, but for rows pinned to another company.
#[utoipa::path(
    get, path = "/clients/{id}/timeline", tag = "timeline", operation_id = "client_timeline",
    params(("id" = ClientId, Path), TimelineQuery),
    responses((status = 200, body = Timeline), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_client(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
    ApiQuery(query): ApiQuery<TimelineQuery>,
) -> ApiResult<Json<Timeline>> {
    let (part, rows) = (query.part()?, query.rows());
    let mut conn = app.pool.acquire().await?;
    let page = read::of_client(&mut conn, &viewer, id, &query.filter(), part, rows).await?;
    Ok(Json(page.into()))
}

/// The timeline of a person.
#[utoipa::path(
    get, path = "/contacts/{id}/timeline", tag = "timeline", operation_id = "contact_timeline",
    params(("id" = ContactId, Path), TimelineQuery),
    responses((status = 200, body = Timeline), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_contact(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
    ApiQuery(query): ApiQuery<TimelineQuery>,
) -> ApiResult<Json<Timeline>> {
    let (part, rows) = (query.part()?, query.rows());
    let mut conn = app.pool.acquire().await?;
    let page = read::of_contact(&mut conn, &viewer, id, &query.filter(), part, rows).await?;
    Ok(Json(page.into()))
}

/// The rows of a conversation.
#[utoipa::path(
    get, path = "/conversations/{id}/timeline", tag = "timeline", operation_id = "conversation_timeline",
    params(("id" = ConversationId, Path), TimelineQuery),
    responses((status = 200, body = Timeline), Invalid, Unauthorized, Refused, Missing),
)]
async fn of_conversation(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiQuery(query): ApiQuery<TimelineQuery>,
) -> ApiResult<Json<Timeline>> {
    let (part, rows) = (query.part()?, query.rows());
    let mut conn = app.pool.acquire().await?;
    let page = read::of_conversation(&mut conn, &viewer, id, &query.filter(), part, rows).await?;
    Ok(Json(page.into()))
}

/// One entry.
#[utoipa::path(
    get, path = "/interactions/{id}", tag = "timeline", operation_id = "get_interaction",
    params(("id" = InteractionId, Path)),
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing),
)]
async fn entry(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
) -> ApiResult<Json<TimelineEntry>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(pin::entry(&mut conn, &viewer, id).await?))
}

/// The company that a row is of.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Pin {
    /// One of the companies of the contact; `null` for «не распределено».
    #[schema(required = true)]
    client_id: Option<ClientId>,
}

/// Pins a row of a contact of several companies to one of them.
#[utoipa::path(
    post, path = "/interactions/{id}/pin", tag = "timeline", operation_id = "pin_interaction",
    params(("id" = InteractionId, Path)),
    request_body = Pin,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn pin_entry(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<Pin>,
) -> ApiResult<Json<TimelineEntry>> {
    let mut tx = app.pool.begin().await?;
    let entry = pin::pin(&mut tx, &viewer, app.now(), id, body.client_id).await?;
    tx.commit().await?;
    Ok(Json(entry))
}

/// The company that rows are of.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PinFollowing {
    /// One of the companies of the contact.
    client_id: ClientId,
}

/// Pins a row and what the same person said or did later, as far as nobody has decided about it: at most 500 rows.
#[utoipa::path(
    post, path = "/interactions/{id}/pin-following", tag = "timeline", operation_id = "pin_following_interactions",
    params(("id" = InteractionId, Path)),
    request_body = PinFollowing,
    responses((status = 200, body = Following), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn pin_following(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<PinFollowing>,
) -> ApiResult<Json<Following>> {
    let mut tx = app.pool.begin().await?;
    let following = pin::pin_following(&mut tx, &viewer, app.now(), id, body.client_id).await?;
    tx.commit().await?;
    Ok(Json(following))
}

/// To which companies rows of a person can be pinned, and which is the likely one.
#[utoipa::path(
    get, path = "/contacts/{id}/pin-targets", tag = "timeline", operation_id = "pin_targets",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = PinTargets), Invalid, Unauthorized, Refused, Missing),
)]
async fn pin_targets(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ContactId>,
) -> ApiResult<Json<PinTargets>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(pin::targets(&mut conn, &viewer, id).await?))
}
