//! The HTTP client that accounts share which need nothing special.

use anyhow::Context;
use provider_http::ClientOptions;
use secrecy::SecretString;

/// A client for calls to providers.
pub fn build() -> anyhow::Result<reqwest::Client> {
    // A second call finds the provider installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    provider_http::build(&ClientOptions::default()).context("the HTTP client cannot be built")
}

/// A client for public pages, which need no token: redirects are followed, and a proxy may be in between.
pub fn build_for_public_pages(proxy: Option<SecretString>) -> anyhow::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = ClientOptions { proxy, redirects: 3, ..ClientOptions::default() };
    provider_http::build(&options).context("the HTTP client for public pages cannot be built")
}
