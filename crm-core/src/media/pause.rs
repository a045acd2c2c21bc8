//! Accounts whose files wait: the provider asked for it, or refuses the account.

mod store;

pub use store::{pause_unscoped, paused_unscoped};
