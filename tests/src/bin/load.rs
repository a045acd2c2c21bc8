//! `load`: seeds a database of a given size and measures the hub beside raw ceilings, all in one run.

use std::process::ExitCode;

use tests::{hub, load};

fn main() -> ExitCode {
    hub::run_as_uzel().or_else(load::run_as_ceiling).unwrap_or_else(load::run)
}
