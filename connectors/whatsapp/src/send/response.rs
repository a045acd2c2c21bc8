//! What the provider's answer to an attempt means.

use connector_api::{Accepted, Address, OutboundMessage, SendError};
use provider_http::Answer;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::graph::verdict;
use crate::wire::{self, Sent};
use crate::{Config, address};

/// Pure. A success that names no message may be one all the same: its outcome is unknown.
pub(super) fn read_response(
    config: &Config,
    message: &OutboundMessage,
    answer: &Answer,
) -> Result<Accepted, SendError> {
    if !answer.status.is_success() {
        return Err(verdict(answer, config.access_token.expose_secret()).into());
    }
    let body: Value =
        serde_json::from_slice(&answer.body).map_err(|error| SendError::Unknown(error.into()))?;
    let sent: Sent = wire::read(&body).unwrap_or_default();
    let Some(id) = sent.messages.0.first().and_then(|message| message.id.owned()) else {
        // An error in a success, or a message without an id.
        return Err(match body.get("error") {
            Some(_) => verdict(answer, config.access_token.expose_secret()).into(),
            None => SendError::Unknown("the answer names no message".into()),
        });
    };
    let mut accepted = Accepted::with_id(id);
    accepted.addresses = addresses(config, &sent);
    accepted.addresses.retain(|address| !message.to.contains(address));
    Ok(accepted)
}

/// A WhatsApp id differs from the number dialled in some countries, and a user id may be new to us.
fn addresses(config: &Config, sent: &Sent) -> Vec<Address> {
    let Some(contact) = sent.contacts.0.first() else { return Vec::new() };
    let phone = contact.wa_id.digits().map(|digits| address::phone(config, &digits));
    let user = contact.user_id.text().map(|id| address::user_id(config, id));
    phone.into_iter().chain(user).collect()
}

#[cfg(test)]
mod tests;
