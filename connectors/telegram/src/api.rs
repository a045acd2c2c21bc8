//! One call of a method: its way to the provider, the only place that knows the token's address.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use connector_api::{BoxError, ByteStream, FetchError, FileSource, OutboundFile, SendError};
use futures::StreamExt;
use provider_http::Answer;
use reqwest::multipart::{Form, Part};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::Telegram;

/// The longest answer is an album with all its sizes.
const ANSWER_LIMIT_BYTES: usize = 1 << 20;
/// For calls without files.
const TIMEOUT: Duration = Duration::from_secs(30);
/// For calls with files, beside a second for every 100 kB.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(1);

/// A method with what it is given. No address: that one holds the token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// As in the provider's documentation.
    pub(crate) method: &'static str,
    /// The parameters, nested ones as JSON.
    pub(crate) fields: Map<String, Value>,
    /// Files that `fields` name by `attach://`.
    pub(crate) uploads: Vec<Upload>,
}

/// A file that goes along.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Upload {
    /// By which `fields` name it.
    pub(crate) name: String,
    /// Which one.
    pub(crate) file: OutboundFile,
}

impl Call {
    /// A call without files. Fields that are `null` are left out.
    pub(crate) fn new(method: &'static str, fields: Value) -> Self {
        let fields = match fields {
            Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        Self { method, fields, uploads: Vec::new() }
    }

    fn timeout(&self) -> Duration {
        if self.uploads.is_empty() {
            return TIMEOUT;
        }
        let bytes: u64 = self.uploads.iter().map(|upload| upload.file.size_bytes).sum();
        UPLOAD_TIMEOUT + Duration::from_secs(bytes / 100_000)
    }
}

impl Telegram {
    /// Makes a call that may leave something at the client.
    pub(crate) async fn carry(&self, call: &Call, files: &dyn FileSource) -> Result<Answer, SendError> {
        let request = self.http.post(self.address(call.method)).timeout(call.timeout());
        let (request, watch) = if call.uploads.is_empty() {
            (request.json(&call.fields), None)
        } else {
            let (form, watch) = form(call, files).await.map_err(SendError::Temporary)?;
            (request.multipart(form), Some(watch))
        };
        match request.send().await {
            Ok(response) => {
                Answer::read(response, ANSWER_LIMIT_BYTES).await.map_err(|e| SendError::Unknown(e.into()))
            }
            // Without the end of the last file there was no request that could have been obeyed.
            Err(error) if watch.is_some_and(|watch| !watch.all_left()) => {
                Err(SendError::Temporary(error.without_url().into()))
            }
            Err(error) => Err(provider_http::of_send(error)),
        }
    }

    /// Makes a call that only asks or may be repeated.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Answer, FetchError> {
        let request = self.http.post(self.address(call.method)).timeout(TIMEOUT).json(&call.fields);
        let response = request.send().await.map_err(provider_http::of_fetch)?;
        Answer::read(response, ANSWER_LIMIT_BYTES).await.map_err(|error| FetchError::Temporary(error.into()))
    }

    /// Never to be logged.
    pub(crate) fn address(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base(), self.config.token.expose_secret())
    }

    /// Where files are downloaded. Never to be logged.
    pub(crate) fn file_address(&self) -> String {
        format!("{}/file/bot{}", self.base(), self.config.token.expose_secret())
    }

    fn base(&self) -> &str {
        self.config.api_url.trim_end_matches('/')
    }
}

/// Parameters first and the files behind them, each read from our store while it goes.
async fn form(call: &Call, files: &dyn FileSource) -> Result<(Form, Watch), BoxError> {
    let mut form = Form::new();
    for (name, value) in &call.fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        form = form.text(name.clone(), text);
    }
    let watch = Watch::over(call.uploads.iter().map(|upload| upload.file.size_bytes).sum());
    for Upload { name, file } in &call.uploads {
        let body = reqwest::Body::wrap_stream(watch.watched(files.open(file).await?));
        let part =
            Part::stream_with_length(body, file.size_bytes).file_name(name_on_the_wire(&file.file_name));
        form = form.part(name.clone(), part.mime_str(&file.mime_type).or_else(|_| part_of_no_type(name))?);
    }
    Ok((form, watch))
}

/// The types are sniffed by us, so one that cannot be written is a mistake of ours and nothing was sent.
fn part_of_no_type(name: &str) -> Result<Part, BoxError> {
    Err(format!("the type of the file {name} is no media type").into())
}

/// The provider's server takes the name between the quotes as it is, cuts it at a semicolon and knows neither escapes nor
/// `filename*`: <https://github.com/tdlib/td/blob/master/tdnet/td/net/HttpReader.cpp>.
fn name_on_the_wire(name: &str) -> String {
    let plain = |c: char| match c {
        '"' => '\'',
        ';' => ',',
        '\\' | '/' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    if name.is_empty() { "file".to_owned() } else { name.chars().map(plain).collect() }
}

/// Counts the bytes of files that were handed on.
#[derive(Clone)]
struct Watch {
    left: Arc<AtomicU64>,
    expected: u64,
}

impl Watch {
    fn over(expected: u64) -> Self {
        Self { left: Arc::default(), expected }
    }

    fn watched(&self, bytes: ByteStream) -> ByteStream {
        let left = Arc::clone(&self.left);
        Box::pin(bytes.inspect(move |chunk| {
            if let Ok(chunk) = chunk {
                left.fetch_add(chunk.len() as u64, Ordering::AcqRel);
            }
        }))
    }

    fn all_left(&self) -> bool {
        self.left.load(Ordering::Acquire) >= self.expected
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        assert_eq!(name_on_the_wire("Счёт №5; «копия».pdf"), "Счёт №5, «копия».pdf");
        assert_eq!(name_on_the_wire("a\"b\\c\r\nd/e"), "a'b_c__d_e");
        assert_eq!(name_on_the_wire(""), "file");
    }

    #[test]
    fn absent_parameters_are_left_out() {
        let call = Call::new("sendMessage", json!({"chat_id": 1, "message_thread_id": null}));
        assert_eq!(Value::Object(call.fields), json!({"chat_id": 1}));
    }
}
