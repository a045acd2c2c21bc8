//! The commands of `uzel`.

mod check;
mod demo;
mod replay;
mod serve;
mod user;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use crm_core::AccountId;

use crate::clock;
use crate::config::Config;
use crate::run::Role;

/// Uzel: one timeline for everything that a client says to the company.
#[derive(Parser)]
#[command(name = "uzel", version, about)]
pub struct Cli {
    /// The configuration file; without it `uzel.toml` in the current folder, where there is one.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the hub (the default).
    Serve {
        /// What this copy does.
        #[arg(long, value_enum, default_value_t)]
        role: Role,
    },
    /// Runs the hub with fake providers and a day of invented clients.
    Demo(demo::Demo),
    /// Says what is wrong with the configuration, the database and the accounts, and how to mend it.
    Check {
        /// Prints the reference of all settings instead.
        #[arg(long)]
        reference: bool,
    },
    /// Prints as JSON what a connector understands of a stored body.
    Parse {
        /// whatsapp, telphin, telegram, smsc or smsru; cbr for a document of rates.
        connector: String,
        /// The query string of the request.
        #[arg(long, default_value = "")]
        query: String,
        /// The header `Content-Type` of the request.
        #[arg(long)]
        content_type: Option<String>,
        /// The file with the body; `-` for the standard input.
        file: PathBuf,
    },
    /// Reads stored raw events again and applies them; what was applied stays as it is.
    Replay {
        /// Received at or after, RFC 3339.
        #[arg(long)]
        from: Option<DateTime<Utc>>,
        /// Received before, RFC 3339.
        #[arg(long)]
        until: Option<DateTime<Utc>>,
        /// Of one account.
        #[arg(long)]
        account: Option<uuid::Uuid>,
        /// Only those in quarantine.
        #[arg(long)]
        quarantine: bool,
    },
    /// People who sign in.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Prints the OpenAPI document.
    Openapi,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds a user. The password is read from the standard input.
    Add {
        /// What the person types to sign in.
        login: String,
        /// How colleagues see the person; the login where it is not given.
        #[arg(long)]
        name: Option<String>,
        /// Code of the role: `administrator`, `director`, `head_of_sales`, `manager`, …
        #[arg(long, default_value = "administrator")]
        role: String,
    },
}

/// Runs a command. Errors go to the standard error, in one line with their causes.
pub fn run(cli: Cli) -> ExitCode {
    let command = cli.command.unwrap_or(Command::Serve { role: Role::All });
    match dispatch(cli.config, command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("uzel: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(file: Option<PathBuf>, command: Command) -> anyhow::Result<ExitCode> {
    // Commands that need neither a configuration nor a database.
    match command {
        Command::Parse { connector, query, content_type, file } => {
            return parse(&connector, &query, content_type.as_deref(), &file);
        }
        Command::Check { reference: true } => {
            print!("{}", crate::config::reference());
            return Ok(ExitCode::SUCCESS);
        }
        Command::Openapi => {
            println!("{}", crate::http::api::document().to_pretty_json()?);
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let config = Config::load(file.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve { role } => serve::serve(&config, role).await,
            Command::Demo(demo) => demo::demo(config, demo).await,
            Command::Check { .. } => check::check(&config).await,
            Command::Replay { from, until, account, quarantine } => {
                replay::replay(&config, from, until, account.map(AccountId), quarantine).await
            }
            Command::User { command: UserCommand::Add { login, name, role } } => {
                user::add(&config, &login, name.as_deref().unwrap_or(&login), &role).await
            }
            Command::Parse { .. } | Command::Openapi => unreachable!("done above"),
        }
    })
}

fn parse(
    connector: &str,
    query: &str,
    content_type: Option<&str>,
    file: &std::path::Path,
) -> anyhow::Result<ExitCode> {
    let mut body = Vec::new();
    if file == std::path::Path::new("-") {
        std::io::stdin().read_to_end(&mut body).context("the standard input cannot be read")?;
    } else {
        body = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let http = crate::http_client::build()?;
    match crate::cli_parse::parse(connector, query, content_type, body, clock::now(), &http) {
        Ok(json) => {
            println!("{json}");
            Ok(ExitCode::SUCCESS)
        }
        Err(line) => {
            eprintln!("{line}");
            Ok(ExitCode::FAILURE)
        }
    }
}
