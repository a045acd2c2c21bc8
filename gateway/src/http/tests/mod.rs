//! What the API promises, seen from a browser.

mod access_requests;
mod accounts;
mod bridge;
mod calls;
mod cards;
mod change_requests;
mod consents;
mod document;
mod keys;
mod mails;
mod media;
mod own_email;
mod prepared;
mod problems;
mod rates;
mod raw_events;
mod rooms;
mod schedule;
mod second_factor;
mod sessions;
mod sign_in;
mod tasks;
mod timelines;
mod users;
