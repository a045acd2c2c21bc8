//! The document of the API, for programs and for people.

use axum::Router;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use http::header;
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

/// The page itself: one file without anything from outside.
const PAGE: &str = include_str!("docs/page.html");

/// The page may run its own inline script and style and talk to us only.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/api/openapi.json` and `/api/docs`. Both are open: the document holds no data.
pub fn router(document: &OpenApi) -> Router {
    let json = document.to_json().expect("a document of our own types is JSON");
    Router::new()
        .route(
            "/api/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json).into_response() }),
        )
        .route(
            "/api/docs",
            get(|| async { ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE)).into_response() }),
        )
}

/// How a request tells who asks.
pub struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, openapi: &mut OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let cookie = ApiKeyValue::with_description("__Host-uzel", "Сеанс браузера: POST /api/session");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Ключ API: Authorization: Bearer uzel_…"))
            .build();
        components.add_security_scheme("api_key", SecurityScheme::Http(bearer));
    }
}
