//! The ids by which the product knows chats, messages and files of this provider. The only place that builds and reads
//! them.

use connector_api::ExternalId;

/// `{chat}`.
pub(crate) fn conversation(chat: i64) -> ExternalId {
    ExternalId::new(chat.to_string())
}

/// `{chat}/{mid}`: actions in a chat need its number, and only the message is named to us.
pub(crate) fn message(chat: i64, mid: &str) -> ExternalId {
    ExternalId::new(format!("{chat}/{mid}"))
}

/// The number of a chat.
pub(crate) fn chat_of(conversation: &ExternalId) -> Option<i64> {
    conversation.as_str().parse().ok()
}

/// The chat and the `mid` of a message.
pub(crate) fn read_message(message: &ExternalId) -> Option<(i64, &str)> {
    let (chat, mid) = message.as_str().split_once('/')?;
    // An item of a message with several attachments is named behind its message.
    let mid = mid.split('/').next()?;
    Some((chat.parse().ok()?, mid)).filter(|_| !mid.is_empty())
}

/// A file: which attachment of which message, so that a new address can be asked for when the old one has expired.
pub(crate) fn file(mid: &str, place: usize) -> String {
    format!("{mid}#{place}")
}

/// The `mid` and the place of a file.
pub(crate) fn read_file(id: &ExternalId) -> Option<(&str, usize)> {
    let (mid, place) = id.as_str().rsplit_once('#')?;
    Some((mid, place.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_read_back() {
        let id = message(182_000_001, "mid.0ad9");
        assert_eq!(read_message(&id), Some((182_000_001, "mid.0ad9")));
        assert_eq!(read_message(&ExternalId::new("182000001/mid.0ad9/2")), Some((182_000_001, "mid.0ad9")));
        assert_eq!(chat_of(&conversation(-7)), Some(-7));
        assert_eq!(read_file(&ExternalId::new(file("mid.0ad9", 3))), Some(("mid.0ad9", 3)));
        for foreign in ["", "182000001", "x/mid.1", "182000001/"] {
            assert_eq!(read_message(&ExternalId::new(foreign)), None, "{foreign}");
        }
    }
}
