//! Secrets in plain words: in the query and in the user of an address, and tokens of bots.

use std::borrow::Cow;

use super::{MASK, is_secret_name};

/// How far back the beginning of a name or of a user is looked for; keeps long bodies quick.
const LOOK_BACK: usize = 100;

/// Where the parts of an address end.
fn ends_value(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '&' | '#' | ';' | '"' | '\'' | '<' | '>' | ')')
}

pub(super) fn mask(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in text.char_indices() {
        let found = match letter {
            '=' => in_query(text, at),
            ':' => of_bot(text, at).or_else(|| of_user(text, at)),
            _ => None,
        };
        if let Some(end) = found.filter(|_| secrets.last().is_none_or(|(_, end)| *end <= at)) {
            secrets.push((at + 1, end));
        }
    }
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in secrets {
        masked.push_str(&text[done..start]);
        masked.push_str(MASK);
        done = end;
    }
    masked.push_str(&text[done..]);
    Cow::Owned(masked)
}

/// `?token=…`: the end of the value behind the `=` at `at`.
fn in_query(text: &str, at: usize) -> Option<usize> {
    let before = just_before(text, at);
    let start = before.rfind(['?', '&', ';', '#'])?;
    let name = &before[start + 1..];
    let plain = !name.contains(|letter: char| letter.is_whitespace() || letter == '=');
    let end = end_of(&text[at + 1..], ends_value) + at + 1;
    (plain && is_secret_name(name) && end > at + 1).then_some(end)
}

/// `7000000001:AAH…`: a token of Telegram, in an address or by itself.
fn of_bot(text: &str, at: usize) -> Option<usize> {
    let digits = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
    let length =
        end_of(&text[at + 1..], |letter| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-');
    (digits >= 6 && length >= 30).then_some(at + 1 + length)
}

/// `https://user:password@host`.
fn of_user(text: &str, at: usize) -> Option<usize> {
    let before = just_before(text, at);
    let user = &before[before.rfind("://")? + 3..];
    let length = end_of(&text[at + 1..], |letter| letter == '@' || letter == '/' || letter.is_whitespace());
    let end = at + 1 + length;
    let is_user = !user.contains(['/', '?', '@']) && !user.contains(char::is_whitespace);
    (is_user && length > 0 && text[end..].starts_with('@')).then_some(end)
}

fn just_before(text: &str, at: usize) -> &str {
    &text[text.floor_char_boundary(at.saturating_sub(LOOK_BACK))..at]
}

fn end_of(text: &str, ends: impl Fn(char) -> bool) -> usize {
    text.find(ends).unwrap_or(text.len())
}
