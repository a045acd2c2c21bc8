//! From a stored raw event to what it says: the one place where connectors read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crm_core::timeline::ingest::ReadRaw;
use crm_core::timeline::raw_event::StoredRaw;

use crate::accounts::Account;

/// Lets the account's connector read a raw event. A body on which the connector breaks is one that cannot be read.
pub fn read(stored: &StoredRaw, account: &Account) -> ReadRaw {
    // A connector is pure: it leaves nothing half-done behind.
    let reading = catch_unwind(AssertUnwindSafe(|| {
        (account.connector.mapping(), account.connector.parse(&stored.raw).map_err(|error| error.to_string()))
    }));
    let (mapping, parsed) = reading.unwrap_or_else(|_| {
        tracing::error!(
            raw.id = %stored.id,
            connector = account.connector_name,
            "the connector broke on raw event {}",
            stored.id
        );
        (0, Err("the connector broke on this body".to_owned()))
    });
    ReadRaw {
        raw_id: stored.id,
        received_at: stored.raw.received_at,
        account_id: stored.account_id,
        channel: account.channel,
        mapping,
        parsed,
    }
}
