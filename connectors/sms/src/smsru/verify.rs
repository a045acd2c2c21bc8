//! Whether a callback is SMS.ru's: `hash` is SHA-256 of the key and all entries as received.

use connector_api::{Verified, VerifyError, WebhookRequest, secret_matches};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::wire::entries;
use crate::form::Form;

pub(super) fn verify(request: &WebhookRequest<'_>, api_id: &SecretString) -> Result<Verified, VerifyError> {
    if *request.method != Method::POST {
        return Err(VerifyError::Method);
    }
    let form = Form::read("", request.body);
    let given = form.text("hash").to_ascii_lowercase();
    if given.is_empty() {
        return Err(VerifyError::MissingSignature);
    }
    let mut hash = Sha256::new();
    hash.update(api_id.expose_secret());
    for (_, entry) in entries(&form) {
        hash.update(entry);
    }
    if secret_matches(&hex::encode(hash.finalize()), &given) {
        Ok(Verified::Genuine)
    } else {
        Err(VerifyError::WrongSignature)
    }
}
