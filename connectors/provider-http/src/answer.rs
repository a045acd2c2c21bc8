//! A provider's answer, read within bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use connector_api::{BoxError, MediaStream};
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};

/// The whole of a short answer, for a pure `read_response`.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The answer could not be read to its end. The request was received: its outcome is unknown.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The connection broke.
    #[error("the answer broke off")]
    Broken(#[source] reqwest::Error),
    /// Nobody's answer is that long.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

impl Answer {
    /// Reads an answer of at most `limit_bytes`.
    pub async fn read(response: reqwest::Response, limit_bytes: usize) -> Result<Self, AnswerError> {
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = BytesMut::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| AnswerError::Broken(error.without_url()))?;
            if body.len() + chunk.len() > limit_bytes {
                return Err(AnswerError::TooLong(limit_bytes));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, headers, body: body.freeze() })
    }
}

/// The body of a download as a stream, with what its headers tell.
pub fn media_stream(response: reqwest::Response) -> MediaStream {
    let text = |name: header::HeaderName| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    MediaStream {
        size_bytes: response.content_length(),
        mime_type: text(header::CONTENT_TYPE),
        file_name: None,
        bytes: Box::pin(
            response.bytes_stream().map(|chunk| chunk.map_err(|error| BoxError::from(error.without_url()))),
        ),
    }
}

/// `Retry-After` in seconds; the other form, a date, is used by none of the providers.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(86_400)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_in_seconds_and_bounded() {
        let with = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(with(" 30 "), Some(Duration::from_secs(30)));
        assert_eq!(with("99999999"), Some(Duration::from_secs(86_400)));
        assert_eq!(with("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
