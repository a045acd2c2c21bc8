//! Calls from our side: asking the provider for one, and answering its question who should take one.

use std::time::Duration;

use connector_api::{
    CallRequest, CallRouting, PhoneNumber, RoutingAnswer, RoutingQuestion, RoutingTarget, SendError,
};
use crm_core::AccountId;
use crm_core::telephony::call_request::{self, Answer};
use crm_core::telephony::route;
use sqlx::PgPool;
use tokio::time::timeout;

use crate::app::App;

/// A caller waits: after this the menu goes on by its own plan.
const LOOK_UP_WITHIN: Duration = Duration::from_millis(600);

/// Asks the provider once, and keeps what it said.
pub async fn ask(app: App, pressed: call_request::CallRequest, to: PhoneNumber) -> sqlx::Result<()> {
    let request = CallRequest { id: pressed.id.0, extension: pressed.extension, to };
    let answer = match app.accounts.by_id(pressed.account_id) {
        Some(account) => match account.connector.call_starter() {
            Some(starter) => {
                let started = starter.start_call(&request).await;
                if let Err(error) = &started {
                    let error = error as &dyn std::error::Error;
                    tracing::warn!(account.id = %account.id, request.id = %pressed.id, error, "a call did not start");
                }
                answer_of(started)
            }
            None => Answer::Refused(NO_STARTER.to_owned()),
        },
        None => Answer::Refused(NO_STARTER.to_owned()),
    };
    call_request::answered_unscoped(&mut *app.pool.acquire().await?, pressed.id, &answer, app.now()).await
}

const NO_STARTER: &str = "Эта телефония не подключена к звонкам по кнопке: проверьте настройки канала.";

fn answer_of(started: Result<connector_api::Accepted, SendError>) -> Answer {
    match started {
        Ok(accepted) => Answer::Accepted(accepted.external_id.map(|id| id.to_string())),
        Err(SendError::Unknown(_)) => Answer::Unknown,
        Err(SendError::Rejected { reason, .. } | SendError::AccountStopped { reason, .. }) => {
            Answer::Refused(reason)
        }
        Err(SendError::RateLimited { .. } | SendError::NotReady(_)) => Answer::Refused(
            "Телефония сейчас не принимает запросов: позвоните с аппарата или позже.".to_owned(),
        ),
        Err(SendError::Temporary(_)) => {
            Answer::Refused("Телефония недоступна, звонок не начат: попробуйте ещё раз.".to_owned())
        }
    }
}

/// Answers who should take a call, in time: when the database does not answer, the menu goes on by its own plan.
pub async fn route(
    pool: &PgPool,
    account: AccountId,
    routing: &dyn CallRouting,
    question: &RoutingQuestion,
) -> RoutingAnswer {
    let target = match &question.caller {
        Some(caller) => match timeout(LOOK_UP_WITHIN, look_up(pool, account, caller)).await {
            Ok(Ok(target)) => target,
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(account.id = %account, error, "a caller was not put through");
                None
            }
            Err(_) => {
                tracing::warn!(account.id = %account, "a caller was not put through: the database is slow");
                None
            }
        },
        None => None,
    };
    let found = if target.is_some() { "known" } else { "default" };
    metrics::counter!("uzel_call_routes_total", "answer" => found).increment(1);
    routing.routing_answer(question, target.as_ref())
}

async fn look_up(
    pool: &PgPool,
    account: AccountId,
    caller: &PhoneNumber,
) -> sqlx::Result<Option<RoutingTarget>> {
    let target = route::of_caller_unscoped(&mut *pool.acquire().await?, account, caller).await?;
    Ok(target.map(|target| RoutingTarget { extension: target.extension, caller_name: target.client_name }))
}
