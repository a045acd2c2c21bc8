//! A small XML document as a tree: decoded by its declaration, well-formed to its end, or refused.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::ParseError;

/// The declaration stands within so many bytes.
const DECLARATION_BYTES: usize = 200;
/// Rates need three levels.
const MAX_DEPTH: usize = 16;

/// An element with what is inside.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The text of the first child of this name, without spaces around; `None` for none or an empty one.
    pub(crate) fn text_of(&self, child: &str) -> Option<&str> {
        let child = self.children.iter().find(|element| element.name == child)?;
        Some(child.text.trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |element| element.name == name)
    }
}

/// The root of a document of rates. The bank's error document has the same root without any attribute.
pub(crate) fn rates(body: &[u8]) -> Result<Element, ParseError> {
    let root = tree(&decode(body))?;
    if root.name != "ValCurs" {
        return Err(ParseError::NotRates(format!("the root is {}", shortened(&root.name))));
    }
    if root.attribute("Date").is_none() && root.attribute("ID").is_none() {
        return Err(ParseError::Refused(shortened(root.text.trim())));
    }
    Ok(root)
}

/// Text by the label of the declaration. Without one: UTF-8, or windows-1251 when it is none.
fn decode(body: &[u8]) -> String {
    let head = &body[..body.len().min(DECLARATION_BYTES)];
    let label = String::from_utf8_lossy(head).split_once("encoding").and_then(|(_, rest)| {
        let quote = rest.find(['"', '\''])?;
        let value = &rest[quote + 1..];
        let (label, _) = value.split_once(['"', '\''])?;
        Encoding::for_label(label.as_bytes())
    });
    let fallback = if std::str::from_utf8(body).is_ok() { UTF_8 } else { WINDOWS_1251 };
    label.unwrap_or(fallback).decode(body).0.into_owned()
}

fn tree(text: &str) -> Result<Element, ParseError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| damaged(&error))?;
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH || (open.is_empty() && root.is_some()) {
                    return Err(ParseError::Damaged("too many elements".to_owned()));
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => close(element(&start)?, &mut open, &mut root),
            Event::End(_) => {
                // The reader has compared the names.
                let Some(done) = open.pop() else { continue };
                close(done, &mut open, &mut root);
            }
            Event::Text(text) => add(&mut open, &text.xml10_content()),
            Event::CData(text) => add(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => add(&mut open, &resolve(&reference)?),
            Event::DocType(kind) => {
                return Err(ParseError::NotRates(format!("a document of the type {}", shortened(&kind))));
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
    if !open.is_empty() {
        return Err(ParseError::Damaged("it is cut off".to_owned()));
    }
    root.ok_or_else(|| ParseError::NotRates("no element in it".to_owned()))
}

fn element(start: &BytesStart<'_>) -> Result<Element, ParseError> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| damaged(&error))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| damaged(&error))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = Some(done),
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, ParseError> {
    if let Some(char) = reference.resolve_char_ref().map_err(|error| damaged(&error))? {
        return Ok(char.to_string());
    }
    let name = reference.xml10_content();
    let known = resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(|| ParseError::Damaged("an entity that is not known".to_owned()))
}

fn damaged(error: &impl ToString) -> ParseError {
    ParseError::Damaged(shortened(&error.to_string()))
}

/// Words of a stranger's document are quoted in short.
fn shortened(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect()
}
