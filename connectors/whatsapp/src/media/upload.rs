//! Files go up before the message that shows them: <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{OutboundFile, SendAttempt, SendError};
use provider_http::Answer;
use reqwest::multipart::{Form, Part};

use crate::graph::Verdict;
use crate::outgoing::PRODUCT;
use crate::send::Line;
use crate::wire::{self, Uploaded};

/// The provider keeps an upload for 30 days.
const KEPT: TimeDelta = TimeDelta::days(29);
/// So many are remembered; a price list goes to hundreds of clients, so few files make most of the traffic.
const REMEMBERED: usize = 10_000;
/// 100 MB over a slow line.
const PATIENCE: Duration = Duration::from_mins(15);
const ANSWER_LIMIT_BYTES: usize = 64 << 10;

/// What of ours is at the provider already: the same bytes are not uploaded twice.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<HashMap<String, Known>>);

#[derive(Debug)]
struct Known {
    id: String,
    until: DateTime<Utc>,
}

/// A file at the provider.
#[derive(Debug)]
pub(crate) struct Upload {
    pub id: String,
    /// Not uploaded just now.
    pub is_old: bool,
    key: String,
}

impl Uploads {
    /// The id of a file, uploaded now if it is not there. Whatever fails here, no message was sent.
    pub async fn of(
        &self,
        line: &Line,
        file: &OutboundFile,
        attempt: &SendAttempt<'_>,
    ) -> Result<Upload, SendError> {
        let key = key(file);
        if let Some(id) = self.known(&key, attempt.now) {
            return Ok(Upload { id, is_old: true, key });
        }
        let id = upload(line, file, attempt).await?;
        self.remember(key.clone(), id.clone(), attempt.now);
        Ok(Upload { id, is_old: false, key })
    }

    /// The provider does not want it any more.
    pub fn forget(&self, upload: &Upload) {
        self.lock().remove(&upload.key);
    }

    fn known(&self, key: &str, now: DateTime<Utc>) -> Option<String> {
        self.lock().get(key).filter(|known| known.until > now).map(|known| known.id.clone())
    }

    fn remember(&self, key: String, id: String, now: DateTime<Utc>) {
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.retain(|_, known| known.until > now);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, Known { id, until: now + KEPT });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The type is told to the provider with the upload, so the same bytes under another type are another upload.
fn key(file: &OutboundFile) -> String {
    format!("{} {}", file.sha256, mime_type(file))
}

/// The type as sniffed from the bytes, for one that does not fit them is refused (131053).
fn mime_type(file: &OutboundFile) -> String {
    crate::send::essence(&file.mime_type)
}

async fn upload(line: &Line, file: &OutboundFile, attempt: &SendAttempt<'_>) -> Result<String, SendError> {
    let form = form(file, attempt).await?;
    let request = line.graph.request(http::Method::POST, line.graph.url(&[&line.number, "media"]));
    let response = request.timeout(PATIENCE).multipart(form).send().await;
    let response = response.map_err(|error| SendError::Temporary(error.without_url().into()))?;
    let answer = Answer::read(response, ANSWER_LIMIT_BYTES).await;
    let answer = answer.map_err(|error| SendError::Temporary(error.into()))?;
    if !answer.status.is_success() {
        return Err(match line.graph.verdict(&answer) {
            Verdict::Unclear(error) => SendError::Temporary(error.into()),
            verdict => verdict.into(),
        });
    }
    let body = serde_json::from_slice(&answer.body).map_err(|error| SendError::Temporary(error.into()))?;
    let uploaded: Option<Uploaded> = wire::read(&body);
    let id = uploaded.and_then(|uploaded| uploaded.id.owned());
    id.ok_or_else(|| SendError::Temporary("the answer to an upload names no file".into()))
}

/// The bytes pass through without standing in memory as a whole. The name in the form is nobody's: what the client sees
/// stands in the message.
async fn form(file: &OutboundFile, attempt: &SendAttempt<'_>) -> Result<Form, SendError> {
    let mime_type = mime_type(file);
    let bytes = attempt.files.open(file).await.map_err(SendError::Temporary)?;
    let part = Part::stream_with_length(reqwest::Body::wrap_stream(bytes), file.size_bytes).file_name("file");
    let part = part.mime_str(&mime_type).map_err(|_| {
        SendError::rejected("file_type", "Тип файла не распознан: сохраните файл в другом формате.")
    })?;
    Ok(Form::new().text("messaging_product", PRODUCT).text("type", mime_type).part("file", part))
}
