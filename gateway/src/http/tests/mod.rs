//! What the API promises about people and rights, seen from a browser.

mod accounts;
mod document;
mod keys;
mod problems;
mod raw_events;
mod sessions;
mod sign_in;
mod users;
