//! Whether a request is Telphin's: nothing is signed, so the secret in the path must fit.

use connector_api::{Verified, VerifyError, WebhookRequest, secret_matches};
use http::Method;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

/// GET and POST carry the same fields. The address is looked at after the secret: who does not know the secret learns
/// nothing of the list.
pub(crate) fn verify(
    request: &WebhookRequest<'_>,
    secret: &SecretString,
    allowed_networks: &[IpNet],
) -> Result<Verified, VerifyError> {
    if !matches!(*request.method, Method::GET | Method::POST) {
        return Err(VerifyError::Method);
    }
    let given = request.url_secret.ok_or(VerifyError::MissingSignature)?;
    if !secret_matches(secret.expose_secret(), given) {
        return Err(VerifyError::WrongSignature);
    }
    // An IPv4 peer of a dual-stack socket looks like ::ffff:192.0.2.1.
    let remote = request.remote.to_canonical();
    if !allowed_networks.is_empty() && !allowed_networks.iter().any(|network| network.contains(&remote)) {
        return Err(VerifyError::Refused);
    }
    Ok(Verified::Genuine)
}
