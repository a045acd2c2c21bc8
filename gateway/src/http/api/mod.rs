//! The API: every resource in a file of its own, assembled here.

mod api_keys;
mod audit;
mod events;
mod me;
mod roles;
mod session;
mod setup;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::docs::SecuritySchemes;
use super::problem::ProblemBody;
use super::{Problem, docs};
use crate::app::App;

/// JSON bodies are small; files have routes with their own limit.
const BODY_LIMIT_BYTES: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "Узел", description = "API узла связи: клиенты, лента, каналы, люди и права."),
    tags(
        (name = "session", description = "Вход и выход, одноразовые ссылки"),
        (name = "me", description = "Мой профиль, мои устройства и ключи"),
        (name = "users", description = "Пользователи"),
        (name = "roles", description = "Роли и права доступа"),
        (name = "live", description = "Живая лента: что изменилось"),
        (name = "audit", description = "Журнал действий"),
    ),
    components(schemas(ProblemBody)),
    security(("session" = []), ("api_key" = [])),
    modifiers(&SecuritySchemes),
)]
struct Doc;

/// The routes under `/api`, with their document at `/api/openapi.json` and `/api/docs`.
/// A new resource is one line in `resources`.
pub fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    let (router, document) =
        OpenApiRouter::with_openapi(Doc::openapi()).nest("/api", resources()).split_for_parts();
    let router = router
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .with_state(app)
        .merge(docs::router(&document));
    (router, document)
}

fn resources() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(session::router())
        .merge(setup::router())
        .merge(me::router())
        .merge(api_keys::router())
        .merge(users::router())
        .merge(roles::router())
        .merge(audit::router())
        .merge(events::router())
        .fallback(|| async { Problem::no_route() })
}
