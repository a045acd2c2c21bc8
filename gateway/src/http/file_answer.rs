//! A file as an answer: nothing in it can act on behalf of the person who opens it.

use std::fmt::Write;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use media_store::{Store, StoreError};

use super::range::{self, Wanted};

/// Types that a browser shows without running anything in them. All others are saved, not opened.
const SHOWN: [&str; 16] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "video/3gpp",
    "audio/mpeg",
    "audio/ogg",
    "audio/mp4",
    "audio/aac",
    "audio/wav",
    "audio/flac",
    "audio/webm",
    "audio/amr",
];

/// Even a type that slips through runs in a page of its own without rights.
const POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'";

/// A file to be answered with.
pub struct FileAnswer<'a> {
    /// Name of the bytes.
    pub sha256: &'a str,
    /// How many there must be.
    pub size_bytes: u64,
    /// Sniffed.
    pub mime_type: &'a str,
    /// Cleaned.
    pub file_name: &'a str,
}

/// The file or the part that is asked for, by stream; `None` when the bytes are not there or are not those.
pub async fn answer(
    store: &Store,
    file: &FileAnswer<'_>,
    asked: &HeaderMap,
) -> Result<Option<Response>, StoreError> {
    let tag = format!("\"{}\"", file.sha256);
    if same(asked, &header::IF_NONE_MATCH, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        describe(response.headers_mut(), file, &tag);
        return Ok(Some(response));
    }
    // A part of other bytes than the browser has would be glued to them.
    let still = !asked.contains_key(header::IF_RANGE) || same(asked, &header::IF_RANGE, &tag);
    let range = asked.get(header::RANGE).filter(|_| still).and_then(|value| value.to_str().ok());
    let (status, part) = match range::wanted(range, file.size_bytes) {
        Wanted::Whole => (StatusCode::OK, None),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        Wanted::Outside => return Ok(Some(outside(file.size_bytes))),
    };
    let Some(opened) = store.open(file.sha256, part.clone()).await? else { return Ok(None) };
    if opened.size_bytes != file.size_bytes {
        return Ok(None);
    }
    let mut response = Response::new(Body::from_stream(opened.bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    describe(headers, file, &tag);
    let length = part.as_ref().map_or(file.size_bytes, |part| part.end - part.start);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(part) = part {
        let text = format!("bytes {}-{}/{}", part.start, part.end - 1, file.size_bytes);
        headers.insert(header::CONTENT_RANGE, value(&text));
    }
    Ok(Some(response))
}

/// Headers of a file that we made ourselves of another one and that stands whole in memory.
pub fn made(bytes: bytes::Bytes, mime_type: &'static str, tag: &str) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime_type));
    guard(headers, tag);
    response
}

/// Whether a header names these bytes.
pub fn same(asked: &HeaderMap, name: &HeaderName, tag: &str) -> bool {
    let text = asked.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn outside(size_bytes: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    response.headers_mut().insert(header::CONTENT_RANGE, value(&format!("bytes */{size_bytes}")));
    response
}

fn describe(headers: &mut HeaderMap, file: &FileAnswer<'_>, tag: &str) {
    let bare = file.mime_type.split(';').next().unwrap_or_default().trim();
    let shown = SHOWN.contains(&bare);
    let mime_type = if shown { file.mime_type } else { "application/octet-stream" };
    headers.insert(header::CONTENT_TYPE, value(mime_type));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(file.file_name, shown)));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    guard(headers, tag);
}

/// The browser may keep the bytes, but asks every time: rights change.
fn guard(headers: &mut HeaderMap, tag: &str) {
    headers.insert(header::ETAG, value(tag));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("same-origin"));
}

/// `Content-Disposition` of RFC 6266: the name in ASCII for old programs, and as it is.
fn disposition(name: &str, shown: bool) -> String {
    let how = if shown { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            write!(exact, "%{byte:02X}").expect("writing to a string");
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_both_ways() {
        assert_eq!(
            disposition("Счёт 17.pdf", false),
            "attachment; filename=\"____ 17.pdf\"; \
             filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82%2017.pdf"
        );
        assert_eq!(
            disposition("a\"b%.png", true),
            "inline; filename=\"a_b_.png\"; filename*=UTF-8''a%22b%25.png"
        );
    }

    #[test]
    fn a_tag_is_found_among_several() {
        let asked = |text: &str| HeaderMap::from_iter([(header::IF_NONE_MATCH, text.parse().unwrap())]);
        for (text, expected) in
            [("\"b\"", true), ("\"a\", W/\"b\"", true), ("*", true), ("\"a\"", false), ("b", false)]
        {
            assert_eq!(same(&asked(text), &header::IF_NONE_MATCH, "\"b\""), expected, "{text}");
        }
        assert!(!same(&HeaderMap::new(), &header::IF_NONE_MATCH, "\"b\""));
    }
}
