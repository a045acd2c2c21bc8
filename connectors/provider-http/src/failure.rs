//! What a failed request means for what we wanted.

use connector_api::{BoxError, FetchError, MediaError, SendError};

/// A failed sending. Only where no connection came about is it sure that nothing was sent.
pub fn of_send(error: reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        SendError::Temporary(plain(error))
    } else {
        SendError::Unknown(plain(error))
    }
}

/// A failed question: it can be asked again.
pub fn of_fetch(error: reqwest::Error) -> FetchError {
    FetchError::Temporary(plain(error))
}

/// A failed download: it can be tried again.
pub fn of_media(error: reqwest::Error) -> MediaError {
    MediaError::Temporary(plain(error))
}

/// Tokens stand in the addresses of some providers, so the address goes.
fn plain(error: reqwest::Error) -> BoxError {
    error.without_url().into()
}

/// The text without a secret that a provider repeats in its answers.
pub fn hide(text: &str, secret: &str) -> String {
    if secret.is_empty() { text.to_owned() } else { text.replace(secret, "…") }
}
