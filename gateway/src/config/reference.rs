//! The reference of settings, written from the same table as the structs.

use std::fmt::Write;

use super::{ENTRIES, Entry, SECTIONS};

const HEAD: &str = "\
# Configuration

Settings stand in `uzel.toml`, every key in its section, or in the environment, which wins over the file. An empty value
counts as not set. A key that is not known is refused at the start, so that a misspelt one is noticed. Everything is read
once, at the start.

This page is generated: `uzel check --reference > gateway/CONFIGURATION.md`.
";

/// All settings as Markdown: the content of `gateway/CONFIGURATION.md`.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for (section, about) in SECTIONS {
        write!(page, "\n## [{section}]\n\n{}\n\n", sentence(about)).expect("writing to a string");
        page.push_str(
            "| key | environment | value | default | what it is |\n| --- | --- | --- | --- | --- |\n",
        );
        for Entry { key, env, default, doc, expected, .. } in
            ENTRIES.iter().filter(|entry| entry.section == *section)
        {
            let default = if default.is_empty() { "not set".to_owned() } else { format!("`{default}`") };
            let doc = sentence(doc);
            writeln!(page, "| `{key}` | `{env}` | {expected} | {default} | {doc} |")
                .expect("writing to a string");
        }
    }
    page
}

/// The lines of a doc comment as one.
fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
