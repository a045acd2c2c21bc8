//! «Диалоги» and «Звонки» over all clients.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use connector_api::{Channel, Direction};
use crm_core::timeline::call_list::{self, CallFilter};
use crm_core::timeline::conversation::attention::{self, Counts};
use crm_core::timeline::conversation::{
    self, Conversation, ConversationCursor, ConversationFilter, ConversationSort, Standing,
    rest::{self, LayAside},
};
use crm_core::timeline::entry::TimelineEntry;
use crm_core::timeline::entry::words::DirectionWord;
use crm_core::timeline::read::TimelineCursor;
use crm_core::{AccountId, ClientId, ContactId, ConversationId, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::words::{OrNone, Words};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(counts))
        .routes(routes!(get))
        .routes(routes!(read))
        .routes(routes!(mark_unread))
        .routes(routes!(lay_aside, take_up))
        .routes(routes!(calls))
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
    /// Ids of our accounts, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    accounts: Words<AccountId>,
    /// `whatsapp`, `telephony`, `telegram`, `sms`, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    channels: Words<Channel>,
    /// Those of one person.
    contact_id: Option<ContactId>,
    /// Those of the people of one client.
    client_id: Option<ClientId>,
    /// Id of the responsible user; `none` for the common base.
    #[param(value_type = Option<String>)]
    responsible: Option<OrNone<UserId>>,
    /// Only open ones, or those that were laid aside.
    #[param(inline)]
    standing: Option<Standing>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: ConversationSort,
}

/// Conversations in the order asked for.
#[derive(Serialize, utoipa::ToSchema)]
struct ConversationPage {
    items: Vec<Conversation>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Conversations with people of clients that the viewer reads.
#[utoipa::path(
    get, path = "/conversations", tag = "conversations", operation_id = "list_conversations",
    params(ConversationsQuery),
    responses((status = 200, body = ConversationPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<ConversationsQuery>,
) -> ApiResult<Json<ConversationPage>> {
    let filter = ConversationFilter {
        accounts: query.accounts.0,
        channels: query.channels.0,
        contact: query.contact_id,
        client: query.client_id,
        responsible: query.responsible.map(|wanted| wanted.0),
        standing: query.standing,
        sort: query.sort,
    };
    let after = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = conversation::list(&mut conn, &viewer, &filter, after, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, Conversation::cursor);
    Ok(Json(ConversationPage { items, next_cursor }))
}

/// One conversation.
#[utoipa::path(
    get, path = "/conversations/{id}", tag = "conversations", operation_id = "get_conversation",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
) -> ApiResult<Json<Conversation>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(conversation::read(&mut conn, &viewer, id).await?))
}

/// How many conversations of each tab ask for attention: 100 stands for any more.
#[utoipa::path(
    get, path = "/conversations/counts", tag = "conversations", operation_id = "count_conversations",
    responses((status = 200, body = Counts), Unauthorized, Refused),
)]
async fn counts(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<Counts>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(attention::counts(&mut conn, &viewer).await?))
}

/// Up to where I have read.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadUntil {
    /// `occurred_at` of the newest row that was on the screen; an earlier one than before changes nothing.
    until: DateTime<Utc>,
}

/// Says that I have read a conversation up to a row.
#[utoipa::path(
    post, path = "/conversations/{id}/read", tag = "conversations", operation_id = "read_conversation",
    params(("id" = ConversationId, Path)),
    request_body = ReadUntil,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn read(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiJson(body): ApiJson<ReadUntil>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    attention::read_until(&mut tx, &viewer, id, body.until.min(app.now())).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// «Пометить непрочитанным»: for me, until I open it again.
#[utoipa::path(
    post, path = "/conversations/{id}/unread", tag = "conversations", operation_id = "mark_conversation_unread",
    params(("id" = ConversationId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn mark_unread(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    attention::mark_unread(&mut tx, &viewer, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// «Закрыть» and «Отложить»: nobody has to look at it for now.
#[utoipa::path(
    put, path = "/conversations/{id}/rest", tag = "conversations", operation_id = "lay_conversation_aside",
    params(("id" = ConversationId, Path)),
    request_body = LayAside,
    responses((status = 200, body = Conversation), Invalid, Unauthorized, Refused, Missing),
)]
async fn lay_aside(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiJson(body): ApiJson<LayAside>,
) -> ApiResult<Json<Conversation>> {
    let mut tx = app.pool.begin().await?;
    let conversation = rest::lay_aside(&mut tx, &viewer, app.now(), id, body).await?;
    tx.commit().await?;
    Ok(Json(conversation))
}

/// Opens it again.
#[utoipa::path(
    delete, path = "/conversations/{id}/rest", tag = "conversations", operation_id = "take_conversation_up",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), Invalid, Unauthorized, Refused, Missing),
)]
async fn take_up(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
) -> ApiResult<Json<Conversation>> {
    let mut tx = app.pool.begin().await?;
    let conversation = rest::take_up(&mut tx, &viewer, app.now(), id).await?;
    tx.commit().await?;
    Ok(Json(conversation))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct CallsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<TimelineCursor>>,
    /// `ringing`, `talking`, `answered`, `missed`, `busy`, `not_answered` …, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    outcomes: Words<String>,
    /// Seen from the company.
    #[param(value_type = Option<DirectionWord>, inline)]
    direction: Option<Direction>,
    /// Ids of our accounts, separated by commas.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    accounts: Words<AccountId>,
    /// Not before this moment.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

/// Calls, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct CallPage {
    items: Vec<TimelineEntry>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Calls of clients that the viewer reads. Callers who withheld their number are shown to those who see all.
#[utoipa::path(
    get, path = "/calls", tag = "conversations", operation_id = "list_calls",
    params(CallsQuery),
    responses((status = 200, body = CallPage), Invalid, Unauthorized, Refused),
)]
async fn calls(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<CallsQuery>,
) -> ApiResult<Json<CallPage>> {
    let filter = CallFilter {
        outcomes: query.outcomes.0,
        direction: query.direction,
        accounts: query.accounts.0,
        from: query.from,
        until: query.until,
    };
    let before = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = call_list::list(&mut conn, &viewer, &filter, before, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, TimelineEntry::cursor);
    Ok(Json(CallPage { items, next_cursor }))
}
