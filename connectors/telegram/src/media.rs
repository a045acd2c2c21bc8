//! Files of clients: `getFile`, then a download, <https://core.telegram.org/bots/api#getfile>.

use async_trait::async_trait;
use connector_api::{MediaError, MediaRef, MediaSource, MediaStream};
use http::StatusCode;
use provider_http::Answer;
use reqwest::Url;
use serde_json::{Value, json};

use crate::api::Call;
use crate::reply::{Refusal, Reply, Trouble, for_media, result};
use crate::{Telegram, wire};

/// Larger files are not given to bots.
const DOWNLOAD_LIMIT_BYTES: i64 = 20_000_000;

#[async_trait]
impl MediaSource for Telegram {
    async fn fetch_media(&self, media: &MediaRef) -> Result<MediaStream, MediaError> {
        let answer = self.ask(&request_for(media)?).await.map_err(for_media)?;
        let file = read_response(&answer)?;
        let address = address(&self.file_address(), &file.path)?;
        // The client's own read time-out notices a download that stands still.
        let response = self.http.get(address).send().await.map_err(provider_http::of_media)?;
        match response.status() {
            status if status.is_success() => {
                let stream = provider_http::media_stream(response);
                Ok(MediaStream { size_bytes: stream.size_bytes.or(file.size_bytes), ..stream })
            }
            StatusCode::UNAUTHORIZED => Err(MediaError::Refused("Unauthorized".into())),
            StatusCode::TOO_MANY_REQUESTS => {
                Err(MediaError::RateLimited { retry_after: provider_http::retry_after(response.headers()) })
            }
            // An address works for an hour; the next attempt asks for a new one.
            status => Err(temporary(format!("the download was answered by {status}"))),
        }
    }
}

/// Where a file lies at the moment.
#[derive(Debug, PartialEq, Eq)]
struct Located {
    path: String,
    size_bytes: Option<u64>,
}

fn request_for(media: &MediaRef) -> Result<Call, MediaError> {
    if media.size_bytes.is_some_and(|size| size > DOWNLOAD_LIMIT_BYTES) {
        return Err(too_big());
    }
    Ok(Call::new("getFile", json!({ "file_id": media.id })))
}

fn too_big() -> MediaError {
    MediaError::Gone(
        "Файл больше 20 МБ: Telegram не отдаёт такие ботам. Откройте его в самом Telegram.".into(),
    )
}

fn read_response(answer: &Answer) -> Result<Located, MediaError> {
    match Reply::read(answer) {
        Reply::Done(file) => place(&file),
        Reply::Refused(refusal) => Err(refused(answer, &refusal)),
        _ => Err(result(answer).map_or_else(for_media, |_| temporary("no file in the answer".into()))),
    }
}

fn place(file: &Value) -> Result<Located, MediaError> {
    let file: wire::File = wire::read(file).unwrap_or_default();
    let Some(path) = file.file_path.filter(|path| !path.is_empty()) else {
        return Err(MediaError::NotYet);
    };
    if path.starts_with('/') {
        return Err(MediaError::Refused(
            "Свой сервер Bot API запущен с ключом --local и отдаёт путь на своём диске вместо файла. \
             Запустите его без этого ключа."
                .into(),
        ));
    }
    Ok(Located { path, size_bytes: file.file_size.and_then(|size| u64::try_from(size).ok()) })
}

fn refused(answer: &Answer, refusal: &Refusal) -> MediaError {
    match refusal.code {
        400 | 403 if refusal.says(&["file is too big"]) => too_big(),
        // Said of files that are only not there at the moment, too.
        400 | 403 if refusal.says(&["temporarily unavailable"]) => temporary(refusal.description.clone()),
        400 | 403 => {
            MediaError::Gone(format!("Telegram больше не отдаёт этот файл: {}", refusal.description))
        }
        _ => result(answer).map_or_else(for_media, |_| temporary(refusal.description.clone())),
    }
}

fn temporary(text: String) -> MediaError {
    MediaError::Temporary(Trouble(text).into())
}

/// Never to be logged: the token stands in it.
fn address(base: &str, path: &str) -> Result<Url, MediaError> {
    let wrong = || temporary("the path of the file makes no address".into());
    let mut url = Url::parse(base).map_err(|_| wrong())?;
    url.path_segments_mut().map_err(|()| wrong())?.extend(path.split('/'));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use connector_api::MediaKind;
    use futures::TryStreamExt;
    use http::HeaderMap;

    use super::*;
    use crate::send::testing::{Server, http_answer};

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers: HeaderMap::new(), body: body.to_owned().into() }
    }

    #[test]
    fn every_answer_to_the_question_for_a_file_says_what_to_do() {
        let refused =
            |words: &str| format!(r#"{{"ok":false,"error_code":400,"description":"Bad Request: {words}"}}"#);
        for (status, body, expected) in [
            (
                200,
                r#"{"ok":true,"result":{"file_id":"a","file_path":"photos/file_1.jpg","file_size":7}}"#
                    .into(),
                "photos/file_1.jpg 7",
            ),
            (200, r#"{"ok":true,"result":{"file_id":"a"}}"#.into(), "not there yet"),
            (200, r#"{"ok":true,"result":{"file_path":"/var/lib/bot/a.jpg"}}"#.into(), "refused"),
            (400, refused("file is too big"), "gone: Файл больше 20 МБ"),
            (400, refused("wrong file_id or the file is temporarily unavailable"), "temporary failure"),
            (400, refused("invalid file_id"), "gone: Telegram больше не отдаёт этот файл"),
            (401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#.into(), "refused"),
            (429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":3}}"#.into(), "rate limited"),
            (502, "<html>".into(), "temporary failure"),
            (200, "{".into(), "temporary failure"),
        ] {
            let shown = match read_response(&answer(status, &body)) {
                Ok(Located { path, size_bytes }) => format!("{path} {}", size_bytes.unwrap()),
                Err(error) => error.to_string(),
            };
            assert!(shown.starts_with(expected), "{status} {body}: {shown}");
        }
    }

    #[test]
    fn a_file_of_25_mb_is_not_even_asked_for() {
        let media = MediaRef { size_bytes: Some(25_000_000), ..MediaRef::new("a", MediaKind::Video) };
        assert!(matches!(request_for(&media), Err(MediaError::Gone(reason)) if reason.contains("20 МБ")));
        let media = MediaRef { size_bytes: Some(20_000_000), ..media };
        assert!(request_for(&media).is_ok());
    }

    #[test]
    fn a_path_is_written_so_that_it_stays_one() {
        let url = address("http://x/file/bot7:A", "documents/Счёт №5?.pdf").unwrap();
        assert_eq!(url.path(), "/file/bot7:A/documents/%D0%A1%D1%87%D1%91%D1%82%20%E2%84%965%3F.pdf");
    }

    #[tokio::test]
    async fn a_file_is_asked_for_and_downloaded() {
        let server = Server::answering([
            http_answer(
                "200 OK",
                r#"{"ok":true,"result":{"file_id":"a","file_path":"photos/1 2.jpg","file_size":4}}"#,
            ),
            http_answer("200 OK", "JPEG"),
        ])
        .await;
        let stream = server.telegram().fetch_media(&MediaRef::new("AgAC-a", MediaKind::Image)).await.unwrap();
        assert_eq!(stream.size_bytes, Some(4));
        let bytes: Vec<u8> = stream.bytes.map_ok(|chunk| chunk.to_vec()).try_concat().await.unwrap();
        assert_eq!(bytes, b"JPEG");
        let asked = server.asked();
        assert!(asked[0].contains("/getFile ") && asked[0].contains(r#""file_id":"AgAC-a""#), "{asked:?}");
        assert!(asked[1].starts_with("GET /file/bot7000000001:AAHexample/photos/1%202.jpg "), "{asked:?}");
    }

    #[tokio::test]
    async fn a_failed_download_shows_no_token() {
        let server = Server::answering([
            http_answer("200 OK", r#"{"ok":true,"result":{"file_path":"photos/1.jpg"}}"#),
            String::new(),
        ])
        .await;
        let Err(error) = server.telegram().fetch_media(&MediaRef::new("a", MediaKind::Image)).await else {
            panic!("a connection that closes gives no file");
        };
        assert!(!format!("{error:?}").contains("AAHexample"), "{error:?}");
    }
}
