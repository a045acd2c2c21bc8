//! Sends answers to clients of all channels under random faults and kills, and counts what reached them.

use std::process::ExitCode;

use clap::Parser;
use tests::hub::run_as_uzel;
use tests::storm::{Options, run};

fn main() -> ExitCode {
    if let Some(code) = run_as_uzel() {
        return code;
    }
    let options = Options::parse();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be built");
    match runtime.block_on(run(&options)) {
        Ok(report) => {
            println!("{}", serde_json::to_string(&report).expect("a report is JSON"));
            if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("send-storm: {error:#}");
            ExitCode::FAILURE
        }
    }
}
