//! Files on their way in. Their addresses lie on other hosts, which get no token; how long they live is told nowhere, so a
//! dead one is asked for anew by its message.

use std::time::Duration;

use async_trait::async_trait;
use connector_api::{MediaError, MediaKind, MediaRef, MediaSource, MediaStream};
use provider_http::{Answer, media_stream};
use serde_json::{Map, Value};

use crate::api::{CallError, Request};
use crate::wire::{self, Attachment, Message};
use crate::{Max, failure, ids};

/// For the whole of a large film on a slow line.
const TIMEOUT: Duration = Duration::from_secs(3600);
/// For the screen.
const GONE: &str = "MAX больше не отдаёт этот файл: сообщение удалено или срок хранения вышел.";

#[async_trait]
impl MediaSource for Max {
    async fn fetch_media(&self, media: &MediaRef) -> Result<MediaStream, MediaError> {
        // The address of a film may be a page for people; the file's own is asked for.
        if let Some(url) = media.url.as_deref().filter(|_| media.kind != MediaKind::Video) {
            match self.download(url).await {
                Err(MediaError::Gone(_)) => {}
                opened => return opened,
            }
        }
        let url = self.fresh_address(media).await?;
        self.download(&url).await
    }
}

impl Max {
    async fn download(&self, url: &str) -> Result<MediaStream, MediaError> {
        if !is_web(url) {
            return Err(gone());
        }
        let response = self.http.get(url).timeout(TIMEOUT).send().await.map_err(provider_http::of_media)?;
        match response.status().as_u16() {
            200..300 => Ok(media_stream(response)),
            401 | 403 | 404 | 410 => Err(gone()),
            429 => {
                Err(MediaError::RateLimited { retry_after: provider_http::retry_after(response.headers()) })
            }
            _ => {
                let status =
                    Answer { status: response.status(), headers: http::HeaderMap::new(), body: "".into() };
                Err(MediaError::Temporary(failure::status(&status)))
            }
        }
    }

    async fn fresh_address(&self, media: &MediaRef) -> Result<String, MediaError> {
        let plain = |mid: &str| mid.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let Some((mid, place)) = ids::read_file(&media.id).filter(|(mid, _)| plain(mid)) else {
            return Err(gone());
        };
        let answer = self.look(&Request::get(format!("/messages/{mid}"))).await?;
        let attachment = attachment_of(&answer, place).ok_or_else(gone)?;
        let payload = attachment.payload.unwrap_or_default();
        let token = payload.token.filter(|token| media.kind == MediaKind::Video && plain(token));
        if let Some(token) = token {
            match self.look(&Request::get(format!("/videos/{token}"))).await {
                Ok(answer) => return film_of(&answer).or(payload.url).ok_or_else(gone),
                Err(MediaError::Gone(_)) => {}
                Err(error) => return Err(error),
            }
        }
        payload.url.ok_or_else(gone)
    }

    async fn look(&self, request: &Request) -> Result<Answer, MediaError> {
        let answer =
            self.call(request).await.map_err(|error: CallError| MediaError::Temporary(error.into()))?;
        match answer.status.as_u16() {
            200..300 => Ok(answer),
            // Also 403: a dialog that the client has deleted.
            400 | 403 | 404 | 410 => Err(gone()),
            _ => Err(failure::of_file(failure::of_question(&answer))),
        }
    }
}

fn gone() -> MediaError {
    MediaError::Gone(GONE.into())
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The attachment at this place of a message, or of what it forwards.
fn attachment_of(answer: &Answer, place: usize) -> Option<Attachment> {
    let message: Message = failure::read(answer)?;
    let of_link = || message.link.and_then(|link| link.message?.attachments);
    let own = message.body.and_then(|body| body.attachments).filter(|own| !own.is_empty());
    wire::read(own.or_else(of_link)?.get(place)?)
}

/// The best quality that is a file: `mp4_1080` before `mp4_720`; `hls` is a list of pieces.
fn film_of(answer: &Answer) -> Option<String> {
    let video: Value = serde_json::from_slice(&answer.body).ok()?;
    let urls: &Map<String, Value> = video.get("urls")?.as_object()?;
    let height = |name: &str| name.strip_prefix("mp4_")?.parse::<u32>().ok();
    let best = urls.iter().filter_map(|(name, url)| Some((height(name)?, url.as_str()?)));
    best.max_by_key(|(height, _)| *height).map(|(_, url)| url.to_owned())
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;
    use crate::server::{self, Reply, Server};

    fn file(server: &Server, kind: MediaKind, path: Option<&str>) -> MediaRef {
        MediaRef { url: path.map(|path| server.url(path)), ..MediaRef::new("mid.1#1", kind) }
    }

    async fn bytes_of(opened: Result<MediaStream, MediaError>) -> Result<String, MediaError> {
        let chunks: Vec<bytes::Bytes> = opened?.bytes.try_collect().await.map_err(MediaError::Temporary)?;
        Ok(String::from_utf8(chunks.concat()).unwrap())
    }

    fn message_with(url: &str) -> Reply {
        Reply::json(
            200,
            &format!(
                r#"{{"body":{{"mid":"mid.1","attachments":[{{"type":"image"}},{{"type":"video","payload":{{"url":"{url}","token":"v1"}}}}]}}}}"#
            ),
        )
    }

    #[tokio::test]
    async fn a_file_is_downloaded_by_its_address_without_the_token() {
        let server = server::start(vec![Reply::text(200, "jpeg")]).await;
        let got =
            bytes_of(server.max().fetch_media(&file(&server, MediaKind::Image, Some("/i?r=x"))).await).await;
        assert_eq!(got.unwrap(), "jpeg");
        assert_eq!(server.asked()[0].authorization, None);
    }

    #[tokio::test]
    async fn a_dead_address_is_asked_for_anew_by_its_message() {
        let server = server::start(Vec::new()).await;
        server.then(vec![Reply::text(403, ""), message_with(&server.url("/new")), Reply::text(200, "pdf")]);
        let got =
            bytes_of(server.max().fetch_media(&file(&server, MediaKind::Document, Some("/old"))).await).await;
        assert_eq!(got.unwrap(), "pdf");
        let targets: Vec<String> = server.asked().into_iter().map(|asked| asked.target).collect();
        assert_eq!(targets, ["GET /old", "GET /messages/mid.1", "GET /new"]);
    }

    #[tokio::test]
    async fn a_film_is_downloaded_in_its_best_quality() {
        let server = server::start(Vec::new()).await;
        let urls = format!(
            r#"{{"urls":{{"mp4_720":"{0}/720","mp4_1080":"{0}/1080","hls":"{0}/hls"}}}}"#,
            server.url("")
        );
        server.then(vec![
            message_with(&server.url("/page")),
            Reply::json(200, &urls),
            Reply::text(200, "mp4"),
        ]);
        let got =
            bytes_of(server.max().fetch_media(&file(&server, MediaKind::Video, Some("/page"))).await).await;
        assert_eq!(got.unwrap(), "mp4");
        let targets: Vec<String> = server.asked().into_iter().map(|asked| asked.target).collect();
        assert_eq!(targets, ["GET /messages/mid.1", "GET /videos/v1", "GET /1080"]);
    }

    #[tokio::test]
    async fn what_is_gone_is_gone_and_what_is_sick_is_tried_again() {
        let server = server::start(vec![Reply::text(404, ""), Reply::json(404, "{}")]).await;
        let gone = server.max().fetch_media(&file(&server, MediaKind::Image, Some("/x"))).await;
        assert!(matches!(gone, Err(MediaError::Gone(_))));
        server.then(vec![Reply::text(500, ""), Reply::json(401, "{}")]);
        let sick = server.max().fetch_media(&file(&server, MediaKind::Image, Some("/x"))).await;
        assert!(matches!(sick, Err(MediaError::Temporary(_))));
        let refused = server.max().fetch_media(&file(&server, MediaKind::Image, None)).await;
        assert!(matches!(refused, Err(MediaError::Refused(_))));
        let foreign =
            MediaRef { url: Some("file:///etc/passwd".into()), ..MediaRef::new("x", MediaKind::Image) };
        assert!(matches!(server.max().fetch_media(&foreign).await, Err(MediaError::Gone(_))));
    }
}
