//! The words inside a thing that we cannot show: the question and the answers of a poll, the tasks of a checklist, the
//! paragraphs of a rich message.

use serde_json::Value;

/// One line per title, question or paragraph; `None` where there are no words.
pub(super) fn of(value: &Value) -> Option<String> {
    let mut lines = Vec::new();
    collect(value, &mut lines);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

const HEADS: [&str; 5] = ["title", "question", "text", "description", "emoji"];

fn collect(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let heads = HEADS.iter().filter_map(|key| fields.get(*key)).map(in_line);
            lines.extend(heads.filter(|line| !line.trim().is_empty()));
            let rest = fields.iter().filter(|(key, _)| !HEADS.contains(&key.as_str()));
            rest.for_each(|(_, value)| collect(value, lines));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, lines)),
        _ => {}
    }
}

/// Marked-up text is a string, a list of pieces, or a piece with `text` inside.
fn in_line(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(pieces) => pieces.iter().map(in_line).collect(),
        Value::Object(piece) => piece.get("text").map(in_line).unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_found_at_any_depth_in_the_order_of_the_lists() {
        let rich = json!({"blocks": [
            {"type": "heading", "text": "Заказ"},
            {"type": "paragraph", "text": ["нужно ", {"type": "bold", "text": ["сто", " штук"]}]},
            {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "муфта"}]}]},
            {"type": "divider"},
        ]});
        assert_eq!(of(&rich).as_deref(), Some("Заказ\nнужно сто штук\nмуфта"));
        assert_eq!(of(&json!({"emoji": "🎲", "value": 4})).as_deref(), Some("🎲"));
        assert_eq!(of(&json!({"id": 1, "x": ["a"]})), None);
    }
}
