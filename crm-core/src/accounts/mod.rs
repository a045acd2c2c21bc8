//! Channel accounts: our own ends at the providers.

mod account;
mod activity;
pub mod health;
mod store;

pub use account::{
    AccountEdit, AccountError, NewAccount, Sealed, StoredAccount, create, edit, get, list, load_all_unscoped,
    lock,
};
pub use activity::{Activity, Notice, activity, notices};

/// Where changes of accounts are told: `listen accounts`.
pub const NOTIFY_CHANNEL: &str = "accounts";
