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

impl Setting {
    /// For connectors that call their provider: the way there. Read by whoever builds the HTTP client, never by the
    /// connector itself.
    pub const PROXY: Self = Self {
        name: "proxy",
        secret: true,
        required: false,
        hint: "Прокси для обращений к провайдеру: http://, https:// или socks5h:// с именем и паролем, если нужны. \
               Пусто: напрямую.",
    };

    /// For providers whose certificate ends in a root that ordinary machines do not hold. Read like [`Self::PROXY`].
    pub const TRUSTED_ROOTS: Self = Self {
        name: "trusted_roots",
        secret: false,
        required: false,
        hint: "Корневые сертификаты в виде PEM, которым доверять только для этого канала. \
               Пусто: обычный список машины.",
    };
}

/// An account's configuration does not fit its connector.
#[derive(Debug, thiserror::Error)]
#[error("the configuration of the account is wrong: {0}")]
pub struct ConfigError(pub String);
