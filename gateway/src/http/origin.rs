//! Whether a request was made by a page of ours.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};

use super::Problem;
use crate::app::App;

/// What the headers say about the page that made the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Ours.
    Same,
    /// Another site's.
    Other,
    /// No browser wrote it: neither `Sec-Fetch-Site` nor `Origin`.
    Untold,
}

/// Reads `Sec-Fetch-Site`, which no page can forge; browsers without it tell by `Origin`.
pub fn source(headers: &HeaderMap, public_url: Option<&str>) -> Source {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" { Source::Same } else { Source::Other };
    }
    if !headers.contains_key(header::ORIGIN) {
        return Source::Untold;
    }
    let Some(origin) = text(header::ORIGIN).and_then(|origin| origin.parse::<Uri>().ok()) else {
        return Source::Other;
    };
    let public = public_url.and_then(|url| url.parse::<Uri>().ok());
    let is_public = public.is_some_and(|url| {
        url.scheme() == origin.scheme() && url.authority().is_some() && url.authority() == origin.authority()
    });
    let host = text(header::HOST);
    let is_host = host.is_some() && origin.authority().map(http::uri::Authority::as_str) == host;
    if is_public || is_host { Source::Same } else { Source::Other }
}

/// Whether a method only reads.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses pages of other sites where nobody is signed in yet: log-in and one-time links.
/// A program that is no browser may come without any header.
pub struct NotCrossSite;

impl FromRequestParts<App> for NotCrossSite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match source(&parts.headers, app.settings.public_url.as_deref()) {
            Source::Same | Source::Untold => Ok(Self),
            Source::Other => Err(Problem::cross_site()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)], public_url: Option<&str>) -> Source {
        let headers = pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect();
        source(&headers, public_url)
    }

    #[test]
    fn a_browser_tells_whose_page_it_is() {
        assert_eq!(
            of(&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.ru")], None),
            Source::Same
        );
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(of(&[("sec-fetch-site", site)], None), Source::Other, "{site}");
        }
    }

    #[test]
    fn an_older_browser_is_known_by_origin() {
        let host = ("host", "uzel.lan:8080");
        assert_eq!(of(&[host, ("origin", "http://uzel.lan:8080")], None), Source::Same);
        assert_eq!(of(&[host, ("origin", "http://uzel.lan")], None), Source::Other);
        assert_eq!(of(&[host, ("origin", "null")], None), Source::Other);
        assert_eq!(of(&[host], None), Source::Untold);
        let public = Some("https://uzel.ru/");
        assert_eq!(of(&[host, ("origin", "https://uzel.ru")], public), Source::Same);
        assert_eq!(of(&[host, ("origin", "http://uzel.ru")], public), Source::Other);
        assert_eq!(of(&[host, ("origin", "https://uzel.ru.evil.ru")], public), Source::Other);
    }
}
