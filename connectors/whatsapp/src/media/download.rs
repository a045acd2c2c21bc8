//! Files come down: by the address of the notification while it is fresh, else by the file's id.

use async_trait::async_trait;
use connector_api::{BoxError, ByteStream, MediaError, MediaRef, MediaSource, MediaStream};
use futures::{StreamExt, stream};
use http::StatusCode;
use provider_http::{media_stream, of_media, retry_after};
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::sha256;
use crate::graph::{Trouble, Verdict};
use crate::send::Line;
use crate::wire::{self, MediaAddress};

/// Ids of files that came work for seven days, of files that we uploaded for thirty.
const TOO_OLD: &str = "WhatsApp больше не отдаёт этот файл: он хранит присланное 7 дней.";

#[async_trait]
impl MediaSource for Line {
    /// The notification's address lives for five minutes; nobody here knows how old it is, so it is simply tried.
    async fn fetch_media(&self, media: &MediaRef) -> Result<MediaStream, MediaError> {
        let hint = media.url.as_deref().and_then(|url| Url::parse(url).ok()).filter(|url| self.trusts(url));
        if let Some(url) = hint
            && let Ok(stream) = self.download(url).await
        {
            return Ok(checked(stream, media.sha256.clone()));
        }
        let address = self.address_of(media).await?;
        let url = address.url.text().and_then(|url| Url::parse(url).ok());
        let url =
            url.ok_or_else(|| MediaError::Temporary("the answer holds no address of the file".into()))?;
        if !self.trusts(&url) {
            return Err(MediaError::Refused(format!(
                "Meta отдаёт файл с узла {}, которому токен не доверен: впишите его домен в настройку media_hosts.",
                url.host_str().unwrap_or("без имени"),
            )));
        }
        let mut stream = self.download(url).await?;
        let told = address.file_size.integer().and_then(|size| u64::try_from(size).ok());
        stream.size_bytes = stream.size_bytes.or(told);
        stream.mime_type = stream.mime_type.or(address.mime_type.owned());
        let expected = media.sha256.clone().or_else(|| sha256(address.sha256.text()?));
        Ok(checked(stream, expected))
    }
}

impl Line {
    /// Whether the token may be shown to this host.
    fn trusts(&self, url: &Url) -> bool {
        let domains = self.config.media_hosts.split(',').map(str::trim).filter(|domain| !domain.is_empty());
        let host = url.host_str().unwrap_or_default();
        let inside = |domain: &str| {
            let domain = domain.trim_start_matches("*.");
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.graph.is_own_host(url) || (url.scheme() == "https" && { domains }.any(inside))
    }

    async fn address_of(&self, media: &MediaRef) -> Result<MediaAddress, MediaError> {
        let told = self.graph.ask(&[media.id.as_str()], &[]).await;
        let told: Value = told.map_err(|trouble| match trouble {
            Trouble::Unanswered(connector_api::FetchError::Temporary(error)) => MediaError::Temporary(error),
            Trouble::Unanswered(error) => MediaError::Temporary(error.into()),
            // 33 is «no such object», which for a number would stop the account; here it is the file.
            Trouble::Refused(Verdict::Stopped { code, .. }) if code == "33" => {
                MediaError::Gone(TOO_OLD.into())
            }
            Trouble::Refused(Verdict::Rejected { .. }) => MediaError::Gone(TOO_OLD.into()),
            Trouble::Refused(Verdict::Later(error)) if error.is_missing() => MediaError::Gone(TOO_OLD.into()),
            Trouble::Refused(verdict) => verdict.into(),
        })?;
        Ok(wire::read(&told).unwrap_or_default())
    }

    async fn download(&self, url: Url) -> Result<MediaStream, MediaError> {
        let response = self.graph.request(http::Method::GET, url).send().await.map_err(of_media)?;
        match response.status() {
            status if status.is_success() => Ok(media_stream(response)),
            StatusCode::TOO_MANY_REQUESTS => {
                Err(MediaError::RateLimited { retry_after: retry_after(response.headers()) })
            }
            // A fresh address that is refused: the token may have been withdrawn in between, and the next question by
            // the file's id says so.
            status => Err(MediaError::Temporary(format!("the file's host answered {status}").into())),
        }
    }
}

/// Ends with an error when the bytes are not those that the provider promised.
fn checked(stream: MediaStream, expected: Option<String>) -> MediaStream {
    let Some(expected) = expected else { return stream };
    let state = (stream.bytes, Sha256::new(), expected);
    let bytes: ByteStream = Box::pin(stream::unfold(Some(state), async |state| {
        let (mut bytes, mut hash, expected) = state?;
        match bytes.next().await {
            Some(Ok(chunk)) => {
                hash.update(&chunk);
                Some((Ok(chunk), Some((bytes, hash, expected))))
            }
            Some(Err(error)) => Some((Err(error), None)),
            None if hex::encode(hash.finalize()) == expected => None,
            None => Some((Err(BoxError::from("the file is not the one that was announced")), None)),
        }
    }));
    MediaStream { bytes, ..stream }
}
