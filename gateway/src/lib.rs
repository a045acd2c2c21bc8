//! The one binary: HTTP, webhooks, API, live feed, workers, set-up.

pub mod accounts;
pub mod app;
pub mod cli_parse;
pub mod clock;
pub mod connectors;
pub mod http;
pub mod masking;
pub mod passwords;
pub mod reading;
pub mod replay;
pub mod sealed;
