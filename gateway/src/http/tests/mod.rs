//! What the API promises, seen from a browser.

mod cards;
mod document;
mod keys;
mod problems;
mod sessions;
mod sign_in;
mod timelines;
mod users;
