//! What is wrong with the configuration.

use std::fmt;
use std::path::Path;

/// Everything that is wrong, in sentences that say how to mend it; all at once, so that one start shows all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// At least one.
    pub sentences: Vec<String>,
}

impl ConfigError {
    pub(super) fn one(sentence: String) -> Self {
        Self { sentences: vec![sentence] }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::one(format!(
            "The configuration file {path} cannot be read ({error}); check its name and its owner."
        ))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences.join("\n"))
    }
}
