//! Keeps live feeds open while clients write and connections break, and counts what each feed was told.

use std::process::ExitCode;

use clap::Parser;
use tests::feeds::{Options, run};
use tests::hub::run_as_uzel;

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
            eprintln!("feeds: {error:#}");
            ExitCode::FAILURE
        }
    }
}
