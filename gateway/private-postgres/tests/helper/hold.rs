//! Holds a private server as the hub does: `hold-private-postgres <data folder> [<folder of the programs>]`.
//!
//! Prints a line of words about the server, then obeys a word a line: `check` brings a dead server up again, `stop`
//! stops it. At the end of the input it leaves, and the server goes on.

use std::{
    io::{BufRead, stdin},
    process::ExitCode,
};

use private_postgres::Settings;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(data_dir) = words.next().map(Into::into) else {
        eprintln!("name the data folder");
        return ExitCode::FAILURE;
    };
    let settings = Settings { data_dir, bin_dir: words.next().map(Into::into), parameters: Vec::new() };
    let mut server = match private_postgres::start(&settings) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let how = if server.adopted() { "adopted" } else { "started" };
    println!("{how} {}", server.socket_dir().display());
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.as_str() {
            "check" => println!("{:?}", server.ensure_running().map_err(|error| error.to_string())),
            "stop" => {
                println!("{:?}", server.stop().map_err(|error| error.to_string()));
                return ExitCode::SUCCESS;
            }
            other => eprintln!("unknown word {other:?}"),
        }
    }
    ExitCode::SUCCESS
}
