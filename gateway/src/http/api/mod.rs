//! The API: every resource in a file of its own, assembled here.

mod access_requests;
mod accounts;
mod api_keys;
mod audit;
mod bridge;
mod calls;
mod change_requests;
mod channels;
mod clients;
mod consents;
mod contacts;
mod conversations;
mod counters;
mod drafts;
mod events;
mod files;
mod joins;
mod legal_hold;
mod mails;
mod me;
mod media;
mod messages;
mod notes;
mod own_password;
mod own_secret;
mod phrases;
mod rates;
mod raw_events;
mod roles;
mod rooms;
mod schedule;
mod second_factor;
mod session;
mod setup;
mod tasks;
mod templates;
mod timeline;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
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
        (name = "clients", description = "Клиенты: списки, поиск, карточки"),
        (name = "contacts", description = "Контакты и их адреса"),
        (name = "change_requests", description = "Запросы на изменение замороженных данных"),
        (name = "access_requests", description = "Доступ к чужим клиентам: запросы и сроки"),
        (name = "joins", description = "Объединение и разъединение карточек, «похожие»"),
        (name = "timeline", description = "Лента клиента, контакта и диалога"),
        (name = "media", description = "Файлы: фото, голосовые, документы, записи разговоров"),
        (name = "conversations", description = "Диалоги и звонки"),
        (name = "messages", description = "Сообщения клиентам: отправка, правка, судьба отправленного"),
        (name = "consents", description = "Согласия на рассылку и правила рассылок"),
        (name = "templates", description = "Шаблоны, которые одобряет провайдер"),
        (name = "phrases", description = "Заготовки: быстрые ответы и шаблоны SMS"),
        (name = "rooms", description = "Чаты сотрудников"),
        (name = "bridge", description = "Мост в Telegram руководителя"),
        (name = "accounts", description = "Каналы"),
        (name = "rates", description = "Курсы валют"),
        (name = "schedule", description = "Что и когда выполняется"),
        (name = "mails", description = "Письма узла своим сотрудникам"),
        (name = "tasks", description = "Задачи: поставить, перенести, закрыть; контроль"),
        (name = "raw_events", description = "Журнал событий канала"),
    ),
    components(schemas(ProblemBody)),
    security(("session" = []), ("api_key" = [])),
    modifiers(&SecuritySchemes),
)]
struct Doc;

/// The document by itself, for the command line.
pub fn document() -> utoipa::openapi::OpenApi {
    let nested = OpenApiRouter::with_openapi(Doc::openapi()).nest("/api", resources());
    let mut document = nested.into_openapi();
    docs::complete(&mut document);
    document
}

/// The routes under `/api`, with their document at `/api/openapi.json` and `/api/docs`.
/// A new resource is one line in `resources`.
pub fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    let (router, mut document) =
        OpenApiRouter::with_openapi(Doc::openapi()).nest("/api", resources()).split_for_parts();
    docs::complete(&mut document);
    let router = router
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        // What one person reads must not lie in a cache for the next one.
        .layer(unless_told(header::CACHE_CONTROL, "no-store"))
        .layer(unless_told(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .with_state(app)
        .merge(docs::router(&document));
    (router, document)
}

fn unless_told(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn resources() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(session::router())
        .merge(setup::router())
        .merge(me::router())
        .merge(own_password::router())
        .merge(second_factor::router())
        .merge(api_keys::router())
        .merge(users::router())
        .merge(roles::router())
        .merge(audit::router())
        .merge(clients::router())
        .merge(contacts::router())
        .merge(joins::router())
        .merge(timeline::router())
        .merge(notes::router())
        .merge(change_requests::router())
        .merge(access_requests::router())
        .merge(channels::router())
        .merge(media::router())
        .merge(files::router())
        .merge(legal_hold::router())
        .merge(conversations::router())
        .merge(drafts::router())
        .merge(messages::router())
        .merge(consents::router())
        .merge(templates::router())
        .merge(phrases::router())
        .merge(calls::router())
        .merge(rooms::router())
        .merge(bridge::router())
        .merge(accounts::router())
        .merge(raw_events::router())
        .merge(rates::router())
        .merge(schedule::router())
        .merge(mails::router())
        .merge(events::router())
        .merge(tasks::router())
        .merge(counters::router())
        .fallback(|| async { Problem::no_route() })
}
