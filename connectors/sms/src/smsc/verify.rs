//! Whether a callback is SMSC's: by its signature, by the secret in the path, or by both.

use connector_api::{Verified, VerifyError, WebhookRequest, secret_matches};
use http::Method;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};

use super::wire::Kind;
use crate::form::Form;

/// What an account has configured; every one that is there must fit.
#[derive(Debug)]
pub(super) struct Secrets {
    pub(super) word: Option<SecretString>,
    pub(super) url: Option<SecretString>,
}

pub(super) fn verify(request: &WebhookRequest<'_>, secrets: &Secrets) -> Result<Verified, VerifyError> {
    if !matches!(*request.method, Method::GET | Method::POST) {
        return Err(VerifyError::Method);
    }
    if let Some(expected) = &secrets.url {
        let given = request.url_secret.ok_or(VerifyError::MissingSignature)?;
        if !secret_matches(expected.expose_secret(), given) {
            return Err(VerifyError::WrongSignature);
        }
    }
    if let Some(word) = &secrets.word {
        let form = Form::read(request.query, request.body);
        let given = form.text("md5").to_ascii_lowercase();
        if given.is_empty() {
            return Err(VerifyError::MissingSignature);
        }
        if !secret_matches(&signature(&form, word), &given) {
            return Err(VerifyError::WrongSignature);
        }
    }
    // An account without any secret is not built; nothing gets in unseen even so.
    match (&secrets.word, &secrets.url) {
        (None, None) => Err(VerifyError::MissingSignature),
        _ => Ok(Verified::Genuine),
    }
}

/// MD5 over the signed fields and the word, joined by colons. `sha1` and `crc32` come along and are not looked at: of
/// what they are taken is not documented.
fn signature(form: &Form, word: &SecretString) -> String {
    let mut hash = Md5::new();
    for name in Kind::of(form).signed_fields() {
        hash.update(form.bytes(name));
        hash.update(b":");
    }
    hash.update(word.expose_secret());
    hex::encode(hash.finalize())
}
