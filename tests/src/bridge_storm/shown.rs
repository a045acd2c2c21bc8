//! What stands in the director's topics, as his phone shows it: messages with their later words and without what was taken
//! away.

use std::collections::BTreeMap;
use std::sync::Arc;

use mocks::phone::Arrival;

use super::words::named;

/// One message of the bot.
#[derive(Debug)]
pub(super) struct Copy {
    /// Grows in the order of arrival.
    pub message: i64,
    /// `group/topic`.
    pub place: String,
    /// The words with which it came; by them it is known.
    pub first: String,
    /// Its words now; none when it was taken away.
    pub words: Option<String>,
    pub sha256: Option<String>,
    pub quoted: Option<i64>,
}

/// Everything that the bot ever posted, by the message that it is a copy or a part of; under 0 what is of none.
pub(super) fn by_number(
    phone: &[Arc<Arrival>],
    files: &BTreeMap<String, usize>,
) -> BTreeMap<usize, Vec<Copy>> {
    let mut copies: BTreeMap<i64, Copy> = BTreeMap::new();
    for arrival in phone {
        let words = arrival.text.as_deref().unwrap_or_default().to_owned();
        let about = arrival.about.as_deref().and_then(|about| about.parse().ok());
        match arrival.kind {
            "topic" | "typing" | "reaction" | "read" => {}
            "edit" | "deletion" => {
                if let Some(copy) = about.and_then(|about: i64| copies.get_mut(&about)) {
                    copy.words = (arrival.kind == "edit").then_some(words);
                }
            }
            _ => {
                let message = arrival.id.parse().unwrap_or_default();
                let copy = Copy {
                    message,
                    place: arrival.to.to_string(),
                    first: words.clone(),
                    words: Some(words),
                    sha256: arrival.file.as_ref().map(|file| file.sha256.to_string()),
                    quoted: about,
                };
                copies.insert(message, copy);
            }
        }
    }
    let mut sorted: BTreeMap<usize, Vec<Copy>> = BTreeMap::new();
    for copy in copies.into_values() {
        let by_words = named(&copy.first).first().map(|(number, _)| *number);
        let by_file = copy.sha256.as_ref().and_then(|sha256| files.get(sha256)).copied();
        sorted.entry(by_words.or(by_file).unwrap_or_default()).or_default().push(copy);
    }
    sorted
}

/// Whether a sentence or a file stands there more than once.
pub(super) fn is_doubled(copies: &[Copy]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let sentences = copies.iter().flat_map(|copy| named(&copy.first)).map(|sentence| format!("{sentence:?}"));
    let files = copies.iter().filter_map(|copy| copy.sha256.clone());
    !sentences.chain(files).all(|part| seen.insert(part))
}

/// All words of its parts, one after the other.
pub(super) fn words(copies: &[Copy]) -> String {
    copies.iter().filter_map(|copy| copy.words.as_deref()).collect()
}
