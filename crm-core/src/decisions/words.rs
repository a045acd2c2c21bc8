//! What the messenger shows of a question. Pure.

use connector_api::Button;
use uuid::Uuid;

use super::{Decision, End, Via};

/// The longest text of one message, in units of UTF-16 as messengers count them.
const LONGEST: usize = 4096;

/// A longer reason is cut, in the same units; whole it stands in the product.
const LONGEST_REASON: usize = 1000;

/// In place of a question to whoever may not decide it any more.
pub(super) const OTHERS: &str = "Вопрос решают другие.";

/// Begins the data of our buttons.
const PREFIX: &str = "d/";

/// The buttons of a question that is still open.
pub(super) fn buttons(decision: &Decision) -> Vec<Vec<Button>> {
    let (id, revision) = (decision.id.simple(), decision.revision);
    let button = |option: &super::DecisionOption| Button {
        label: option.label.clone(),
        data: format!("{PREFIX}{id}/{revision}/{}", option.word),
    };
    vec![decision.options.iter().map(button).collect()]
}

/// The question, the revision and the option's word, from a button of ours.
pub(super) fn read(data: &str) -> Option<(Uuid, i32, &str)> {
    let mut parts = data.strip_prefix(PREFIX)?.splitn(3, '/');
    let (id, revision, word) = (parts.next()?, parts.next()?, parts.next()?);
    Some((Uuid::try_parse(id).ok()?, revision.parse().ok()?, word))
}

/// The question as it stands: once it has ended, with how it did. One message: of what is too long the question is cut.
pub(super) fn text(decision: &Decision) -> String {
    let end = decision.end.as_ref().map(|end| format!("\n\n{}", ended(decision, end))).unwrap_or_default();
    let room = LONGEST.saturating_sub(end.encode_utf16().count());
    format!("{}{end}", cut(&decision.text, room))
}

/// The words, or as many of them as fit with a mark behind them.
fn cut(text: &str, longest: usize) -> String {
    if text.encode_utf16().count() <= longest {
        return text.to_owned();
    }
    let mut left = longest.saturating_sub(1);
    let fits = |letter: &char| {
        let rest = left.checked_sub(letter.len_utf16());
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// «Отклонено: Виктор Орлов, в Telegram. Причина: …»
pub(super) fn ended(decision: &Decision, end: &End) -> String {
    match end {
        End::Withdrawn => "Отозвано: решать больше не нужно.".to_owned(),
        End::Chosen { word, by, via, comment } => {
            let option = decision.options.iter().find(|option| option.word == *word);
            let done = option.map_or("Решено", |option| &option.done);
            let place = match via {
                Via::Product => "в Узле",
                Via::Messenger => "в мессенджере",
            };
            let reason =
                comment.as_ref().map(|comment| format!(" Причина: {}", cut(comment, LONGEST_REASON)));
            let reason = reason.unwrap_or_default();
            format!("{done}: {by}, {place}.{reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Right;

    #[test]
    fn a_long_question_with_a_long_reason_is_one_message_and_says_how_it_ended() {
        let mut decision = Decision {
            id: Uuid::nil(),
            subject_kind: "change_request".into(),
            subject_id: Uuid::nil(),
            right: Right::ContactsCorrect,
            text: "🚚".repeat(3000),
            options: Vec::new(),
            revision: 1,
            end: None,
        };
        assert!(text(&decision).encode_utf16().count() <= 4096);
        let comment = Some("я".repeat(4096));
        decision.end =
            Some(End::Chosen {
                word: "refuse".into(), by: "Виктор".into(), via: Via::Messenger, comment
            });
        let shown = text(&decision);
        assert!(shown.encode_utf16().count() <= 4096, "{}", shown.encode_utf16().count());
        assert!(shown.contains("…\n\nРешено: Виктор, в мессенджере. Причина: яя"));
    }

    #[test]
    fn a_button_carries_at_most_64_bytes_and_is_read_back() {
        let id = Uuid::from_u128(u128::MAX);
        let data = format!("{PREFIX}{}/{}/{}", id.simple(), i32::MAX, "0123456789abcdef");
        assert!(data.len() <= 64, "{}", data.len());
        assert_eq!(read(&data), Some((id, i32::MAX, "0123456789abcdef")));
        for foreign in ["", "d/", "d/x/1/approve", "t/0/1/approve", "d/00/1"] {
            assert_eq!(read(foreign), None, "{foreign}");
        }
    }
}
