//! Clients, contacts and identities.

pub mod access_request;
pub mod client;
pub mod contact;
pub mod contract;
pub(crate) mod error;
pub mod freeze;
pub mod handover;
pub mod identity;
pub mod invitation;
pub mod join;
mod letters;
pub mod list;
pub mod loan;
pub mod proposal;
pub(crate) mod reach;
pub mod request;
pub mod requisites;
pub mod search;
pub mod search_key;
mod stub;
pub(crate) mod text;
pub(crate) mod trace;

pub use error::{ClientError, TakenBy};
pub use request::{ChangeRequest, NewChangeRequest};
pub use stub::ClientStub;

/// The advisory lock under which contacts are told apart: the ingest takes it shared while it resolves addresses, joins
/// and splits take it alone, until their transaction ends.
pub const IDENTITY_LOCK: i64 = 0x757a_656c_0001;

#[cfg(test)]
mod tests;
