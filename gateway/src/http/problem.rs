//! The one error type of the API (RFC 9457), made nowhere else.

mod access;
mod channels;
mod clients;
pub mod documented;
mod mail;
mod media;
mod notes;
mod prepared;
mod time_and_money;

use axum::Json;
use axum::response::{AppendHeaders, IntoResponse, Response};
use crm_core::access::Forbidden;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

use super::layers;

/// The answer of a handler.
pub type ApiResult<T> = Result<T, Problem>;

/// Why a request was not done. `kind` is stable and for programs, `detail` is a Russian sentence for people.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: Option<String>,
    extra: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// `application/problem+json`: why a request was not done.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable word for programs, such as `forbidden` or `invalid-request`.
    #[serde(rename = "type")]
    #[schema(example = "forbidden")]
    pub kind: &'static str,
    /// The same for every problem of this type.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, in Russian.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// By this the request is found in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// More fields, by type: `field` of `invalid-request`, `right` of `forbidden`, `retry_after` of `too-many-attempts`.
    #[serde(flatten)]
    #[schema(additional_properties = true, value_type = Object)]
    pub extra: Map<String, Value>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self { status, kind, title, detail: None, extra: Map::new(), headers: Vec::new() }
    }

    /// 400: the request cannot be understood or breaks a rule that needs no look at the data.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", "Неверный запрос").with_detail(detail)
    }

    /// 400 about one field, named in the extra field `field`.
    pub fn invalid_field(field: &str, detail: impl Into<String>) -> Self {
        Self::invalid(detail).with("field", field)
    }

    /// 401: nobody is signed in, or no longer.
    pub fn unauthorized() -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Нужно войти")
            .with_detail("Войдите в систему или передайте действующий ключ API.");
        problem.headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        problem
    }

    /// 401: the login or the password is wrong; which of them is not told.
    pub fn wrong_password() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong-password", "Вход не удался")
            .with_detail("Неверный логин или пароль.")
    }

    /// 401: the password was right; a code of the app, or a recovery code, is wanted besides.
    pub fn code_wanted() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "code-wanted", "Нужен код")
            .with_detail("Введите код из приложения или запасной код.")
    }

    /// 401: the password was right, the code was not, or it was used before.
    pub fn wrong_code() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong-code", "Код не подошёл")
            .with_detail("Код неверен или уже использован. Дождитесь следующего кода в приложении.")
    }

    /// 403: nothing is allowed before a second factor is set up.
    pub fn second_factor_required() -> Self {
        Self::new(StatusCode::FORBIDDEN, "second-factor-required", "Нужен второй фактор")
            .with_detail("Администратор требует вход с кодом из приложения. Подключите его в профиле.")
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Недостаточно прав").with_detail(detail)
    }

    /// 403: the request comes from a page of another site.
    pub fn cross_site() -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross-site", "Запрос с чужой страницы").with_detail(
            "Изменения принимаются только со страниц самой системы: \
             нужен заголовок Sec-Fetch-Site: same-origin или Origin с адресом системы.",
        )
    }

    /// 404: it does not exist, or the viewer may not know that it does.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Не найдено")
            .with_detail("Такой записи нет или она вам недоступна.")
    }

    /// 404: there is no such address.
    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Не найдено").with_detail("Такого адреса нет.")
    }

    /// 405: the address exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Метод не поддерживается")
            .with_detail("Этот адрес не принимает такой метод.")
    }

    /// 409: the request contradicts what is stored.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Противоречие с данными").with_detail(detail)
    }

    /// 409: what shall be decided is another thing than the one that was read.
    pub fn request_changed() -> Self {
        Self::conflict("Значение тем временем изменилось: посмотрите запрос ещё раз и подтвердите.")
            .with_kind("request-changed", "Запрос изменился")
    }

    /// 413: the body is larger than we take.
    pub fn payload_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large", "Слишком большой запрос")
            .with_detail("Тело запроса больше допустимого.")
    }

    /// 415: the body is not JSON.
    pub fn unsupported_media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Неизвестный вид данных")
            .with_detail("Тело запроса должно быть JSON: нужен заголовок Content-Type: application/json.")
    }

    /// 429: slow down; the seconds stand in `retry_after` and in the header.
    pub fn too_many_attempts(retry_after_seconds: u64, detail: impl Into<String>) -> Self {
        let mut problem =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Слишком много попыток")
                .with_detail(detail)
                .with("retry_after", retry_after_seconds);
        problem.headers.push((header::RETRY_AFTER, HeaderValue::from(retry_after_seconds)));
        problem
    }

    /// 500: a bug or a broken part of ours. The cause is in the log, under the request id, and never in the answer.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Ошибка сервера").with_detail(
            "Что-то сломалось у нас. Повторите позже; если не поможет, сообщите администратору код запроса.",
        )
    }

    /// 503: the database or another part cannot be reached now; the same request may work soon.
    pub fn unavailable() -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Временно недоступно")
            .with_detail("Система временно недоступна. Повторите через несколько секунд.");
        problem.headers.push((header::RETRY_AFTER, HeaderValue::from_static("5")));
        problem
    }

    /// Replaces the sentence.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Replaces the stable word and its title.
    #[must_use]
    fn with_kind(mut self, kind: &'static str, title: &'static str) -> Self {
        (self.kind, self.title) = (kind, title);
        self
    }

    /// Adds a field for programs.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(field.to_owned(), value.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable word.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: self.kind,
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail,
            request_id: layers::request_id(),
            extra: self.extra,
        };
        let mut response = (self.status, AppendHeaders(self.headers), Json(body)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if has_unstorable_text(&error) {
            return Self::invalid("Текст содержит знак с кодом 0, его нельзя сохранить.");
        }
        let request_id = layers::request_id();
        tracing::error!(
            error = &error as &dyn std::error::Error,
            request_id,
            "the database failed a request"
        );
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::unavailable(),
            _ => Self::internal(),
        }
    }
}

impl From<Forbidden> for Problem {
    fn from(Forbidden(right): Forbidden) -> Self {
        Self::forbidden("На это действие у вас нет права.").with("right", right.as_str())
    }
}

/// A zero character is valid in JSON and in no text of PostgreSQL.
fn has_unstorable_text(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("22021" | "22P05"))
}
