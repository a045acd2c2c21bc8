//! Internal chats: rooms and their members.

mod messages;

use axum::Json;
use axum::extract::State;
use crm_core::rooms::reading::{self, RoomAttention};
use crm_core::rooms::room::RoomKey;
use crm_core::rooms::{NewRoom, Room, RoomMember, RoomPatch, RoomRole, member, room};
use crm_core::{RoomId, UserId};
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
        .routes(routes!(counts))
        .routes(routes!(get, change))
        .routes(routes!(members))
        .routes(routes!(put_member, remove_member))
        .routes(routes!(join))
        .routes(routes!(read))
        .merge(messages::router())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RoomsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<RoomKey>>,
    /// Those in the archive instead of the others.
    #[serde(default)]
    archived: bool,
}

/// Rooms, the one spoken in last first.
#[derive(Serialize, utoipa::ToSchema)]
struct RoomPage {
    items: Vec<Room>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Rooms that I find: open ones and my own. Whoever manages rooms finds all, and reads only those.
#[utoipa::path(
    get, path = "/rooms", tag = "rooms", operation_id = "list_rooms",
    params(RoomsQuery),
    responses((status = 200, body = RoomPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<RoomsQuery>,
) -> ApiResult<Json<RoomPage>> {
    let behind = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = room::list(&mut conn, &viewer, query.archived, behind, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |room| (room.last_at, room.id));
    Ok(Json(RoomPage { items, next_cursor }))
}

/// How many of my rooms have something unread, and how often I am named there.
#[utoipa::path(
    get, path = "/rooms/counts", tag = "rooms", operation_id = "count_rooms",
    responses((status = 200, body = RoomAttention), Unauthorized, Refused),
)]
async fn counts(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<RoomAttention>> {
    Ok(Json(reading::attention(&mut *app.pool.acquire().await?, &viewer).await?))
}

/// Makes a room that is mine. The same id again is the same room.
#[utoipa::path(
    post, path = "/rooms", tag = "rooms", operation_id = "create_room",
    request_body = NewRoom,
    responses(
        (status = 201, body = Room), (status = 200, description = "Создан раньше", body = Room),
        Invalid, Unauthorized, Refused, Missing
    ),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<NewRoom>,
) -> ApiResult<(StatusCode, Json<Room>)> {
    let mut tx = app.pool.begin().await?;
    let (room, fresh) = room::create(&mut tx, &viewer, body, app.now()).await?;
    tx.commit().await?;
    Ok((if fresh { StatusCode::CREATED } else { StatusCode::OK }, Json(room)))
}

/// One room.
#[utoipa::path(
    get, path = "/rooms/{id}", tag = "rooms", operation_id = "get_room",
    params(("id" = RoomId, Path)),
    responses((status = 200, body = Room), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
) -> ApiResult<Json<Room>> {
    Ok(Json(room::get(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

/// Renames, opens, closes or archives a room.
#[utoipa::path(
    patch, path = "/rooms/{id}", tag = "rooms", operation_id = "change_room",
    params(("id" = RoomId, Path)),
    request_body = RoomPatch,
    responses((status = 200, body = Room), Invalid, Unauthorized, Refused, Missing),
)]
async fn change(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
    ApiJson(body): ApiJson<RoomPatch>,
) -> ApiResult<Json<Room>> {
    let mut tx = app.pool.begin().await?;
    let room = room::change(&mut tx, &viewer, id, body, app.now()).await?;
    tx.commit().await?;
    Ok(Json(room))
}

/// Everybody in a room.
#[derive(Serialize, utoipa::ToSchema)]
struct RoomMembers {
    /// By name; also those who have left the company.
    items: Vec<RoomMember>,
}

/// Who is in a room.
#[utoipa::path(
    get, path = "/rooms/{id}/members", tag = "rooms", operation_id = "list_room_members",
    params(("id" = RoomId, Path)),
    responses((status = 200, body = RoomMembers), Invalid, Unauthorized, Refused, Missing),
)]
async fn members(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
) -> ApiResult<Json<RoomMembers>> {
    Ok(Json(RoomMembers { items: member::list(&mut *app.pool.acquire().await?, &viewer, id).await? }))
}

/// What a member is to be.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberBody {
    role: RoomRole,
}

/// Adds a member, or gives him another role. He sees what was said before; it counts as read.
#[utoipa::path(
    put, path = "/rooms/{id}/members/{user_id}", tag = "rooms", operation_id = "put_room_member",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)),
    request_body = MemberBody,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn put_member(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath((id, user)): ApiPath<(RoomId, UserId)>,
    ApiJson(body): ApiJson<MemberBody>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    member::put(&mut tx, &viewer, id, user, body.role, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a member; anybody removes himself.
#[utoipa::path(
    delete, path = "/rooms/{id}/members/{user_id}", tag = "rooms", operation_id = "remove_room_member",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn remove_member(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath((id, user)): ApiPath<(RoomId, UserId)>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    member::remove(&mut tx, &viewer, id, user, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Joins an open room.
#[utoipa::path(
    post, path = "/rooms/{id}/join", tag = "rooms", operation_id = "join_room",
    params(("id" = RoomId, Path)),
    responses((status = 200, body = Room), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn join(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
) -> ApiResult<Json<Room>> {
    let mut tx = app.pool.begin().await?;
    member::join(&mut tx, &viewer, id, app.now()).await?;
    let room = room::get(&mut tx, &viewer, id).await?;
    tx.commit().await?;
    Ok(Json(room))
}

/// Up to where I have read.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadPosition {
    /// `position` of the newest message that was on the screen; an earlier one than before changes nothing.
    position: i64,
}

/// Says that I have read a room up to a message; my other devices hear of it.
#[utoipa::path(
    post, path = "/rooms/{id}/read", tag = "rooms", operation_id = "read_room",
    params(("id" = RoomId, Path)),
    request_body = ReadPosition,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing),
)]
async fn read(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
    ApiJson(body): ApiJson<ReadPosition>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    reading::read_until(&mut tx, &viewer, id, body.position, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
