//! `uzel user`.

use std::process::ExitCode;

use anyhow::Context;
use crm_core::access::bootstrap::create_user_with_password;

use crate::clock;
use crate::config::Config;
use crate::database;

/// Adds a user; the password is the first line of the standard input.
pub(super) async fn add(config: &Config, login: &str, name: &str, role: &str) -> anyhow::Result<ExitCode> {
    eprint!("Пароль (не короче 10 знаков): ");
    let mut password = String::new();
    std::io::stdin().read_line(&mut password).context("the password cannot be read")?;
    let password = password.trim_end_matches(['\r', '\n']);
    let database = database::open(config, clock::now).await?;
    let added = async {
        let mut tx = database.pool.begin().await?;
        create_user_with_password(&mut tx, login, name, role, password, clock::now()).await?;
        anyhow::Ok(tx.commit().await?)
    }
    .await;
    database.close().await;
    added?;
    println!("Пользователь {login} добавлен.");
    Ok(ExitCode::SUCCESS)
}
