//! The web application: its files, and its page for every address that belongs to nothing else.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::{Embed, EmbeddedFile};

use super::Problem;

#[derive(Embed)]
#[folder = "$OUT_DIR/web"]
struct Files;

/// Addresses under these are not pages: what is unknown there is missing.
const NOT_PAGES: [&str; 4] = ["api", "hooks", "health", "metrics"];

/// Stands in the page where the nonce of its styles belongs.
const NONCE: &str = "__NONCE__";

/// Everything comes from here. Styles that scripts make carry the nonce of the page.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The fallback of the whole router.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    if NOT_PAGES.contains(&first) {
        return Problem::no_route().into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Problem::method_not_allowed().into_response();
    }
    // The page carries a nonce, so it is never handed out as a file.
    let is_page = path.is_empty() || path == "index.html";
    match Files::get(path).filter(|_| !is_page && !has_ending(path, "br")) {
        Some(file) => asset(path, &file, &headers),
        // A file of another release: the page in its place would be taken for a script.
        None if first == "assets" => Problem::no_route().into_response(),
        None => page(),
    }
}

fn asset(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let twin = Files::get(&format!("{path}.br")).filter(|_| accepts_brotli(headers));
    let is_packed = twin.is_some();
    let described = [
        (header::CONTENT_TYPE, content_type(path, file)),
        (header::CACHE_CONTROL, keep.into()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (header::VARY, "accept-encoding".into()),
        (header::ETAG, tag.into()),
    ];
    let body = bytes_of(twin.map_or_else(|| file.data.clone(), |twin| twin.data));
    let mut response =
        (described.map(|(name, value): (_, Cow<'_, str>)| (name, value.into_owned())), body).into_response();
    if is_packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn page() -> Response {
    let Some(file) = Files::get("index.html") else { return Problem::no_route().into_response() };
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let body = String::from_utf8_lossy(&file.data).replace(NONCE, &nonce);
    let described = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy(&nonce)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "same-origin".to_owned()),
    ];
    (described, body).into_response()
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, last)| last == ending)
}

fn content_type(path: &str, file: &EmbeddedFile) -> Cow<'static, str> {
    if has_ending(path, "webmanifest") {
        return "application/manifest+json".into();
    }
    let mime = file.metadata.mimetype();
    if mime.starts_with("text/") || mime.ends_with("javascript") {
        return format!("{mime}; charset=utf-8").into();
    }
    mime.to_owned().into()
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let words = accepted.unwrap_or_default().split(',').map(|word| word.trim().to_ascii_lowercase());
    words
        .filter(|word| !word.replace(' ', "").ends_with(";q=0"))
        .any(|word| word.split(';').next().is_some_and(|name| name.trim() == "br"))
}

fn bytes_of(data: Cow<'static, [u8]>) -> bytes::Bytes {
    match data {
        Cow::Borrowed(data) => bytes::Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn get(path: &str) -> Response {
        serve(Method::GET, path.parse().unwrap(), HeaderMap::new()).await
    }

    #[tokio::test]
    async fn any_address_of_the_application_is_its_page() {
        for path in ["/", "/clients", "/dialogs/0197?tab=mine", "/index.html", "/password"] {
            let answer = get(path).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        }
    }

    #[tokio::test]
    async fn the_page_allows_nothing_from_outside_and_no_inline_script() {
        let answer = get("/").await;
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        let again = get("/").await.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert_ne!(policy, again, "a nonce is used once");
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains(NONCE));
    }

    #[tokio::test]
    async fn what_is_no_page_is_missing() {
        for path in ["/api/nothing", "/hooks", "/health/x", "/metrics/x", "/assets/of-another-release.js"] {
            assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let posted = serve(Method::POST, "/clients".parse().unwrap(), HeaderMap::new()).await;
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn a_browser_says_whether_it_reads_brotli() {
        let accepts = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            accepts_brotli(&headers)
        };
        assert!(accepts("gzip, deflate, br, zstd") && accepts("BR;q=0.8"));
        assert!(!accepts("gzip") && !accepts("br;q=0") && !accepts("brotli"));
    }

    #[test]
    fn a_file_is_kept_for_ever_only_where_its_name_changes_with_it() {
        let file = Files::get("index.html").unwrap();
        let of = |path: &str| asset(path, &file, &HeaderMap::new()).headers()[header::CACHE_CONTROL].clone();
        assert!(of("assets/index-1a2b.js").to_str().unwrap().contains("immutable"));
        assert_eq!(of("manifest.webmanifest"), "no-cache");
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let file = Files::get("index.html").unwrap();
        let first = asset("theme.js", &file, &HeaderMap::new());
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(asset("theme.js", &file, &headers).status(), StatusCode::NOT_MODIFIED);
    }
}
