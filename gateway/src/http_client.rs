//! The HTTP client that accounts share which need nothing special.

use anyhow::Context;
use provider_http::ClientOptions;

/// A client for calls to providers.
pub fn build() -> anyhow::Result<reqwest::Client> {
    // A second call finds the provider installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    provider_http::build(&ClientOptions::default()).context("the HTTP client cannot be built")
}
