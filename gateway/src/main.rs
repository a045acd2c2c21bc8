//! `uzel`: the command line.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    gateway::cli::run(gateway::cli::Cli::parse())
}
