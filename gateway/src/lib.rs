//! The one binary: HTTP, webhooks, API, live feed, workers, set-up.

pub mod app;
pub mod clock;
pub mod config;
pub mod http;
pub mod live;
pub mod passwords;
