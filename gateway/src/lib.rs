//! The one binary: HTTP, webhooks, API, live feed, workers, set-up.

pub mod accounts;
pub mod app;
pub mod cli;
pub mod cli_parse;
pub mod clock;
pub mod config;
pub mod connectors;
pub mod database;
pub mod figures;
pub mod http;
pub mod http_client;
pub mod intake;
pub mod live;
pub mod logs;
pub mod masking;
pub mod passwords;
pub mod reading;
pub mod replay;
pub mod run;
pub mod sealed;
pub mod shutdown;
pub mod worker;
