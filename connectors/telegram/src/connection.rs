//! A manager's account through which the bot may write: <https://core.telegram.org/bots/api#getbusinessconnection>.

use connector_api::{FetchError, SendError};
use serde_json::{Value, json};

use crate::api::Call;
use crate::reply::{Refusal, Reply, result};
use crate::{Telegram, wire};

/// What a connection allows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionState {
    /// It stands, and its owner lets the bot answer.
    pub(crate) may_write: bool,
    /// The manager's name.
    pub(crate) owner: Option<String>,
}

impl ConnectionState {
    /// From the provider's object.
    pub(crate) fn of(connection: &wire::BusinessConnection) -> Self {
        Self {
            may_write: connection.is_enabled == Some(true) && may_reply(connection),
            owner: connection.user.as_ref().and_then(crate::parse::name_of),
        }
    }
}

/// The right to answer. Rights that are not told at all count as given: the send will show.
pub(crate) fn may_reply(connection: &wire::BusinessConnection) -> bool {
    match &connection.rights {
        Some(rights) => rights.can_reply == Some(true),
        None => connection.can_reply != Some(false),
    }
}

impl Telegram {
    /// The state of a connection; `None` when the provider does not know it. Asking also makes the server remember it.
    pub(crate) async fn connection(&self, id: &str) -> Result<Option<ConnectionState>, FetchError> {
        let call = Call::new("getBusinessConnection", json!({ "business_connection_id": id }));
        let answer = self.ask(&call).await?;
        if let Reply::Refused(Refusal { code: 400 | 403, .. }) = Reply::read(&answer) {
            return Ok(None);
        }
        result(&answer).map(|found| read(&found))
    }
}

fn read(found: &Value) -> Option<ConnectionState> {
    wire::read::<wire::BusinessConnection>(found).map(|connection| ConnectionState::of(&connection))
}

/// A question that failed on the way to a sending: the message itself was not sent.
pub(crate) fn of_fetch(error: FetchError) -> SendError {
    match error {
        FetchError::RateLimited { retry_after } => {
            SendError::RateLimited { retry_after, scope: connector_api::RateScope::Conversation }
        }
        FetchError::Temporary(source) => SendError::Temporary(source),
        refused @ (FetchError::Refused(_) | FetchError::Conflict(_)) => SendError::Temporary(refused.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_may_be_written_through_while_it_stands_and_its_owner_allows_it() {
        for (connection, expected) in [
            (json!({"is_enabled": true, "rights": {"can_reply": true}}), true),
            (json!({"is_enabled": true, "rights": {"can_read_messages": true}}), false),
            (json!({"is_enabled": true, "rights": {}}), false),
            (json!({"is_enabled": true, "can_reply": true}), true),
            (json!({"is_enabled": true, "can_reply": false}), false),
            (json!({"is_enabled": true}), true),
            (json!({"is_enabled": false, "rights": {"can_reply": true}}), false),
        ] {
            assert_eq!(read(&connection).unwrap().may_write, expected, "{connection}");
        }
    }
}
