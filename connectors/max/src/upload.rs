//! Files on their way out, in two steps: a place is asked for, then the bytes go there.
//! <https://dev.max.ru/docs-api/methods/POST/uploads>

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{OutboundFile, SendAttempt, SendError};
use http::Method;
use provider_http::Answer;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::Max;
use crate::api::{CallError, Request};
use crate::compose::UploadKind;
use crate::failure::{self, Repeat};
use crate::wire::UploadPlace;

/// Answers of the upload hosts are short.
const LONGEST_ANSWER: usize = 256 * 1024;
/// A token is used again that long; how long the provider keeps one is told nowhere.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// What an attachment names an uploaded file by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: UploadKind,
    pub(crate) text: String,
    /// Not of this attempt.
    pub(crate) is_old: bool,
}

/// The tokens of late uploads. While the provider works on a file, sending is tried again and again; uploading it each
/// time would begin that work anew. Lost with the process, which costs an upload.
#[derive(Default)]
pub(crate) struct Uploaded(Mutex<VecDeque<(Key, String, DateTime<Utc>)>>);

/// The same bytes as the same kind.
type Key = (UploadKind, String);

impl Uploaded {
    const KEPT: usize = 200;

    fn find(&self, key: &Key, now: DateTime<Utc>) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |at: DateTime<Utc>| now - at < KEPT_FOR;
        kept.iter().rev().find(|(known, _, at)| known == key && fresh(*at)).map(|(_, token, _)| token.clone())
    }

    fn add(&self, key: Key, token: &str, now: DateTime<Utc>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((key, token.to_owned(), now));
        if kept.len() > Self::KEPT {
            kept.pop_front();
        }
    }

    pub(crate) fn forget(&self, tokens: &[Token]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, known, _)| tokens.iter().all(|token| token.text != *known));
    }
}

impl Max {
    /// The tokens of these files, in their order. What was uploaded lately is not uploaded again.
    pub(crate) async fn uploaded(
        &self,
        files: &[(UploadKind, &OutboundFile)],
        attempt: &SendAttempt<'_>,
    ) -> Result<Vec<Token>, SendError> {
        let mut tokens = Vec::with_capacity(files.len());
        for (kind, file) in files {
            let key = (*kind, file.sha256.clone());
            let known = self.uploaded.find(&key, attempt.now);
            let is_old = known.is_some();
            let text = match known {
                Some(text) => text,
                None => {
                    let text = self.upload(*kind, file, attempt).await?;
                    self.uploaded.add(key, &text, attempt.now);
                    text
                }
            };
            tokens.push(Token { kind: *kind, text, is_old });
        }
        Ok(tokens)
    }

    async fn upload(
        &self,
        kind: UploadKind,
        file: &OutboundFile,
        attempt: &SendAttempt<'_>,
    ) -> Result<String, SendError> {
        let request = Request::new(Method::POST, "/uploads").with("type", kind.word());
        let answer = self.call(&request).await.map_err(|error| failure::of_call(error, Repeat::Harmless))?;
        let place = read_place(&answer)?;
        let bytes = attempt.files.open(file).await.map_err(SendError::Temporary)?;
        let part = Part::stream_with_length(reqwest::Body::wrap_stream(bytes), file.size_bytes)
            .file_name(file.file_name.clone())
            .mime_str(&file.mime_type)
            .map_err(|error| SendError::Temporary(error.into()))?;
        // Other hosts than the API's, so without the token.
        let sending = self.http.post(place.url.unwrap_or_default()).multipart(Form::new().part("data", part));
        let response = sending.timeout(patience(file.size_bytes)).send().await.map_err(CallError::of);
        let response = response.map_err(|error| failure::of_call(error, Repeat::Harmless))?;
        let answer = Answer::read(response, LONGEST_ANSWER).await.map_err(CallError::Broken);
        let answer = answer.map_err(|error| failure::of_call(error, Repeat::Harmless))?;
        read_token(kind, place.token, &answer)
    }
}

/// Half a minute, and a second more for each hundred kilobytes.
fn patience(size_bytes: u64) -> Duration {
    Duration::from_secs(30 + size_bytes / 100_000)
}

fn read_place(answer: &Answer) -> Result<UploadPlace, SendError> {
    if !answer.status.is_success() {
        return Err(failure::of_answer(answer, Repeat::Harmless));
    }
    let place: UploadPlace = failure::read(answer).unwrap_or_default();
    let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    if place.url.as_ref().is_some_and(is_web) {
        return Ok(place);
    }
    Err(SendError::Temporary(failure::unreadable(answer)))
}

/// The token stands in three different places; for sound and film the upload host answers with a word that is not JSON.
fn read_token(kind: UploadKind, given: Option<String>, answer: &Answer) -> Result<String, SendError> {
    if !answer.status.is_success() {
        return Err(match answer.status.as_u16() {
            // The upload hosts do not know the account, so this says nothing of its token.
            401 | 403 => SendError::Temporary(failure::status(answer)),
            _ => failure::of_answer(answer, Repeat::Harmless),
        });
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().filter(|token| !token.is_empty()).map(str::to_owned);
    let token = match kind {
        UploadKind::Video | UploadKind::Audio => given.filter(|token| !token.is_empty()),
        UploadKind::File => text(&body["token"]),
        // One picture is uploaded at a time, so there is one key.
        UploadKind::Image => {
            body["photos"].as_object().and_then(|photos| text(&photos.values().next()?["token"]))
        }
    };
    token.ok_or_else(|| SendError::Temporary(failure::unreadable(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::tests::{answer, in_words};

    fn token(kind: UploadKind, given: Option<&str>, body: &str) -> Option<String> {
        read_token(kind, given.map(str::to_owned), &answer(200, body)).ok()
    }

    #[test]
    fn each_kind_has_its_token_in_another_place() {
        let some = |text: &str| Some(text.to_owned());
        let photos = r#"{"photos":{"k1":{"token":"p1"}}}"#;
        assert_eq!(token(UploadKind::Image, None, photos), some("p1"));
        assert_eq!(token(UploadKind::File, None, r#"{"token":"f1","fileId":77}"#), some("f1"));
        assert_eq!(token(UploadKind::Video, Some("v1"), "<retval>1</retval>"), some("v1"));
        assert_eq!(token(UploadKind::Audio, Some("a1"), ""), some("a1"));
        for (kind, given, body) in [
            (UploadKind::Image, Some("x"), r#"{"photos":{}}"#),
            (UploadKind::Image, None, "<retval>1</retval>"),
            (UploadKind::File, Some("x"), "{}"),
            (UploadKind::Video, None, "<retval>1</retval>"),
        ] {
            assert_eq!(token(kind, given, body), None, "{kind:?} {body}");
        }
    }

    #[test]
    fn a_refused_upload_may_be_tried_again_and_never_stops_the_account() {
        for (status, expected) in
            [(401, "temporary"), (403, "temporary"), (500, "temporary"), (413, "rejected 413 Some(Convert)")]
        {
            let error = read_token(UploadKind::File, None, &answer(status, "")).unwrap_err();
            assert_eq!(in_words(&error), expected, "{status}");
        }
    }

    #[test]
    fn a_place_is_an_address_of_the_web() {
        assert!(read_place(&answer(200, r#"{"url":"https://up.example/1","token":"v"}"#)).is_ok());
        for body in ["{}", r#"{"url":"file:///etc/passwd"}"#, "<html>"] {
            assert_eq!(in_words(&read_place(&answer(200, body)).unwrap_err()), "temporary", "{body}");
        }
        assert_eq!(in_words(&read_place(&answer(401, "")).unwrap_err()), "stopped 401");
    }

    #[test]
    fn a_token_is_used_again_for_an_hour_and_for_the_same_kind_only() {
        let uploaded = Uploaded::default();
        let now = DateTime::UNIX_EPOCH;
        let key = (UploadKind::Image, "ab".to_owned());
        uploaded.add(key.clone(), "t1", now);
        assert_eq!(uploaded.find(&key, now + TimeDelta::minutes(59)).as_deref(), Some("t1"));
        assert_eq!(uploaded.find(&key, now + KEPT_FOR), None);
        assert_eq!(uploaded.find(&(UploadKind::File, "ab".to_owned()), now), None);
        uploaded.forget(&[Token { kind: UploadKind::Image, text: "t1".into(), is_old: true }]);
        assert_eq!(uploaded.find(&key, now), None);
    }
}
