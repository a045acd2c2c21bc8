//! The provider's store of files (`telegram.md`, 8).

use std::collections::HashMap;

use axum::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::parameters::{Parameters, Upload};
use super::refusal::{Refusal, bad};
use crate::phone;
use crate::telegram::sample;

/// The largest file that a bot is given.
const DOWNLOAD_LIMIT: u64 = 20 * 1024 * 1024;

/// A kind of file: its method's word, the beginning of its ids, the folder of its path, its kind on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) field: &'static str,
    prefix: &'static str,
    folder: &'static str,
    pub(super) on_phone: &'static str,
}

pub(super) const KINDS: [Kind; 7] = [
    kind("photo", "AgAC", "photos", "image"),
    kind("video", "BAAC", "videos", "video"),
    kind("animation", "CgAC", "animations", "video"),
    kind("audio", "CQAC", "music", "audio"),
    kind("voice", "AwAC", "voice", "voice"),
    kind("document", "BQAC", "documents", "document"),
    kind("sticker", "CAAC", "stickers", "sticker"),
];

const fn kind(
    field: &'static str,
    prefix: &'static str,
    folder: &'static str,
    on_phone: &'static str,
) -> Kind {
    Kind { field, prefix, folder, on_phone }
}

/// A file of the store. Those of clients are made up when somebody downloads them.
#[derive(Debug, Clone)]
struct Stored {
    kind: Kind,
    name: Option<String>,
    mime_type: String,
    size: u64,
    bytes: Option<Bytes>,
    path: String,
}

/// All files of the bot.
#[derive(Debug, Default)]
pub(super) struct Files {
    files: HashMap<String, Stored>,
    /// File ids by their path.
    paths: HashMap<String, String>,
}

/// A file of a message: its object and what the phone sees of it.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) object: Value,
    pub(super) on_phone: phone::File,
}

impl Files {
    /// Clients' files, wherever in a message they stand.
    pub(super) fn learn(&mut self, message: &Value) {
        for kind in KINDS {
            let sizes = match &message[kind.field] {
                Value::Array(sizes) => sizes.as_slice(),
                file => std::slice::from_ref(file),
            };
            for file in sizes {
                let Some(id) = file["file_id"].as_str() else { continue };
                let name = file["file_name"].as_str().map(str::to_owned);
                let mime_type = file["mime_type"].as_str().unwrap_or("image/png").to_owned();
                self.put(id.to_owned(), kind, name, mime_type, file["file_size"].as_u64().unwrap_or(0), None);
            }
        }
    }

    /// The file that a parameter names: by `attach://`, as an upload of that very name, or by the id of one that is
    /// here.
    pub(super) fn place(
        &mut self,
        kind: Kind,
        source: Option<&str>,
        given: &Parameters,
    ) -> Result<Placed, Refusal> {
        let attached = source.and_then(|source| source.strip_prefix("attach://"));
        let upload = match (attached, source) {
            (Some(name), _) => Some(given.uploads.get(name).ok_or_else(|| bad("attached file not found"))?),
            (None, None) => given.uploads.get(kind.field),
            (None, Some(_)) => None,
        };
        if let Some(upload) = upload {
            return self.uploaded(kind, upload);
        }
        let Some(id) = source else { return Err(bad(format!("there is no {} in the request", kind.field))) };
        if id.starts_with("http://") || id.starts_with("https://") {
            return Err(bad("failed to get HTTP URL content"));
        }
        let stored = self.files.get(id).ok_or_else(|| bad("wrong file identifier/HTTP URL specified"))?;
        if stored.kind != kind {
            return Err(bad(format!("can't use file of type {} as {}", stored.kind.field, kind.field)));
        }
        Ok(placed(id, stored))
    }

    fn uploaded(&mut self, kind: Kind, upload: &Upload) -> Result<Placed, Refusal> {
        if upload.bytes.is_empty() {
            return Err(bad("file must be non-empty"));
        }
        if kind.field == "photo" {
            let picture = [&b"\xff\xd8\xff"[..], b"\x89PNG", b"RIFF"]
                .iter()
                .any(|magic| upload.bytes.starts_with(magic));
            if !picture {
                return Err(bad("IMAGE_PROCESS_FAILED"));
            }
            if upload.bytes.len() > 10 * 1024 * 1024 {
                return Err(bad("PHOTO_SAVE_FILE_INVALID"));
            }
        }
        let id = format!("{}AgADup{}", kind.prefix, self.files.len());
        let size = upload.bytes.len() as u64;
        let (name, mime) = (Some(upload.name.clone()), upload.mime_type.clone());
        self.put(id.clone(), kind, name, mime, size, Some(upload.bytes.clone()));
        Ok(placed(&id, &self.files[&id]))
    }

    fn put(
        &mut self,
        id: String,
        kind: Kind,
        name: Option<String>,
        mime_type: String,
        size: u64,
        bytes: Option<Bytes>,
    ) {
        let extension = name.as_deref().and_then(|name| name.rsplit_once('.')).map_or("bin", |(_, end)| end);
        let extension = if kind.field == "photo" { "jpg" } else { extension };
        let path = format!("{}/file_{}.{extension}", kind.folder, self.paths.len() + 1);
        self.paths.insert(path.clone(), id.clone());
        self.files.insert(id, Stored { kind, name, mime_type, size, bytes, path });
    }

    /// `getFile`.
    pub(super) fn told(&self, id: &str) -> Result<Value, Refusal> {
        let words = "wrong file_id or the file is temporarily unavailable";
        let stored = self.files.get(id).ok_or_else(|| bad(words))?;
        if stored.size > DOWNLOAD_LIMIT {
            return Err(bad("file is too big"));
        }
        Ok(json!({
            "file_id": id, "file_unique_id": unique(id), "file_size": stored.size, "file_path": stored.path,
        }))
    }

    /// A download.
    pub(super) fn bytes(&self, path: &str) -> Option<Bytes> {
        let stored = self.files.get(self.paths.get(path)?)?;
        Some(stored.bytes.clone().unwrap_or_else(|| sample::bytes(&stored.mime_type, stored.size)))
    }
}

fn unique(id: &str) -> String {
    format!("AQAD{}", id.get(4..).unwrap_or_default())
}

fn placed(id: &str, stored: &Stored) -> Placed {
    let file = |id: &str| json!({ "file_id": id, "file_unique_id": unique(id), "file_size": stored.size });
    let with = |mut object: Value, more: Value| {
        if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
            object.extend(more);
        }
        object
    };
    let object = match stored.kind.field {
        "photo" => json!([
            with(
                json!({ "file_id": format!("{id}-s"), "file_unique_id": unique(id), "file_size": 900 }),
                json!({ "width": 90, "height": 67 })
            ),
            with(file(id), json!({ "width": 1280, "height": 960 })),
        ]),
        "video" | "animation" => {
            let more = json!({ "width": 640, "height": 360, "duration": 3, "file_name": stored.name, "mime_type": stored.mime_type });
            with(file(id), more)
        }
        "audio" | "voice" => with(file(id), json!({ "duration": 3, "mime_type": stored.mime_type })),
        "sticker" => {
            let more = json!({ "width": 512, "height": 512, "type": "regular", "is_animated": false, "is_video": false });
            with(file(id), more)
        }
        _ => with(file(id), json!({ "file_name": stored.name, "mime_type": stored.mime_type })),
    };
    let bytes = stored.bytes.clone().unwrap_or_else(|| sample::bytes(&stored.mime_type, stored.size));
    let on_phone = phone::File {
        sha256: hex::encode(Sha256::digest(&bytes)).into(),
        size_bytes: bytes.len() as u64,
        mime_type: stored.mime_type.as_str().into(),
        name: stored.name.as_deref().map(Into::into),
    };
    Placed { object, on_phone }
}
