//! The document of the API, for programs and for people.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr};
use utoipa::{IntoResponses, Modify};

use super::problem::documented::Broken;

/// The page loads its own script and style and the document, nothing from outside.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// `/api/openapi.json` and `/api/docs`. All is open: the document holds no data.
pub fn router(document: &OpenApi) -> Router {
    let json = document.to_json().expect("a document of our own types is JSON");
    Router::new()
        .route("/api/openapi.json", get(move || async move { text("application/json", json) }))
        .route(
            "/api/docs",
            get(|| async { text("text/html; charset=utf-8", include_str!("docs/page.html")) }),
        )
        .route("/api/docs/page.css", get(|| async { text("text/css", include_str!("docs/page.css")) }))
        .route("/api/docs/page.js", get(|| async { text("text/javascript", include_str!("docs/page.js")) }))
}

fn text(content_type: &'static str, body: impl IntoResponse) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body)
}

/// Every answer has a word of description, as OpenAPI wants it, and every operation may break by our fault.
pub fn complete(document: &mut OpenApi) {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| {
        [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
            .into_iter()
            .flatten()
    });
    for operation in operations {
        let responses = &mut operation.responses.responses;
        for response in responses.values_mut() {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                "Готово".clone_into(&mut response.description);
            }
        }
        responses.extend(Broken::responses());
    }
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
