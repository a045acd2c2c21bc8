//! Uploads in two steps, on another path than the API's, and what clients' own files hold.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::phone::File;

const MB: usize = 1024 * 1024;

/// One upload, from the first step on.
#[derive(Debug, Clone)]
struct Upload {
    kind: &'static str,
    token: String,
    file: Option<File>,
    ready_at: Instant,
}

/// All uploads, by their number.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    by_number: HashMap<u64, Upload>,
}

/// Why a token cannot be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotSendable {
    /// No such file, or of another kind.
    Unknown,
    /// Still being worked on.
    NotReady,
}

fn kind_of(word: &str) -> Option<(&'static str, usize, Duration)> {
    Some(match word {
        "image" => ("image", 50 * MB, Duration::ZERO),
        "video" => ("video", 250 * MB, Duration::from_millis(600)),
        "audio" => ("audio", 256 * MB, Duration::from_millis(300)),
        "file" => ("file", 4096 * MB, Duration::from_millis(300)),
        _ => return None,
    })
}

impl Uploads {
    /// The first step: the answer, or `None` for an unknown kind. Only sound and film get their token here.
    pub(super) fn begin(&mut self, word: &str, base: &str, now: Instant) -> Option<Value> {
        let (kind, _, _) = kind_of(word)?;
        let number = self.by_number.len() as u64 + 1;
        let token = format!("{kind}-token-{number:06}");
        let upload = Upload { kind, token: token.clone(), file: None, ready_at: now };
        self.by_number.insert(number, upload);
        let mut answer = json!({ "url": format!("{base}/upload/{number}") });
        if matches!(kind, "video" | "audio") {
            answer["token"] = token.into();
        }
        Some(answer)
    }

    /// The second step: one file for each address, in a field `data`. The answer depends on the kind.
    pub(super) fn take(
        &mut self,
        number: u64,
        content_type: &str,
        body: &[u8],
        now: Instant,
    ) -> Result<(&'static str, String), (u16, &'static str)> {
        let upload = self.by_number.get_mut(&number).ok_or((404, "no such upload"))?;
        if upload.file.is_some() {
            return Err((400, "one file for each address"));
        }
        let (name, mime_type, bytes) = part(content_type, body).ok_or((400, "no file in a field data"))?;
        let (_, limit, work) = kind_of(upload.kind).ok_or((400, "unknown kind"))?;
        if bytes.is_empty() || bytes.len() > limit {
            return Err((413, "empty or too large"));
        }
        upload.ready_at = now + work;
        upload.file = Some(File {
            sha256: hex::encode(Sha256::digest(bytes)).into(),
            size_bytes: bytes.len() as u64,
            mime_type: mime_type.into(),
            name: Some(name.into()),
        });
        Ok(match upload.kind {
            "image" => {
                let photos = json!({ "photos": { format!("key{number}"): { "token": upload.token } } });
                ("application/json", photos.to_string())
            }
            "file" => ("application/json", json!({ "token": upload.token, "fileId": number }).to_string()),
            _ => ("text/html", "<retval>1</retval>".to_owned()),
        })
    }

    /// The file behind a token, once it may be sent.
    pub(super) fn file(&self, kind: &str, token: &str, now: Instant) -> Result<File, NotSendable> {
        let upload = self.by_number.values().find(|upload| upload.token == token && upload.kind == kind);
        let upload = upload.ok_or(NotSendable::Unknown)?;
        let file = upload.file.clone().ok_or(NotSendable::Unknown)?;
        if now < upload.ready_at { Err(NotSendable::NotReady) } else { Ok(file) }
    }
}

/// Name, type and bytes of the part `data` of a form.
fn part<'a>(content_type: &str, body: &'a [u8]) -> Option<(String, String, &'a [u8])> {
    let boundary = content_type.strip_prefix("multipart/form-data")?.split("boundary=").nth(1)?;
    let boundary = boundary.split(';').next()?.trim_matches('"');
    let marker = format!("--{boundary}");
    let mut rest = body;
    loop {
        let start = find(rest, marker.as_bytes())? + marker.len();
        rest = rest.get(start..)?.strip_prefix(b"\r\n")?;
        let head_ends = find(rest, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&rest[..head_ends]).ok()?;
        let content = &rest[head_ends + 4..];
        let end = find(content, format!("\r\n{marker}").as_bytes())?;
        let quoted =
            |name: &str| Some(head.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.to_owned());
        // `filename` ends in `name`, too.
        let field = head.split("; name=\"").nth(1).and_then(|rest| rest.split('"').next());
        if field == Some("data") {
            let mime_type = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-type:").map(|t| t.trim().to_owned())
            });
            return Some((quoted("filename")?, mime_type.unwrap_or_default(), &content[..end]));
        }
        rest = &content[end + 2..];
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// A file of a client: small, and of the type that its name says.
pub(super) fn client_file(name: &str) -> (&'static str, Vec<u8>) {
    match name.rsplit('.').next() {
        Some("png") => ("image/png", PIXEL.to_vec()),
        Some("ogg") => ("audio/ogg", [b"OggS\0\x02".as_slice(), name.as_bytes()].concat()),
        Some("mp4") => {
            ("video/mp4", [b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".as_slice(), name.as_bytes()].concat())
        }
        _ => ("application/pdf", format!("%PDF-1.4\n% {name}\n%%EOF\n").into_bytes()),
    }
}

/// A picture of one point.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &[u8] = b"--B\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n%PDF\r\n--x\r\n--B--\r\n";

    #[test]
    fn each_kind_gets_its_token_in_its_own_step_and_is_worked_on() {
        let (mut uploads, now) = (Uploads::default(), Instant::now());
        let begun = uploads.begin("file", "http://x", now).expect("a kind");
        assert_eq!(begun, json!({"url": "http://x/upload/1"}));
        let film = uploads.begin("video", "http://x", now).expect("a kind");
        assert_eq!(film["token"], "video-token-000002");
        assert_eq!(uploads.begin("photo", "http://x", now), None, "retired");
        let form = "multipart/form-data; boundary=B";
        let (_, answer) = uploads.take(1, form, FORM, now).expect("taken");
        assert_eq!(answer, r#"{"fileId":1,"token":"file-token-000001"}"#);
        assert_eq!(uploads.take(1, form, FORM, now), Err((400, "one file for each address")));
        assert_eq!(uploads.take(2, form, FORM, now).expect("taken").1, "<retval>1</retval>");
        let later = now + Duration::from_secs(1);
        assert_eq!(uploads.file("file", "file-token-000001", now), Err(NotSendable::NotReady));
        let file = uploads.file("file", "file-token-000001", later).expect("ready");
        assert_eq!((file.size_bytes, file.name.as_deref()), (9, Some("a.pdf")));
        assert_eq!(uploads.file("image", "file-token-000001", later), Err(NotSendable::Unknown));
    }

    #[test]
    fn a_form_without_the_field_data_is_refused() {
        let form = "multipart/form-data; boundary=B";
        let other = String::from_utf8_lossy(FORM).replace("\"data\"", "\"file\"");
        assert_eq!(part(form, other.as_bytes()), None);
        assert_eq!(part("application/octet-stream", FORM), None);
    }
}
