//! How an HTTP client for one account is built.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// What differs between the clients of two accounts.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// `http://`, `https://` or `socks5h://` with user and password, where this account goes through a proxy.
    pub proxy: Option<SecretString>,
    /// PEM certificates trusted by this client beside the usual ones, for a provider whose certificate ends elsewhere.
    pub trusted_roots: Option<String>,
    /// How many redirects are followed. None where a token goes with the request: it would go on to wherever that is.
    pub redirects: usize,
}

/// The client cannot be built: what of the options does not fit.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The proxy's address is not one.
    #[error("the proxy is not an address")]
    Proxy,
    /// The text holds no readable certificate.
    #[error("the trusted certificates are not readable PEM")]
    Roots,
    /// The library refused.
    #[error("the HTTP client cannot be built")]
    Build(#[source] reqwest::Error),
}

/// A client for calls to one provider. Requests set their own time-out; connecting takes at most 10 s.
pub fn build(options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        // It also runs while a file goes up, so it must last for the longest upload; see `README.md`.
        .read_timeout(Duration::from_mins(5))
        .redirect(match options.redirects {
            0 => reqwest::redirect::Policy::none(),
            most => reqwest::redirect::Policy::limited(most),
        })
        .user_agent(concat!("uzel/", env!("CARGO_PKG_VERSION")));
    if let Some(proxy) = &options.proxy {
        // The library's error would repeat the address with its password.
        let proxy = reqwest::Proxy::all(proxy.expose_secret()).map_err(|_| ClientError::Proxy)?;
        builder = builder.proxy(proxy);
    }
    if let Some(roots) = &options.trusted_roots {
        let roots =
            reqwest::Certificate::from_pem_bundle(roots.as_bytes()).map_err(|_| ClientError::Roots)?;
        if roots.is_empty() {
            return Err(ClientError::Roots);
        }
        builder = builder.tls_certs_merge(roots);
    }
    builder.build().map_err(ClientError::Build)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(options: &ClientOptions) -> String {
        let _ = rustls::crypto::ring::default_provider().install_default();
        build(options).expect_err("the options are wrong").to_string()
    }

    #[test]
    fn a_wrong_proxy_is_refused_without_repeating_it() {
        let options = ClientOptions { proxy: Some("::pass word@".into()), ..ClientOptions::default() };
        assert!(!error_of(&options).contains("pass"));
    }

    #[test]
    fn certificates_that_are_none_are_refused() {
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
            let options = ClientOptions { trusted_roots: Some(text.into()), ..ClientOptions::default() };
            assert_eq!(error_of(&options), "the trusted certificates are not readable PEM", "{text:?}");
        }
    }
}
