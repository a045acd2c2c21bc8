//! Clients, contacts and identities.

pub mod letters;
pub mod requisites;
pub mod search_key;
