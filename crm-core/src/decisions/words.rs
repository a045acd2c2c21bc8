//! What the messenger shows of a question. Pure.

use connector_api::Button;
use uuid::Uuid;

use super::{Decision, End, Via};

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

/// The question as it stands: once it has ended, with how it did.
pub(super) fn text(decision: &Decision) -> String {
    match &decision.end {
        None => decision.text.clone(),
        Some(end) => format!("{}\n\n{}", decision.text, ended(decision, end)),
    }
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
            let reason = comment.as_ref().map(|comment| format!(" Причина: {comment}")).unwrap_or_default();
            format!("{done}: {by}, {place}.{reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
