//! Where values come from: the environment first, then the file, then the default.

use figment::Figment;
use figment::providers::{Format, Toml};
use figment::value::{Dict, Value};

use super::check::nearest;
use super::{Config, ConfigError, Entry, Setting};

/// Both places, and what was found wrong with them so far.
pub(super) struct Source<'a> {
    file_name: &'a str,
    file: Dict,
    environment: &'a dyn Fn(&str) -> Option<String>,
    wrong: Vec<String>,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        file: Option<(&'a str, &str)>,
        environment: &'a dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let (file_name, text) = file.unwrap_or_default();
        let file = Figment::from(Toml::string(text)).extract::<Dict>().map_err(|error| {
            ConfigError::one(format!(
                "{file_name} is not TOML: {}; mend that line.",
                in_one_line(&error.to_string())
            ))
        })?;
        Ok(Self { file_name, file, environment, wrong: Vec::new() })
    }

    /// Sections and keys that no table names.
    pub(super) fn refuse_unknown(&mut self, entries: &[Entry]) {
        let Self { file_name: name, file, wrong, .. } = self;
        for (section, value) in &*file {
            let keys = || entries.iter().filter(|entry| entry.section == section).map(|entry| entry.key);
            let known = keys().next().is_some();
            match value {
                Value::Dict(_, table) if known => {
                    let unknown = table.keys().filter(|key| !keys().any(|known| known == key.as_str()));
                    wrong.extend(unknown.map(|key| {
                        let hint = nearest(key, keys()).or_else(|| elsewhere(key, entries));
                        guess(&format!("{name} has a key `{key}` in [{section}] that is not known"), hint)
                    }));
                }
                Value::Dict(_, _) => {
                    let hint = nearest(section, entries.iter().map(|entry| entry.section));
                    let hint = hint.map(|hint| format!("[{hint}]"));
                    wrong.push(guess(&format!("{name} has a section [{section}] that is not known"), hint));
                }
                _ if known => wrong.push(format!(
                    "{name}: `{section}` must be a section; write [{section}] on a line of its own."
                )),
                _ => {
                    let hint = elsewhere(section, entries);
                    wrong.push(guess(&format!("{name} has a key `{section}` outside of any section"), hint));
                }
            }
        }
    }

    /// The value of one setting. A wrong one is noted, and the default goes on in its place.
    pub(super) fn take<T: Setting>(&mut self, section: &str, key: &str, env: &str, default: &str) -> T {
        let in_file = match self.file.get(section) {
            Some(Value::Dict(_, table)) => table.get(key),
            _ => None,
        };
        let (place, text) = match (self.environment)(env).filter(|text| !text.is_empty()) {
            Some(text) => (env.to_owned(), Some(text)),
            None => (format!("{}: `{key}` in [{section}]", self.file_name), in_file.map(text_of)),
        };
        let usual = || {
            let usual = if default.is_empty() { T::absent() } else { T::from_text(default) };
            usual.expect("a default is right, and only optional settings have none")
        };
        let Some(text) = text.filter(|text| !text.is_empty()) else { return usual() };
        T::from_text(text.trim()).unwrap_or_else(|| {
            let found = if T::IS_SECRET { String::new() } else { format!(", not `{text}`") };
            self.wrong(format!("{place} must be {}{found}.", T::EXPECTED));
            usual()
        })
    }

    /// Notes a sentence.
    pub(super) fn wrong(&mut self, sentence: String) {
        self.wrong.push(sentence);
    }

    pub(super) fn finish(self, config: Config) -> Result<Config, ConfigError> {
        if self.wrong.is_empty() { Ok(config) } else { Err(ConfigError { sentences: self.wrong }) }
    }
}

/// A key that stands in the wrong section, or in none.
fn elsewhere(key: &str, entries: &[Entry]) -> Option<String> {
    entries.iter().find(|entry| entry.key == key).map(|entry| format!("{}.{}", entry.section, entry.key))
}

fn guess(what: &str, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{what}; did you mean {hint}?"),
        None => format!("{what}; take it out."),
    }
}

/// As the environment would have it; tables and lists become something that no setting takes.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(_, number) => number
            .to_i128()
            .map(|number| number.to_string())
            .or_else(|| number.to_f64().map(|number| number.to_string()))
            .unwrap_or_default(),
        Value::Char(_, char) => char.to_string(),
        Value::Empty(_, _) => String::new(),
        Value::Dict(_, _) => "a table".to_owned(),
        Value::Array(_, _) => "a list".to_owned(),
    }
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
