//! Timelines, conversations and calls against a database.

mod attention;
mod parts;
mod rests;
mod sight;
