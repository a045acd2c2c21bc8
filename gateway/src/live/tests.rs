//! Streams as a browser sees them, against a real database.

mod browser;
mod catching_up;
mod following;
mod rights;
