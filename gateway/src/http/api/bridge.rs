//! The bridge into the director's messenger: one's own binding, and what is bridged where.

mod duty;

use axum::Json;
use axum::extract::State;
use connector_api::{ExternalId, ThreadObstacle};
use crm_core::bridge::{Binding, BindingCode, BridgeSetup, binding, setup};
use crm_core::{AccountId, ConversationId, RoomId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(own, unbind))
        .routes(routes!(issue_code))
        .routes(routes!(get))
        .routes(routes!(choose_group))
        .routes(routes!(check))
        .routes(routes!(set_room))
        .routes(routes!(set_conversation))
        .merge(duty::router())
}

/// My own messenger.
#[derive(Serialize, utoipa::ToSchema)]
struct OwnBinding {
    /// `null`: not bound.
    #[schema(required = true)]
    binding: Option<Binding>,
}

/// Which person in the messenger I am.
#[utoipa::path(
    get, path = "/me/bridge", tag = "bridge", operation_id = "get_own_binding",
    responses((status = 200, body = OwnBinding), Unauthorized, Refused),
)]
async fn own(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<OwnBinding>> {
    let binding = binding::own(&mut *app.pool.acquire().await?, &viewer).await?;
    Ok(Json(OwnBinding { binding }))
}

/// A one-time code: whoever sends it to the bot within a quarter of an hour is me from then on, and nobody who was before.
#[utoipa::path(
    post, path = "/me/bridge/code", tag = "bridge", operation_id = "issue_binding_code",
    responses((status = 201, body = BindingCode), Unauthorized, Refused),
)]
async fn issue_code(
    State(app): State<App>,
    Signed(viewer): Signed,
) -> ApiResult<(StatusCode, Json<BindingCode>)> {
    let mut tx = app.pool.begin().await?;
    let code = binding::issue_code(&mut tx, &viewer, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(code)))
}

/// Ends my binding: the bot does not hear me any more.
#[utoipa::path(
    delete, path = "/me/bridge", tag = "bridge", operation_id = "unbind",
    responses((status = 204), Unauthorized, Refused),
)]
async fn unbind(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    binding::unbind(&mut tx, &viewer, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is bridged, where, and what keeps it from working.
#[utoipa::path(
    get, path = "/bridge", tag = "bridge", operation_id = "get_bridge",
    responses((status = 200, body = BridgeSetup), Unauthorized, Refused),
)]
async fn get(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<BridgeSetup>> {
    Ok(Json(setup::get(&mut *app.pool.acquire().await?, &viewer).await?))
}

/// A group of those in which the bot was met.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupBody {
    account_id: AccountId,
    chat: String,
}

/// Puts the threads into this group; the next message of each room opens its thread there.
#[utoipa::path(
    put, path = "/bridge/group", tag = "bridge", operation_id = "choose_bridge_group",
    request_body = GroupBody,
    responses((status = 200, body = BridgeSetup), Invalid, Unauthorized, Refused, Missing),
)]
async fn choose_group(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<GroupBody>,
) -> ApiResult<Json<BridgeSetup>> {
    let mut tx = app.pool.begin().await?;
    setup::choose_group(&mut tx, &viewer, body.account_id, &body.chat, app.now()).await?;
    let setup = setup::get(&mut tx, &viewer).await?;
    tx.commit().await?;
    Ok(Json(setup))
}

/// What the provider says of the bot's rights in the group.
#[derive(Serialize, utoipa::ToSchema)]
struct BridgeCheck {
    /// What to mend, in words; none: all is well.
    obstacles: Vec<String>,
}

/// Asks the provider whether threads can be kept in the chosen group.
#[utoipa::path(
    post, path = "/bridge/check", tag = "bridge", operation_id = "check_bridge",
    responses((status = 200, body = BridgeCheck), Unauthorized, Refused, Conflict),
)]
async fn check(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<BridgeCheck>> {
    let setup = setup::get(&mut *app.pool.acquire().await?, &viewer).await?;
    let Some(group) = setup.group else {
        return Err(Problem::conflict("Группа ещё не выбрана."));
    };
    let account = app.accounts.by_id(group.account_id).filter(|account| account.enabled);
    let account = account.ok_or_else(|| Problem::conflict("Канал бота выключен или удалён."))?;
    let threads = account.connector.threads();
    let threads = threads.ok_or_else(|| Problem::conflict("Этот бот служит клиентам, а не мосту."))?;
    let obstacles = match threads.obstacles(&ExternalId::new(group.chat)).await {
        Ok(found) => found.into_iter().map(|obstacle| words(obstacle).to_owned()).collect(),
        Err(_) => vec!["Telegram не отвечает: проверьте канал бота и сеть.".to_owned()],
    };
    Ok(Json(BridgeCheck { obstacles }))
}

fn words(obstacle: ThreadObstacle) -> &'static str {
    match obstacle {
        ThreadObstacle::NotThere => "Бота нет в группе. Добавьте его: «Участники», «Добавить».",
        ThreadObstacle::NotAdministrator => {
            "Бот не администратор. Назначьте его: «Управление группой», «Администраторы»."
        }
        ThreadObstacle::NoRight => {
            "У бота нет права «Управление темами». Включите его в правах администратора."
        }
        ThreadObstacle::NoThreads => "В группе выключены темы. Включите их: «Управление группой», «Темы».",
    }
}

/// Whether a room or a conversation is bridged.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BridgedBody {
    enabled: bool,
}

/// Shows a room in the messenger from now on, or no longer. Only a room that I read myself can be shown.
#[utoipa::path(
    put, path = "/bridge/rooms/{id}", tag = "bridge", operation_id = "set_room_bridged",
    params(("id" = RoomId, Path)),
    request_body = BridgedBody,
    responses((status = 200, body = BridgeSetup), Invalid, Unauthorized, Refused, Missing),
)]
async fn set_room(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<RoomId>,
    ApiJson(body): ApiJson<BridgedBody>,
) -> ApiResult<Json<BridgeSetup>> {
    let mut tx = app.pool.begin().await?;
    setup::set_bridged(&mut tx, &viewer, id, body.enabled, app.now()).await?;
    let setup = setup::get(&mut tx, &viewer).await?;
    tx.commit().await?;
    Ok(Json(setup))
}

/// Shows a conversation with a client in the messenger from now on, or no longer. What was said before stays here. Only a
/// conversation that I read myself can be shown.
#[utoipa::path(
    put, path = "/bridge/conversations/{id}", tag = "bridge", operation_id = "set_conversation_bridged",
    params(("id" = ConversationId, Path)),
    request_body = BridgedBody,
    responses((status = 200, body = BridgeSetup), Invalid, Unauthorized, Refused, Missing),
)]
async fn set_conversation(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ConversationId>,
    ApiJson(body): ApiJson<BridgedBody>,
) -> ApiResult<Json<BridgeSetup>> {
    let mut tx = app.pool.begin().await?;
    setup::set_conversation_bridged(&mut tx, &viewer, id, body.enabled, app.now()).await?;
    let setup = setup::get(&mut tx, &viewer).await?;
    tx.commit().await?;
    Ok(Json(setup))
}
