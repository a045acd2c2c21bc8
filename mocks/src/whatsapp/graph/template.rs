//! A template on its way: its parts want exactly their values (`whatsapp.md`, 12 and 13).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Inner;
use super::account::Template;
use super::refusal::Refusal;
use super::sending::{Checked, Shown, media};
use crate::phone::File;

/// The text as the client reads it.
pub(super) fn shown(inner: &Inner, content: &Value, now: DateTime<Utc>) -> Checked<Shown> {
    let (name, language) = (content["name"].as_str(), content["language"]["code"].as_str());
    let (Some(name), Some(language)) = (name, language) else {
        return Err(Refusal::of(131_008, "Param template.name is missing"));
    };
    let template = inner.account.template(name, language)?;
    let given = |kind: &str| {
        let parts = content["components"].as_array().into_iter().flatten();
        parts.clone().find(|part| part["type"] == kind).map(|part| part["parameters"].clone())
    };
    let mut shown = Shown { kind: "template", text: None, about: None, file: None, stale: false };
    let head = part_of(template, "HEADER");
    match head.and_then(|part| part["format"].as_str()) {
        None if given("header").is_some() => {
            return Err(Refusal::of(132_018, "header: the template has none"));
        }
        None => {}
        Some("TEXT") => {
            let text = head.and_then(|part| part["text"].as_str()).unwrap_or_default();
            filled("header", text, given("header").as_ref())?;
        }
        Some(format) => shown.file = header(inner, format, given("header").as_ref(), now)?,
    }
    let body = part_of(template, "BODY").and_then(|part| part["text"].as_str()).unwrap_or_default();
    shown.text = Some(filled("body", body, given("body").as_ref())?);
    buttons(template, content)?;
    Ok(shown)
}

fn part_of<'a>(template: &'a Template, kind: &str) -> Option<&'a Value> {
    template.components.as_array()?.iter().find(|part| part["type"] == kind)
}

fn header(inner: &Inner, format: &str, given: Option<&Value>, now: DateTime<Utc>) -> Checked<Option<File>> {
    let kind = format.to_lowercase();
    let parameter = given.and_then(|given| given.get(0));
    let parameter = parameter.ok_or_else(|| Refusal::of(132_012, "header: a parameter is missing"))?;
    if parameter["type"] != kind.as_str() {
        return Err(Refusal::of(132_012, format!("header: Format mismatch, expected {format}")));
    }
    let on_phone = if kind == "document" { "document" } else { "image" };
    media(inner, &parameter[&kind], &kind, on_phone, now, None).map(|shown| shown.file)
}

/// Positional and named placeholders, each once; the number of values must fit.
fn filled(part: &str, text: &str, given: Option<&Value>) -> Checked<String> {
    let values = given.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut wanted: Vec<&str> = text
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"))
        .map(|(name, _)| name.trim())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if values.len() != wanted.len() {
        let (count, wanted) = (values.len(), wanted.len());
        let words = format!("{part}: number of localizable_params ({count}) does not match ({wanted})");
        return Err(Refusal::of(132_000, words));
    }
    let mut filled = text.to_owned();
    for (index, value) in (1..).zip(values) {
        let word = value["parameter_name"].as_str().map_or_else(|| index.to_string(), str::to_owned);
        let place = format!("{{{{{word}}}}}");
        match value["text"].as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) if text.contains(['\n', '\t']) || text.contains("     ") => {
                let words =
                    "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
                return Err(Refusal::of(132_018, words));
            }
            Some(text) if filled.contains(&place) => filled = filled.replace(&place, text),
            _ => return Err(Refusal::of(132_012, format!("{part}: the parameter {word} does not fit"))),
        }
    }
    Ok(filled)
}

/// An address with an open end wants its end; others want nothing, but a quick reply may bring its payload.
fn buttons(template: &Template, content: &Value) -> Checked<()> {
    let known = part_of(template, "BUTTONS").and_then(|part| part["buttons"].as_array());
    let known = known.map(Vec::as_slice).unwrap_or_default();
    let given: Vec<&Value> = content["components"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|part| part["type"] == "button")
        .collect();
    let index_of = |part: &Value| part["index"].as_str().and_then(|index| index.parse::<usize>().ok());
    for part in &given {
        let kind =
            index_of(part).and_then(|index| known.get(index)).and_then(|button| button["type"].as_str());
        let is_of_kind = kind.is_some_and(|kind| part["sub_type"] == kind.to_lowercase().as_str());
        if !is_of_kind || part["parameters"].as_array().is_none_or(|values| values.len() != 1) {
            return Err(Refusal::of(132_018, "buttons: the parameter does not fit the template"));
        }
    }
    for (index, button) in known.iter().enumerate() {
        let open = button["url"].as_str().is_some_and(|url| url.contains("{{"));
        if open && given.iter().all(|part| index_of(part) != Some(index)) {
            let words = format!("buttons: Button at index {index} of type Url requires a parameter");
            return Err(Refusal::of(131_008, words));
        }
    }
    Ok(())
}
