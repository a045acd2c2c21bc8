//! Extractors whose rejections are problems that name the field.

use axum::extract::rejection::{BytesRejection, FailedToBufferBody, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_path_to_error::Path as FieldPath;

use super::Problem;

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub struct ApiJson<T>(pub T);

/// The query string.
#[derive(Debug, Clone, Copy)]
pub struct ApiQuery<T>(pub T);

/// Parts of the path.
#[derive(Debug, Clone, Copy)]
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(Problem::unsupported_media_type());
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        read_json(&body).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let cause = error.inner().to_string();
            about_field(error.path(), &cause)
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                Err(Problem::invalid("Неверный адрес.").with("cause", error.body_text()))
            }
            Err(_) => Err(Problem::no_route()),
        }
    }
}

/// Reads a JSON body, with the same problems as `ApiJson`.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let cause = error.inner();
        if cause.is_data() {
            about_field(error.path(), &without_place(&cause.to_string()))
        } else {
            not_json(cause)
        }
    })?;
    json.end().map_err(|cause| not_json(&cause))?;
    Ok(value)
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::payload_too_large()
        }
        _ => Problem::invalid("Тело запроса оборвалось."),
    }
}

fn not_json(cause: &serde_json::Error) -> Problem {
    Problem::invalid(format!(
        "Тело запроса не является JSON: ошибка в строке {}, позиции {}.",
        cause.line(),
        cause.column()
    ))
}

/// serde tells a wrong value by its path, but a missing or unknown field only in words.
fn about_field(path: &FieldPath, cause: &str) -> Problem {
    let parent = path.to_string();
    if let Some(name) = quoted_after(cause, "missing field") {
        let field = below(&parent, name);
        return Problem::invalid_field(&field, format!("Не хватает поля «{field}»."));
    }
    if let Some(name) = quoted_after(cause, "unknown field") {
        let field = if parent == name || parent.ends_with(&format!(".{name}")) {
            parent
        } else {
            below(&parent, name)
        };
        return Problem::invalid_field(&field, format!("Поле «{field}» неизвестно."));
    }
    if parent == "." {
        return Problem::invalid("Запрос имеет неверный вид.").with("cause", cause);
    }
    // Our own types explain themselves in Russian; what serde says is for programmers.
    if cause.starts_with(|first: char| first.is_ascii()) {
        let detail = format!("Неверное значение поля «{parent}».");
        return Problem::invalid_field(&parent, detail).with("cause", cause);
    }
    Problem::invalid_field(&parent, format!("Неверное значение поля «{parent}»: {cause}."))
}

fn below(parent: &str, name: &str) -> String {
    if parent == "." { name.to_owned() } else { format!("{parent}.{name}") }
}

fn quoted_after<'a>(cause: &'a str, words: &str) -> Option<&'a str> {
    cause.strip_prefix(words)?.split('`').nth(1)
}

/// `serde_json` ends its messages with the place, which says nothing to a reader who has the field.
fn without_place(cause: &str) -> String {
    cause.split(" at line ").next().unwrap_or(cause).to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only its reading matters")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only its reading matters")]
        count: u32,
    }

    fn field_of(json: &str) -> String {
        let problem = read_json::<Order>(json.as_bytes()).unwrap_err();
        format!("{problem:?}")
            .split("\"field\": String(\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_problem_names_the_field() {
        assert_eq!(field_of(r#"{"lines": [{"count": "три"}]}"#), "lines[0].count");
        assert_eq!(field_of(r#"{"lines": [{}]}"#), "lines[0].count");
        assert_eq!(field_of("{}"), "lines");
        assert_eq!(field_of(r#"{"lines": [], "colour": 1}"#), "colour");
        assert_eq!(field_of(r#"{"lines": [{"count": 1, "colour": 1}]}"#), "lines[0].colour");
    }

    #[test]
    fn what_is_not_json_is_told_by_its_place() {
        let problem = read_json::<Order>(b"{\"lines\": [}").unwrap_err();
        assert!(format!("{problem:?}").contains("строке 1"));
        assert!(read_json::<Order>(b"{\"lines\": []} x").is_err());
    }
}
