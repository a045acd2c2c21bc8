//! From a stored raw event to what it says: the one place where connectors read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use connector_api::{Connector, Parsed, RawEvent};
use crm_core::timeline::ingest::ReadRaw;
use crm_core::timeline::raw_event::StoredRaw;

use crate::accounts::Account;

/// Lets the account's connector read a raw event. A body on which the connector breaks is one that cannot be read.
pub fn read(stored: &StoredRaw, account: &Account) -> ReadRaw {
    ReadRaw {
        raw_id: stored.id,
        received_at: stored.raw.received_at,
        account_id: stored.account_id,
        channel: account.channel,
        mapping: account.connector.mapping(),
        parsed: parse(account.connector.as_ref(), &stored.raw),
    }
}

/// Parses, and survives a connector that panics.
pub fn parse(connector: &dyn Connector, raw: &RawEvent) -> Result<Parsed, String> {
    // A connector is pure: it leaves nothing half-done behind.
    let Ok(parsed) = catch_unwind(AssertUnwindSafe(|| connector.parse(raw))) else {
        tracing::error!(channel = connector.channel().as_str(), "a connector broke on a body");
        return Err("the connector broke on this body".to_owned());
    };
    parsed.map_err(|error| error.to_string())
}
