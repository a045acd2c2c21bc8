//! Whether a request is genuine: the handshake's token, the notification's signature.

use connector_api::{Verified, VerifyError, WebhookRequest, form_fields, secret_matches};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::Config;

const SIGNATURE: &str = "x-hub-signature-256";

pub(crate) fn verify(config: &Config, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
    match *request.method {
        Method::GET => handshake(config, request.query),
        Method::POST => notification(config, request),
        _ => Err(VerifyError::Method),
    }
}

fn handshake(config: &Config, query: &str) -> Result<Verified, VerifyError> {
    let fields = form_fields(query, b"");
    let field =
        |name: &str| fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let challenge = field("hub.challenge");
    let genuine = secret_matches(config.verify_token.expose_secret(), field("hub.verify_token"))
        && field("hub.mode") == "subscribe"
        && !challenge.is_empty();
    if genuine { Ok(Verified::Handshake(challenge.to_owned())) } else { Err(VerifyError::Refused) }
}

/// The signature covers the bytes as they came: nothing is decoded before the check.
fn notification(config: &Config, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
    let header = request.headers.get(SIGNATURE).map_or(&b""[..], |value| value.as_bytes());
    if header.is_empty() {
        return Err(VerifyError::MissingSignature);
    }
    let digits = header.strip_prefix(b"sha256=").ok_or(VerifyError::WrongSignature)?;
    let signature = hex::decode(digits).map_err(|_| VerifyError::WrongSignature)?;
    let secrets = [Some(&config.app_secret), config.app_secret_previous.as_ref()];
    let genuine = secrets.into_iter().flatten().any(|secret| signed_with(secret, request.body, &signature));
    if genuine { Ok(Verified::Genuine) } else { Err(VerifyError::WrongSignature) }
}

/// Compares in constant time. An empty secret signs nothing.
fn signed_with(secret: &SecretString, body: &[u8], signature: &[u8]) -> bool {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return false;
    }
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(body).verify_slice(signature).is_ok())
}
