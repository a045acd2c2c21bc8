//! Text as forms send it.

/// Trimmed; an empty text is no text. NUL has no place in the database.
pub(crate) fn words(text: Option<String>) -> Option<String> {
    text.map(|text| text.replace('\0', "").trim().to_owned()).filter(|text| !text.is_empty())
}
