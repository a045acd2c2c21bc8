//! One attempt: is it allowed now, what came of it, and what that says about the account.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Accepted, ExternalId, FileSource, LookUp, Outbound, OutboundAction, OutboundContent, Permission,
    RateScope, Remedy, SendAttempt, SendError, TemplateHeader,
};
use crm_core::delivery::Outcome;
use crm_core::delivery::lane::Work;

use super::gate::Sign;

/// How long one request may take that carries no file.
const PATIENCE: Duration = Duration::from_secs(60);

/// The slowest upload that is waited for.
const BYTES_PER_SECOND: u64 = 50_000;

/// Makes one attempt, or asks after one.
pub(super) async fn attempt(
    outbound: &dyn Outbound,
    work: &Work,
    files: &dyn FileSource,
    now: DateTime<Utc>,
) -> (Outcome, Sign) {
    let attempt = SendAttempt {
        message: &work.message,
        part: work.part,
        sent: &work.sent,
        files,
        first_tried_at: work.first_tried_at,
        tried_at: work.tried_at,
        now,
    };
    if work.ask {
        return ask(outbound, &attempt).await;
    }
    if let Some(refusal) = refusal(outbound, work, now) {
        return (refusal, Sign::Nothing);
    }
    match tokio::time::timeout(patience(work), outbound.send(&attempt)).await {
        Ok(Ok(accepted)) => {
            let (external_ids, addresses) = (ids(&accepted), accepted.addresses);
            (Outcome::Accepted { external_ids, addresses }, Sign::Alive { accepted: true })
        }
        Ok(Err(error)) => of_error(error),
        Err(_) => of_error(SendError::Unknown("the provider did not answer in time".into())),
    }
}

async fn ask(outbound: &dyn Outbound, attempt: &SendAttempt<'_>) -> (Outcome, Sign) {
    match tokio::time::timeout(PATIENCE, outbound.look_up(attempt)).await {
        Ok(Ok(LookUp::Arrived(accepted))) => {
            (Outcome::Arrived { external_ids: ids(&accepted) }, Sign::Alive { accepted: true })
        }
        Ok(Ok(LookUp::NotArrived)) => (Outcome::NotArrived, Sign::Nothing),
        Ok(Ok(LookUp::TellsBy(at))) => (Outcome::TellsBy(at), Sign::Nothing),
        Ok(Ok(LookUp::CannotTell)) => (Outcome::CannotTell, Sign::Nothing),
        Ok(Err(error)) => {
            tracing::info!(delivery.id = %attempt.message.id, %error, "asking after a delivery failed");
            (Outcome::AskingFailed, Sign::Failed(error.to_string()))
        }
        Err(_) => (Outcome::AskingFailed, Sign::Failed("the provider did not answer in time".into())),
    }
}

fn ids(accepted: &Accepted) -> Vec<ExternalId> {
    accepted.external_id.iter().chain(&accepted.further).cloned().collect()
}

/// What is known before any request: a closed window, a person who blocked us.
fn refusal(outbound: &dyn Outbound, work: &Work, now: DateTime<Utc>) -> Option<Outcome> {
    let OutboundAction::Send { content, .. } = &work.message.action else { return None };
    let (code, reason, remedy) = match outbound.can_send(&work.facts, now) {
        Permission::Open { .. } => return None,
        Permission::TemplatesOnly if matches!(content, OutboundContent::Template(_)) => return None,
        Permission::TemplatesOnly => {
            ("window", "Окно переписки закрыто: выберите шаблон.".to_owned(), Remedy::Template)
        }
        Permission::Closed { reason } => ("closed", reason, Remedy::AnotherChannel),
    };
    Some(Outcome::Rejected { code: code.into(), reason, remedy: Some(remedy) })
}

fn patience(work: &Work) -> Duration {
    let bytes = match &work.message.action {
        OutboundAction::Send { content: OutboundContent::Media { files, .. }, .. } => {
            files.iter().map(|file| file.size_bytes).sum()
        }
        OutboundAction::Send { content: OutboundContent::Template(template), .. } => match &template.header {
            Some(TemplateHeader::File(file)) => file.size_bytes,
            _ => 0,
        },
        _ => 0,
    };
    PATIENCE + Duration::from_secs(bytes / BYTES_PER_SECOND)
}

fn of_error(error: SendError) -> (Outcome, Sign) {
    match error {
        SendError::RateLimited { retry_after, scope } => {
            let retry_after =
                retry_after.map(|wait| TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1)));
            let sign = match scope {
                RateScope::Account => Sign::Limited(retry_after),
                RateScope::Conversation => Sign::Alive { accepted: false },
            };
            (Outcome::Limited { retry_after }, sign)
        }
        SendError::NotReady(reason) => (Outcome::NotReady { reason }, Sign::Alive { accepted: false }),
        SendError::Temporary(source) => {
            let reason = chain(source.as_ref());
            (Outcome::Temporary { code: "temporary".into(), reason: reason.clone() }, Sign::Failed(reason))
        }
        SendError::Rejected { code, reason, remedy } => {
            (Outcome::Rejected { code, reason, remedy }, Sign::Alive { accepted: false })
        }
        SendError::AccountStopped { code, reason } => {
            let sign = Sign::Stopped { code: code.clone(), reason: reason.clone() };
            (Outcome::Stopped { code, reason }, sign)
        }
        SendError::Unknown(source) => {
            let reason = chain(source.as_ref());
            (Outcome::Unknown { reason: reason.clone() }, Sign::Failed(reason))
        }
    }
}

/// An error with its sources, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
