//! Talks in bridged and other chats from both sides, under random faults and kills, and counts what stands where.

use std::process::ExitCode;

use clap::Parser;
use tests::bridge_storm::{Options, run};
use tests::hub::run_as_uzel;

fn main() -> ExitCode {
    if let Some(code) = run_as_uzel() {
        return code;
    }
    let options = Options::parse();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be built");
    match runtime.block_on(run(&options)) {
        Ok(report) => {
            eprintln!("{report}");
            println!("{}", serde_json::to_string(&report).expect("a report is JSON"));
            if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("bridge-storm: {error:#}");
            ExitCode::FAILURE
        }
    }
}
