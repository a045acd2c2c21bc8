//! Placeholders of a provider's text: `{{1}}` or `{{name}}`.

/// The names between double braces, each once: numbers by their size, as the provider counts them; names as they stand.
pub(super) fn names(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    walk(text, |_, name| {
        if !found.contains(&name) {
            found.push(name);
        }
    });
    if found.iter().all(|name| number(name).is_some()) {
        found.sort_by_key(|name| number(name));
    }
    found
}

/// The number that a placeholder is, where it is one.
pub(super) fn number(name: &str) -> Option<u32> {
    name.parse().ok()
}

/// The text with what `value` gives for each name; what it gives nothing for stays as it stands.
pub(super) fn replaced<'a>(text: &'a str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    walk(text, |range, name| {
        if let Some(value) = value(name) {
            replaced.push_str(&text[end..range.start]);
            replaced.push_str(value);
            end = range.end;
        }
    });
    replaced.push_str(&text[end..]);
    replaced
}

fn walk<'a>(text: &'a str, mut at: impl FnMut(std::ops::Range<usize>, &'a str)) {
    let mut rest = 0;
    while let Some(open) = text[rest..].find("{{").map(|found| rest + found) {
        let Some(close) = text[open + 2..].find("}}").map(|found| open + 2 + found) else { return };
        let name = text[open + 2..close].trim();
        let is_name =
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        if is_name {
            at(open..close + 2, name);
        }
        rest = if is_name { close + 2 } else { open + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_by_size_and_names_as_they_stand_each_once() {
        assert_eq!(names("{{2}} {{10}} {{1}} {{2}}"), ["1", "2", "10"]);
        assert_eq!(names("{{ who }} и {{order_id}}, {{who}}"), ["who", "order_id"]);
        assert_eq!(names("{{}} {{a b}} {1} {{x"), Vec::<&str>::new());
    }

    #[test]
    fn values_take_the_place_of_names_and_are_not_read_again() {
        let value = |name: &str| (name == "1").then_some("{{2}}");
        assert_eq!(replaced("Заказ {{1}}, {{ 1 }}: {{2}}", value), "Заказ {{2}}, {{2}}: {{2}}");
    }
}
