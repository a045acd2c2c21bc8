//! What an account of a provider must be told: the fields of its set-up form.

/// One field of an account's configuration. The names are those of the connector's `Config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Key in the configuration.
    pub name: &'static str,
    /// Secrets are write-only and encrypted at rest.
    pub secret: bool,
    /// Whether the account does not work without it.
    pub required: bool,
    /// What to enter and where to find it, in Russian.
    pub hint: &'static str,
}

/// An account's configuration does not fit its connector.
#[derive(Debug, thiserror::Error)]
#[error("the configuration of the account is wrong: {0}")]
pub struct ConfigError(pub String);
