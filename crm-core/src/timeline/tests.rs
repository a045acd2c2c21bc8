//! Timelines, conversations and calls against a database.

mod attention;
mod parts;
mod pins;
mod rests;
mod sight;
