//! Asks a provider for its templates and takes them over: by time, and when somebody presses «Обновить».

use std::time::Duration;

use chrono::{DateTime, Utc};
use connector_api::FetchError;
use crm_core::templates::sync::{self, Tally};
use sqlx::PgPool;

use crate::accounts::Account;

/// How long a provider may take for all pages of its list.
const PATIENCE: Duration = Duration::from_secs(30);

/// What asking came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The list is taken over.
    Done(Tally),
    /// The list could not be had; why, in Russian.
    Failed(&'static str),
    /// This provider approves no templates.
    None,
}

/// Asks for the list of one account. What a notice tells behind `now` is newer than the answer.
pub async fn ask(pool: &PgPool, account: &Account, now: DateTime<Utc>) -> sqlx::Result<Asked> {
    let Some(templates) = account.connector.templates() else { return Ok(Asked::None) };
    let answer = tokio::time::timeout(PATIENCE, templates.templates()).await;
    let mut tx = pool.begin().await?;
    let asked = match answer {
        Ok(Ok(list)) => Asked::Done(sync::take(&mut tx, account.id, &list, now, now).await?),
        failed => {
            let why = failed.map_or("Провайдер не ответил вовремя.", |failed| {
                let error = failed.expect_err("a list was taken over above");
                tracing::info!(account.id = %account.id, %error, "the templates of an account could not be had");
                words(&error)
            });
            sync::failed(&mut tx, account.id, why, now).await?;
            Asked::Failed(why)
        }
    };
    tx.commit().await?;
    Ok(asked)
}

fn words(error: &FetchError) -> &'static str {
    match error {
        FetchError::RateLimited { .. } => "Провайдер просит подождать: слишком много обращений за час.",
        FetchError::Refused(_) => {
            "Провайдер отказал в доступе: проверьте токен и его право whatsapp_business_management."
        }
        FetchError::Conflict(_) | FetchError::Temporary(_) => {
            "Провайдер недоступен. Список обновится, когда он ответит."
        }
    }
}
