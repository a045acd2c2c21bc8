//! The one place where HTTP clients are built.

use std::time::Duration;

use anyhow::Context;

/// A client for calls to providers. Redirects are not followed: a token would go with them.
pub fn build() -> anyhow::Result<reqwest::Client> {
    // A second call finds the provider installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("uzel/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("the HTTP client cannot be built")
}
