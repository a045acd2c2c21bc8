//! Measures how fast answers go out, and how little a hanging provider costs the others.

use std::process::ExitCode;

use clap::Parser;
use tests::hub::run_as_uzel;
use tests::sendload::{Options, run};

fn main() -> ExitCode {
    if let Some(code) = run_as_uzel() {
        return code;
    }
    let options = Options::parse();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be built");
    match runtime.block_on(run(&options)) {
        Ok(report) => {
            println!("{}", serde_json::to_string(&report).expect("a report is JSON"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("send-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}
