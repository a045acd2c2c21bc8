//! Clients, contacts and identities.

pub mod letters;
pub mod requisites;
pub mod search_key;

/// Advisory lock of the structure of people: the ingest shares it, joins and splits hold it alone.
pub const IDENTITY_LOCK: i64 = 0x757a_656c_0001;
