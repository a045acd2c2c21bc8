//! Uploads and the files of clients (`whatsapp.md`, 11).

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::Multipart;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use crate::whatsapp::File;

/// Uploads are kept for 30 days, what came from clients for 7, an address for 5 minutes.
const OURS_KEPT: TimeDelta = TimeDelta::days(30);
const THEIRS_KEPT: TimeDelta = TimeDelta::days(7);
const ADDRESS_KEPT: TimeDelta = TimeDelta::minutes(5);

/// A file at the provider.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) mime_type: String,
    pub(super) bytes: Bytes,
    until: DateTime<Utc>,
    ours: bool,
}

/// An upload before it has an id.
#[derive(Debug)]
pub(super) struct Uploaded {
    mime_type: String,
    bytes: Bytes,
}

/// All files by their ids.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<String, Stored>);

/// Kind, types and the largest size; everything else is a document.
const KINDS: [(&str, &[&str], usize); 4] = [
    ("image", &["image/jpeg", "image/png"], 5 << 20),
    ("video", &["video/mp4", "video/3gpp"], 16 << 20),
    ("audio", &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 << 20),
    ("sticker", &["image/webp"], 500 << 10),
];
const DOCUMENT_LIMIT: usize = 100 << 20;

/// First bytes by type: bytes that contradict the type are refused.
const MAGIC: [(&str, &[u8]); 4] = [
    ("application/pdf", b"%PDF"),
    ("image/png", b"\x89PNG"),
    ("image/jpeg", b"\xff\xd8"),
    ("audio/ogg", b"OggS"),
];

/// The form of an upload.
pub(super) async fn read(mut form: Multipart) -> Result<Uploaded, Refusal> {
    let wrong = |_| Refusal::of(100, "The form cannot be read");
    let (mut product, mut kind, mut file) = (None, None, None);
    while let Some(field) = form.next_field().await.map_err(wrong)? {
        match field.name().unwrap_or_default() {
            "messaging_product" => product = Some(field.text().await.map_err(wrong)?),
            "type" => kind = Some(field.text().await.map_err(wrong)?),
            "file" => {
                let mime_type = field.content_type().unwrap_or_default().to_owned();
                if field.file_name().is_none() {
                    return Err(Refusal::of(100, "Param file must be a file"));
                }
                file = Some((mime_type, field.bytes().await.map_err(wrong)?));
            }
            _ => {}
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(Refusal::of(100, "Param messaging_product must be whatsapp"));
    }
    let (mime_type, bytes) = file.ok_or_else(|| Refusal::of(131_008, "Param file is missing"))?;
    if kind.as_deref().is_none_or(|kind| kind != mime_type) {
        return Err(Refusal::of(100, "Param type does not match the file"));
    }
    if bytes.is_empty() || bytes.len() > DOCUMENT_LIMIT {
        return Err(Refusal::of(131_053, "The size of the file does not fit"));
    }
    let fits = |(known, magic): &(&str, &[u8])| *known != mime_type || bytes.starts_with(magic);
    if !MAGIC.iter().all(fits) {
        return Err(Refusal::of(131_053, "The bytes are not of the told type"));
    }
    Ok(Uploaded { mime_type, bytes })
}

impl Files {
    pub(super) fn put(&mut self, id: String, file: Uploaded, now: DateTime<Utc>) {
        let Uploaded { mime_type, bytes } = file;
        self.0.insert(id, Stored { mime_type, bytes, until: now + OURS_KEPT, ours: true });
    }

    /// The file of a notification: its bytes follow from its id.
    pub(super) fn learn(&mut self, message: &Value) {
        let kind = message["type"].as_str().unwrap_or_default();
        let (Some(id), Some(mime_type)) = (message[kind]["id"].as_str(), message[kind]["mime_type"].as_str())
        else {
            return;
        };
        let seconds =
            message["timestamp"].as_str().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let until = DateTime::from_timestamp(seconds, 0).unwrap_or_default() + THEIRS_KEPT;
        let bytes = Bytes::from(File::bytes_of(id));
        self.0.insert(id.to_owned(), Stored { mime_type: mime_type.to_owned(), bytes, until, ours: false });
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        self.0.remove(id).map(|_| ()).ok_or_else(|| no_such(id))
    }

    fn get(&self, id: &str, now: DateTime<Utc>) -> Result<&Stored, Refusal> {
        self.0.get(id).filter(|file| file.until > now).ok_or_else(|| no_such(id))
    }

    /// The upload that a message of this kind names.
    pub(super) fn upload(&self, id: &str, kind: &str, now: DateTime<Utc>) -> Result<&Stored, Refusal> {
        let file = self.get(id, now)?;
        if !file.ours {
            return Err(no_such(id));
        }
        let essence = file.mime_type.split(';').next().unwrap_or_default();
        match KINDS.iter().find(|(known, ..)| *known == kind) {
            Some((_, types, limit)) if types.contains(&essence) && file.bytes.len() <= *limit => Ok(file),
            Some(_) => Err(Refusal::of(131_053, format!("{essence} cannot be sent as {kind}"))),
            None => Ok(file),
        }
    }

    pub(super) fn address(&self, id: &str, server: &str, now: DateTime<Utc>) -> Result<Value, Refusal> {
        let file = self.get(id, now)?;
        let until = (now + ADDRESS_KEPT).timestamp();
        Ok(json!({
            "messaging_product": "whatsapp",
            "url": format!("{server}/attachments/?mid={id}&ext={until}&hash=INVENTED"),
            "mime_type": file.mime_type,
            "sha256": base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&file.bytes)),
            "file_size": file.bytes.len().to_string(),
            "id": id,
        }))
    }

    pub(super) fn bytes(&self, query: &Map<String, Value>, now: DateTime<Utc>) -> Response {
        let text = |key: &str| query.get(key).and_then(Value::as_str).unwrap_or_default();
        let until: i64 = text("ext").parse().unwrap_or_default();
        match self.get(text("mid"), now) {
            Ok(file) if until >= now.timestamp() => {
                ([(header::CONTENT_TYPE, file.mime_type.clone())], file.bytes.clone()).into_response()
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

fn no_such(id: &str) -> Refusal {
    Refusal::of(100, format!("Unsupported get request. Object with ID '{id}' does not exist"))
}
