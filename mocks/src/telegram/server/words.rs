//! Texts and captions, as strict as the provider is.

use super::parameters::Parameters;
use super::refusal::{Refusal, bad};

/// Tags of `HTML`.
const TAGS: [&str; 20] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "tg-spoiler",
    "a",
    "code",
    "pre",
    "blockquote",
    "tg-emoji",
    "tg-time",
    "span",
    "br",
    "q",
    "p",
];

/// The text of a message: never empty, never longer than 4096.
pub(super) fn text(parameters: &Parameters) -> Result<String, Refusal> {
    let text = parsed(parameters.text("text"), parameters.text("parse_mode"))?;
    if text.is_empty() {
        return Err(bad("message text is empty"));
    }
    if text.encode_utf16().count() > 4096 {
        return Err(bad("message is too long"));
    }
    Ok(text)
}

/// The text beside a file: perhaps empty, never longer than 1024.
pub(super) fn caption(text: Option<&str>, mode: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = parsed(text, mode)?;
    if text.encode_utf16().count() > 1024 {
        return Err(bad("message caption is too long"));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// As it is shown. The provider takes space off both ends.
fn parsed(text: Option<&str>, mode: Option<&str>) -> Result<String, Refusal> {
    let text = text.unwrap_or_default();
    let shown = match mode {
        Some(mode) if mode.eq_ignore_ascii_case("html") => without_tags(text)?,
        _ => text.to_owned(),
    };
    Ok(shown.trim().to_owned())
}

fn without_tags(text: &str) -> Result<String, Refusal> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let wrong = |words: &str| bad(format!("can't parse entities: {words}"));
        shown.push_str(&rest[..start]);
        let (tag, behind) = rest[start + 1..].split_once('>').ok_or_else(|| wrong("Unclosed start tag"))?;
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if !TAGS.contains(&name) {
            return Err(wrong(&format!("Unsupported start tag \"{name}\"")));
        }
        rest = behind;
    }
    shown.push_str(rest);
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    Ok(entities.iter().fold(shown, |shown, (name, sign)| shown.replace(name, sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mark_up_of_a_client_costs_the_message() {
        assert_eq!(parsed(Some("<b>a</b> &lt; b"), Some("HTML")).expect("good tags"), "a < b");
        assert!(parsed(Some("a < b && c > d"), Some("HTML")).is_err());
        assert_eq!(parsed(Some("a < b && c > d"), None).expect("plain"), "a < b && c > d");
    }
}
