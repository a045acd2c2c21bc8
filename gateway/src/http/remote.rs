//! Where a request comes from.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;

use crate::app::{App, HttpSettings};

/// The address of the one who asks, for the audit log and against guessing of passwords;
/// `None` when the router is called in process.
#[derive(Clone, Debug)]
pub struct Remote(pub Option<String>);

impl FromRequestParts<App> for Remote {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(remote(parts, &app.settings)))
    }
}

impl Remote {
    /// The same for a request that was taken apart by hand.
    pub fn of(parts: &Parts, app: &App) -> Option<String> {
        remote(parts, &app.settings)
    }
}

/// What the proxy in front of us has seen, where there is one, else what we have seen.
/// Only the last entry is the proxy's own; those before it are whatever the visitor wrote.
fn remote(parts: &Parts, settings: &HttpSettings) -> Option<String> {
    let forwarded = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .filter(|_| settings.behind_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|address| address.trim().parse::<std::net::IpAddr>().ok());
    let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    forwarded.or_else(direct).map(|address| address.to_canonical().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxy_is_believed() {
        let (mut parts, ()) = http::Request::builder()
            .header("x-forwarded-for", "6.6.6.6, 203.0.113.7")
            .body(())
            .unwrap()
            .into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        let behind = HttpSettings { behind_proxy: true, ..HttpSettings::default() };
        assert_eq!(remote(&parts, &behind).as_deref(), Some("203.0.113.7"));
        assert_eq!(remote(&parts, &HttpSettings::default()).as_deref(), Some("127.0.0.1"));
    }
}
