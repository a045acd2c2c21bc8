//! What is said in internal chats.

use axum::Json;
use axum::extract::State;
use crm_core::rooms::message;
use crm_core::rooms::reading::{self, FoundKey, FoundRoomMessage, Part, RoomMessageVersion};
use crm_core::rooms::{NewRoomMessage, RoomMessage};
use crm_core::{RoomId, RoomMessageId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(page, post))
        .routes(routes!(search))
        .routes(routes!(get, edit, delete))
        .routes(routes!(react))
        .routes(routes!(versions))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PartQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Messages before this `position`, the latest first; without both, the newest.
    before: Option<i64>,
    /// Messages after this `position`, the earliest first.
    after: Option<i64>,
}

/// A part of a room.
#[derive(Serialize, utoipa::ToSchema)]
struct RoomMessagePage {
    items: Vec<RoomMessage>,
    /// There are more in this direction, behind the last one.
    more: bool,
}

/// Messages of a room, from the newest on or around a place.
#[utoipa::path(
    get, path = "/rooms/{id}/messages", tag = "rooms", operation_id = "list_room_messages",
    params(("id" = RoomId, Path), PartQuery),
    responses((status = 200, body = RoomMessagePage), Invalid, Unauthorized, Refused, Missing),
)]
async fn page(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
    ApiQuery(query): ApiQuery<PartQuery>,
) -> ApiResult<Json<RoomMessagePage>> {
    let part = match (query.before, query.after) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid_field("after", "Укажите либо before, либо after."));
        }
        (_, Some(position)) => Part::After(position),
        (before, None) => Part::Before(before.unwrap_or(i64::MAX)),
    };
    let mut conn = app.pool.acquire().await?;
    let rows = reading::page(&mut conn, &viewer, id, part, query.limit.rows()).await?;
    let (items, next) = query.limit.cut(rows, |message| message.position);
    Ok(Json(RoomMessagePage { items, more: next.is_some() }))
}

/// Writes a message. The same id again is the same message.
#[utoipa::path(
    post, path = "/rooms/{id}/messages", tag = "rooms", operation_id = "post_room_message",
    params(("id" = RoomId, Path)),
    request_body = NewRoomMessage,
    responses(
        (status = 201, body = RoomMessage), (status = 200, description = "Отправлено раньше", body = RoomMessage),
        Invalid, Unauthorized, Refused, Missing, Conflict
    ),
)]
async fn post(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
    ApiJson(body): ApiJson<NewRoomMessage>,
) -> ApiResult<(StatusCode, Json<RoomMessage>)> {
    let mut tx = app.pool.begin().await?;
    let (message, fresh) = message::post(&mut tx, &viewer, id, body, app.now()).await?;
    tx.commit().await?;
    Ok((if fresh { StatusCode::CREATED } else { StatusCode::OK }, Json(message)))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<FoundKey>>,
    /// Words, in any form.
    text: String,
    /// In this room only.
    room_id: Option<RoomId>,
}

/// Messages that were found, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct FoundRoomMessagePage {
    items: Vec<FoundRoomMessage>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Messages with all the words, in the rooms that I read.
#[utoipa::path(
    get, path = "/room-messages", tag = "rooms", operation_id = "search_room_messages",
    params(SearchQuery),
    responses((status = 200, body = FoundRoomMessagePage), Invalid, Unauthorized, Refused),
)]
async fn search(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<SearchQuery>,
) -> ApiResult<Json<FoundRoomMessagePage>> {
    let behind = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows =
        reading::search(&mut conn, &viewer, &query.text, query.room_id, behind, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |found| (found.message.created_at, found.message.id));
    Ok(Json(FoundRoomMessagePage { items, next_cursor }))
}

/// One message.
#[utoipa::path(
    get, path = "/room-messages/{id}", tag = "rooms", operation_id = "get_room_message",
    params(("id" = RoomMessageId, Path)),
    responses((status = 200, body = RoomMessage), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomMessageId>,
) -> ApiResult<Json<RoomMessage>> {
    Ok(Json(reading::message(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

/// Other words for a message of mine.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RoomEditBody {
    text: String,
}

/// Changes the words of a message of mine; the former ones stay readable.
#[utoipa::path(
    patch, path = "/room-messages/{id}", tag = "rooms", operation_id = "edit_room_message",
    params(("id" = RoomMessageId, Path)),
    request_body = RoomEditBody,
    responses((status = 200, body = RoomMessage), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomMessageId>,
    ApiJson(body): ApiJson<RoomEditBody>,
) -> ApiResult<Json<RoomMessage>> {
    let mut tx = app.pool.begin().await?;
    let message = message::edit(&mut tx, &viewer, id, &body.text, app.now()).await?;
    tx.commit().await?;
    Ok(Json(message))
}

/// Takes a message back: mine, or any in a room that I manage.
#[utoipa::path(
    delete, path = "/room-messages/{id}", tag = "rooms", operation_id = "delete_room_message",
    params(("id" = RoomMessageId, Path)),
    responses((status = 200, body = RoomMessage), Invalid, Unauthorized, Refused, Missing),
)]
async fn delete(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomMessageId>,
) -> ApiResult<Json<RoomMessage>> {
    let mut tx = app.pool.begin().await?;
    let message = message::delete(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(message))
}

/// My reaction.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RoomReactionBody {
    /// `null` removes it.
    #[schema(required = true)]
    emoji: Option<String>,
}

/// Sets, replaces or removes my reaction.
#[utoipa::path(
    put, path = "/room-messages/{id}/reaction", tag = "rooms", operation_id = "react_to_room_message",
    params(("id" = RoomMessageId, Path)),
    request_body = RoomReactionBody,
    responses((status = 200, body = RoomMessage), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn react(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomMessageId>,
    ApiJson(body): ApiJson<RoomReactionBody>,
) -> ApiResult<Json<RoomMessage>> {
    let mut tx = app.pool.begin().await?;
    let message = message::react(&mut tx, &viewer, id, body.emoji.as_deref(), app.now()).await?;
    tx.commit().await?;
    Ok(Json(message))
}

/// What a message said before.
#[derive(Serialize, utoipa::ToSchema)]
struct RoomMessageVersions {
    /// The first version first; what it says now is not among them.
    items: Vec<RoomMessageVersion>,
}

/// What a message said before it was edited.
#[utoipa::path(
    get, path = "/room-messages/{id}/versions", tag = "rooms", operation_id = "list_room_message_versions",
    params(("id" = RoomMessageId, Path)),
    responses((status = 200, body = RoomMessageVersions), Invalid, Unauthorized, Refused, Missing),
)]
async fn versions(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomMessageId>,
) -> ApiResult<Json<RoomMessageVersions>> {
    Ok(Json(RoomMessageVersions {
        items: reading::versions(&mut *app.pool.acquire().await?, &viewer, id).await?,
    }))
}
