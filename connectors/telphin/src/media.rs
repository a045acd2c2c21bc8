//! Recordings of calls: `GET /client/@me/record/{record_uuid}` gives the sound itself
//! (<https://ucom4b.atlassian.net/wiki/spaces/RACD/pages/28344342>).

use async_trait::async_trait;
use connector_api::{ByteStream, MediaError, MediaRef, MediaSource, MediaStream};
use futures::{StreamExt, TryStreamExt};
use http::header;

use crate::Office;
use crate::api::{Request, text_of};

#[async_trait]
impl MediaSource for Office {
    async fn fetch_media(&self, media: &MediaRef) -> Result<MediaStream, MediaError> {
        let Some(request) = request_for(media.id.as_str()) else {
            return Err(MediaError::Gone(
                "Телфин прислал запись под именем, которого у него быть не может.".into(),
            ));
        };
        let response = self.api.open(&request, None).await?;
        let headers = response.headers().clone();
        let stream = provider_http::media_stream(response);
        if stream.size_bytes == Some(0) {
            return Err(MediaError::NotYet);
        }
        Ok(MediaStream {
            file_name: text_of(&headers, header::CONTENT_DISPOSITION).as_deref().and_then(file_name),
            bytes: not_empty(stream.bytes).await?,
            ..stream
        })
    }
}

/// A record id is `<extension id>-<32 hex>`; anything else would lead to another place of the API.
fn request_for(record: &str) -> Option<Request> {
    let fits = !record.is_empty() && record.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| Request::get(format!("/client/@me/record/{record}")))
}

/// A recording without a single byte is not ready.
async fn not_empty(mut bytes: ByteStream) -> Result<ByteStream, MediaError> {
    match bytes.try_next().await {
        Ok(Some(first)) => Ok(Box::pin(futures::stream::iter([Ok(first)]).chain(bytes))),
        Ok(None) => Err(MediaError::NotYet),
        Err(error) => Err(MediaError::Temporary(error)),
    }
}

/// `attachment; filename="2026-03-17-09-15-11-UTC_in_102_a1b2.mp3"`
fn file_name(disposition: &str) -> Option<String> {
    let (_, name) = disposition.split_once("filename=")?;
    let name = name.split(';').next()?.trim().trim_matches('"');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_asked_for_by_its_id_and_nothing_else_is() {
        let request = request_for("410102-c5f96e75c454fa23d827923c76e6b5d1").expect("an id");
        assert_eq!(request.path, "/client/@me/record/410102-c5f96e75c454fa23d827923c76e6b5d1");
        for strange in ["", "../../extension/", "410102/event", "a?b", "a b"] {
            assert_eq!(request_for(strange), None, "{strange}");
        }
    }

    #[test]
    fn the_name_is_taken_from_the_header() {
        let name = |text| file_name(text);
        assert_eq!(name(r#"attachment; filename="a.mp3""#).as_deref(), Some("a.mp3"));
        assert_eq!(name("attachment; filename=a.mp3; size=5").as_deref(), Some("a.mp3"));
        assert_eq!(name("attachment"), None);
    }
}
