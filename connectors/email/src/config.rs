//! What must be known of the mail server.

use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use secrecy::SecretString;

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte: port 465.
    #[default]
    Tls,
    /// TLS after `STARTTLS`, without which nothing is sent: port 587.
    StartTls,
    /// None: for a relay inside a network of one's own, port 25.
    Plain,
}

impl Security {
    /// The port that is usual for it.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Plain => 25,
        }
    }
}

/// Who logs in.
#[derive(Clone, Debug)]
pub struct Login {
    /// Mostly the address itself.
    pub user: String,
    /// Mostly a password for programs and not that of the mailbox.
    pub password: SecretString,
}

/// The mail server and who writes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name of the server; the name in its certificate.
    pub server: String,
    /// Where it listens; the usual port where it is not given.
    pub port: Option<u16>,
    /// How the connection is kept from being read.
    pub security: Security,
    /// Not given for a relay that knows us by our address.
    pub login: Option<Login>,
    /// `Узел <uzel@example.ru>`.
    pub from: String,
    /// How we call ourselves; strict servers compare it. The domain of `from` where it is not given.
    pub hello_name: Option<String>,
    /// PEM certificates that are trusted beside the usual ones, for a server with a certificate of the house.
    pub trusted_roots: Option<String>,
}

/// What of the configuration does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The sender is no address.
    #[error("the sender must be an address such as Узел <uzel@example.ru>")]
    From,
    /// The certificates cannot be read.
    #[error("the trusted certificates are not readable PEM")]
    Roots,
    /// A password would go in the open.
    #[error("a password is not sent over a connection without TLS")]
    OpenPassword,
    /// There is no such name.
    #[error("the name of the server is not one")]
    Server,
}

impl Config {
    /// Who writes.
    pub(crate) fn sender(&self) -> Result<Mailbox, ConfigError> {
        self.from
            .parse::<Mailbox>()
            .ok()
            .filter(|from| from.email.to_string().is_ascii())
            .ok_or(ConfigError::From)
    }

    /// `None` where there is none.
    pub(crate) fn tls(&self) -> Result<Option<TlsParameters>, ConfigError> {
        if self.security == Security::Plain {
            return if self.login.is_some() { Err(ConfigError::OpenPassword) } else { Ok(None) };
        }
        let mut builder = TlsParameters::builder(self.server.clone());
        if let Some(roots) = &self.trusted_roots {
            if !roots.contains("-----BEGIN CERTIFICATE-----") {
                return Err(ConfigError::Roots);
            }
            let roots = Certificate::from_pem(roots.as_bytes()).map_err(|_| ConfigError::Roots)?;
            builder = builder.add_root_certificate(roots);
        }
        builder.build_rustls().map(Some).map_err(|_| ConfigError::Server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mailer;

    fn config() -> Config {
        Config {
            server: "mail.example.ru".into(),
            port: None,
            security: Security::Tls,
            login: Some(Login { user: "uzel@example.ru".into(), password: "secret".into() }),
            from: "Узел <uzel@example.ru>".into(),
            hello_name: None,
            trusted_roots: None,
        }
    }

    fn error_of(config: Config) -> ConfigError {
        Mailer::new(config).err().expect("it does not fit")
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert!(Mailer::new(config()).is_ok());
        for from in ["", "uzel", "Узел <узел@пример.рф>", "a@example.ru, b@example.ru"] {
            assert_eq!(error_of(Config { from: from.into(), ..config() }), ConfigError::From, "{from}");
        }
        for roots in ["", "hello", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
            let wrong = Config { trusted_roots: Some(roots.into()), ..config() };
            assert_eq!(error_of(wrong), ConfigError::Roots, "{roots}");
        }
    }

    #[test]
    fn a_password_never_goes_in_the_open() {
        let open = Config { security: Security::Plain, ..config() };
        assert_eq!(error_of(open.clone()), ConfigError::OpenPassword);
        assert!(Mailer::new(Config { login: None, ..open }).is_ok());
        assert!(!format!("{:?}", config()).contains("secret"));
    }
}
