//! The session cookie.

use http::{HeaderMap, HeaderValue, header};

use crate::app::HttpSettings;

/// The session token of a request.
pub fn session_token<'a>(headers: &'a HeaderMap, settings: &HttpSettings) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == settings.cookie_name())
        .map(|(_, token)| token)
        .filter(|token| !token.is_empty())
}

/// `Set-Cookie` that hands a session token to the browser. The database decides how long it is good for.
pub fn keep(token: &str, max_age_seconds: i64, settings: &HttpSettings) -> HeaderValue {
    let secure = if settings.secure_cookies { "; Secure" } else { "" };
    let name = settings.cookie_name();
    HeaderValue::try_from(format!(
        "{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}{secure}"
    ))
    .expect("a token has letters and digits only")
}

/// `Set-Cookie` that takes it away.
pub fn forget(settings: &HttpSettings) -> HeaderValue {
    keep("", 0, settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_cookie_is_read() {
        let settings = HttpSettings { secure_cookies: true, ..HttpSettings::default() };
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; uzel=plain; __Host-uzel=abc"));
        assert_eq!(session_token(&headers, &settings), Some("abc"));
        assert_eq!(session_token(&headers, &HttpSettings::default()), Some("plain"));
    }

    #[test]
    fn a_secure_cookie_is_bound_to_the_host() {
        let settings = HttpSettings { secure_cookies: true, ..HttpSettings::default() };
        assert_eq!(
            keep("abc", 60, &settings),
            "__Host-uzel=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert_eq!(forget(&HttpSettings::default()), "uzel=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
