//! A request of the API, without the token.

use chrono::{DateTime, Utc};
use http::Method;
use serde_json::Value;

/// One request. The slash at the end of a path matters to the provider.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Behind `/api/ver1.0`, with the query.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None }
    }

    pub(crate) fn with_body(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { method, path: path.into(), body: Some(body) }
    }

    /// A page of a list: the default size of a page is documented nowhere.
    pub(crate) fn page(path: &str, parameters: &[(&str, String)], page: u32) -> Self {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        query.append_pair("per_page", &PER_PAGE.to_string()).append_pair("page", &page.to_string());
        Self::get(format!("{path}?{}", query.finish()))
    }
}

/// A page with fewer entries is the last.
pub(crate) const PER_PAGE: usize = 100;
/// A list does not go on for ever, whatever the provider answers.
pub(crate) const PAGES_AT_MOST: u32 = 200;

/// As the API wants moments: in UTC, to the second.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
