#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod app;
pub mod calling;
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
pub mod routing;
pub mod run;
pub mod sealed;
pub mod shutdown;
pub mod templates;
pub mod vault;
pub mod worker;

/// A webhook is some hundred small allocations that begin in one thread and end in another; the system's allocator spent a
/// quarter of the program's time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
