//! What a call is given: by query, form, JSON or multipart, equally good (`telegram.md`, 2).

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::refusal::{Refusal, bad};

/// A file that came along.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mime_type: String,
    pub(super) bytes: Bytes,
}

/// The parameters of one call.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) fields: Map<String, Value>,
    pub(super) uploads: HashMap<String, Upload>,
}

impl Parameters {
    pub(super) fn read(query: &str, headers: &HeaderMap, body: &Bytes) -> Result<Self, Refusal> {
        let mut all = Self { fields: form(query.as_bytes()), uploads: HashMap::new() };
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") {
            match serde_json::from_slice(body) {
                Ok(Value::Object(fields)) => all.fields.extend(fields),
                _ if body.is_empty() => {}
                _ => return Err(bad("can't parse JSON object")),
            }
        } else if let Some((_, rest)) = kind.split_once("multipart/form-data") {
            all.multipart(rest, body)?;
        } else {
            all.fields.extend(form(body));
        }
        Ok(all)
    }

    /// As the provider's server does it: a name ends at a semicolon even between quotes, `filename*` is not known, and
    /// what has a file name is a file.
    fn multipart(&mut self, content_type: &str, body: &Bytes) -> Result<(), Refusal> {
        let boundary = content_type.split_once("boundary=").map(|(_, rest)| rest.split(';').next());
        let Some(boundary) = boundary.flatten() else { return Err(bad("boundary not found")) };
        let mark = format!("\r\n--{}", boundary.trim().trim_matches('"'));
        let mark = mark.as_bytes();
        // The first mark may open the body without a line before it.
        let mut at = if body.starts_with(&mark[2..]) { mark.len() - 2 } else { after(body, 0, mark)? };
        while !body[at..].starts_with(b"--") {
            let head_end = after(body, at, b"\r\n\r\n")?;
            let next = after(body, head_end, mark)?;
            let content = body.slice(head_end..next - mark.len());
            self.part(&String::from_utf8_lossy(&body[at..head_end]), content)?;
            at = next;
        }
        Ok(())
    }

    fn part(&mut self, head: &str, content: Bytes) -> Result<(), Refusal> {
        let (mut name, mut file_name, mut mime_type) = (None, None, String::new());
        for line in head.lines() {
            let Some((key, value)) = line.split_once(':') else { continue };
            match key.to_ascii_lowercase().as_str() {
                "content-disposition" => {
                    for (key, value) in value.split(';').filter_map(|pair| pair.split_once('=')) {
                        let value = value.trim().trim_matches('"').to_owned();
                        match key.trim() {
                            "name" => name = Some(value),
                            "filename" => file_name = Some(value),
                            _ => {}
                        }
                    }
                }
                "content-type" => value.trim().clone_into(&mut mime_type),
                _ => {}
            }
        }
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Err(bad("field name in multipart/form-data not found"));
        };
        match file_name {
            Some(file_name) => {
                self.uploads.insert(name, Upload { name: file_name, mime_type, bytes: content });
            }
            None => {
                let text = String::from_utf8_lossy(&content).into_owned();
                self.fields.insert(name, Value::String(text));
            }
        }
        Ok(())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.fields.get(name)? {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        }
    }

    /// Degrees.
    pub(super) fn float(&self, name: &str) -> Option<f64> {
        match self.fields.get(name)? {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.fields.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true") || text == "1",
            _ => false,
        }
    }

    /// A nested object or list: real in JSON, its text in forms.
    pub(super) fn nested(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                let parsed = serde_json::from_str(text);
                parsed.map(Some).map_err(|_| bad(format!("can't parse {name} JSON object")))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// For the log: files by their name and size.
    pub(super) fn shown(&self) -> String {
        let mut shown = self.fields.clone();
        for (name, upload) in &self.uploads {
            shown.insert(name.clone(), format!("{} ({} bytes)", upload.name, upload.bytes.len()).into());
        }
        Value::Object(shown).to_string()
    }
}

/// Behind the next mark.
fn after(body: &[u8], from: usize, mark: &[u8]) -> Result<usize, Refusal> {
    let mut at = from;
    while let Some(found) = body[at..].iter().position(|byte| *byte == mark[0]) {
        at += found;
        if body[at..].starts_with(mark) {
            return Ok(at + mark.len());
        }
        at += 1;
    }
    Err(bad("unexpected end of multipart/form-data"))
}

fn form(bytes: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(bytes).into_owned().map(|(name, value)| (name, Value::String(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multipart(body: &str) -> Result<Parameters, Refusal> {
        let headers = HeaderMap::from_iter([(
            axum::http::header::CONTENT_TYPE,
            "multipart/form-data; boundary=xx".parse().expect("a header"),
        )]);
        Parameters::read("", &headers, &Bytes::from(body.replace('\n', "\r\n")))
    }

    #[test]
    fn a_multipart_body_has_fields_and_files_to_the_byte() {
        let body = "--xx\nContent-Disposition: form-data; name=\"chat_id\"\n\n61\n--xx\n\
                    Content-Disposition: form-data; name=\"f\"; filename=\"Счёт.pdf\"\nContent-Type: application/pdf\n\n\
                    a\n--x\n\n--xx--\n";
        let read = multipart(body).expect("well-formed");
        assert_eq!(read.number("chat_id"), Some(61));
        let upload = &read.uploads["f"];
        assert_eq!((upload.name.as_str(), upload.mime_type.as_str()), ("Счёт.pdf", "application/pdf"));
        assert_eq!(&upload.bytes[..], b"a\r\n--x\r\n");
    }

    #[test]
    fn a_name_is_cut_at_a_semicolon_and_the_starred_form_makes_no_file() {
        let of = |disposition: &str| {
            multipart(&format!(
                "--xx\nContent-Disposition: form-data; name=\"f\"; {disposition}\n\nx\n--xx--"
            ))
        };
        let cut = of("filename=\"a;b.pdf\"").expect("well-formed");
        assert_eq!(cut.uploads["f"].name, "a");
        let starred = of("filename*=utf-8''a.pdf").expect("well-formed");
        assert!(starred.uploads.is_empty() && starred.text("f") == Some("x"));
    }

    #[test]
    fn a_body_that_ends_early_is_refused() {
        assert!(multipart("--xx\nContent-Disposition: form-data; name=\"f\"\n\nhalf").is_err());
    }
}
