//! What the API promises about people and rights, seen from a browser.

mod document;
mod keys;
mod problems;
mod sessions;
mod sign_in;
mod users;
