//! Sending by SMSC.ru and asking after it: <https://smsc.ru/api/http/>.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Abilities, Accepted, Address, ConversationFacts, ExternalId, FetchError, LookUp, Outbound,
    OutboundMessage, Permission, RateScope, SendAttempt, SendError, SendLimits, TextMeasure,
};
use provider_http::{Answer, of_fetch, of_send};
use reqwest::Url;

use super::Smsc;
use super::account::{Refusal, call};
use super::wire::{Sent, Status};
use crate::measure::measure;
use crate::outgoing;

/// How long the provider may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

#[async_trait]
impl Outbound for Smsc {
    fn limits(&self) -> SendLimits {
        outgoing::LIMITS
    }

    fn abilities(&self) -> Abilities {
        outgoing::abilities()
    }

    fn can_send(&self, _conversation: &ConversationFacts, _now: DateTime<Utc>) -> Permission {
        match &self.access {
            Some(_) => Permission::Open { until: None },
            None => Permission::Closed {
                reason: "Для отправки SMS укажите в канале ключ или пароль SMSC.ru.".into(),
            },
        }
    }

    fn conversation_with(&self, address: &Address) -> Option<ExternalId> {
        outgoing::conversation(&self.sender, self.region, address)
    }

    fn parts(&self, message: &OutboundMessage) -> Result<u16, SendError> {
        outgoing::outgoing(message).map(|_| 1)
    }

    async fn send(&self, attempt: &SendAttempt<'_>) -> Result<Accepted, SendError> {
        let request = request_for(self, attempt)?;
        for host in &self.hosts {
            match call(&self.http, host, "sys/send.php", &request.fields, PATIENCE).await {
                // Surely not sent: another host may answer.
                Err(error) if error.is_connect() => tracing::debug!("a host of SMSC.ru cannot be reached"),
                Err(error) => return Err(of_send(error)),
                Ok(response) => {
                    let answer = Answer::read(response, 64 * 1024).await;
                    let answer = answer.map_err(|error| SendError::Unknown(error.into()))?;
                    return read_response(&answer, &request, attempt.first_tried_at < attempt.tried_at);
                }
            }
        }
        Err(SendError::Temporary("no host of SMSC.ru can be reached".into()))
    }

    async fn look_up(&self, attempt: &SendAttempt<'_>) -> Result<LookUp, FetchError> {
        let request = request_for(self, attempt).map_err(|error| FetchError::Refused(error.to_string()))?;
        let host = self.hosts.first().ok_or_else(|| FetchError::Refused("no host".into()))?;
        let fields = self.with_access(vec![
            ("phone", request.phone.clone()),
            ("id", request.id.to_string()),
            ("fmt", "3".into()),
            ("charset", "utf-8".into()),
        ]);
        let response = call(&self.http, host, "sys/status.php", &fields, PATIENCE).await.map_err(of_fetch)?;
        let answer = Answer::read(response, 64 * 1024).await;
        let answer = answer.map_err(|error| FetchError::Temporary(error.into()))?;
        read_status(&answer, &request, attempt.tried_at + self.settles_after, attempt.now)
    }

    fn measure(&self, text: &str) -> Option<TextMeasure> {
        Some(measure(text))
    }
}

/// One request. No `Debug`: the password stands in it.
struct Request {
    id: u32,
    phone: String,
    fields: Vec<(&'static str, String)>,
}

fn request_for(smsc: &Smsc, attempt: &SendAttempt<'_>) -> Result<Request, SendError> {
    let outgoing = outgoing::outgoing(attempt.message)?;
    let id = outgoing::number_of(&attempt.reference());
    let mut fields = vec![
        ("phones", outgoing.phone.clone()),
        ("mes", outgoing.text.to_owned()),
        ("id", id.to_string()),
        // Without it the provider reads windows-1251.
        ("charset", "utf-8".into()),
        ("fmt", "3".into()),
        ("cost", "2".into()),
        ("maxsms", outgoing::MOST_PARTS.to_string()),
    ];
    if !smsc.sender.is_empty() {
        fields.push(("sender", smsc.sender.clone()));
    }
    Ok(Request { id, phone: outgoing.phone, fields: smsc.with_access(fields) })
}

impl Request {
    /// The name by which reports speak of the message.
    fn accepted(&self) -> Accepted {
        Accepted::with_id(super::message_id(&self.id.to_string(), &self.phone))
    }
}

/// `repeated`: the same was sent before and nobody knows what came of it.
fn read_response(answer: &Answer, request: &Request, repeated: bool) -> Result<Accepted, SendError> {
    match Sent::read(&answer.body) {
        Some(Sent::Accepted) if answer.status.is_success() => Ok(request.accepted()),
        Some(Sent::Refused { code, text }) => Err(refusal(code, text, repeated)),
        _ if answer.status.is_client_error() => {
            Err(SendError::Temporary(format!("status {}", answer.status.as_u16()).into()))
        }
        // The request was read; whether it was obeyed nobody knows.
        _ => {
            Err(SendError::Unknown(format!("an unreadable answer, status {}", answer.status.as_u16()).into()))
        }
    }
}

fn refusal(code: i64, text: String, repeated: bool) -> SendError {
    let rejected = |reason: &str| SendError::rejected(code.to_string(), reason);
    let stopped = |reason: &str| SendError::AccountStopped { code: code.to_string(), reason: reason.into() };
    let limited = |wait: Duration, scope| SendError::RateLimited { retry_after: Some(wait), scope };
    match code {
        2 | 3 => stopped(Refusal::of(code)),
        4 => limited(Duration::from_secs(15 * 60), RateScope::Account),
        6 => rejected("SMSC.ru не пропустил сообщение: текст или имя отправителя запрещены."),
        7 => rejected("Неверный формат номера."),
        8 => rejected("На этот номер SMS не доставляются."),
        // An equal request within a minute: what became of the one before is found out by asking.
        9 if repeated => SendError::Unknown("an equal request was made a moment ago".into()),
        9 => limited(Duration::from_secs(60), RateScope::Conversation),
        1 | 5 => rejected("SMSC.ru не понял запрос: сообщите администратору."),
        _ => SendError::rejected(code.to_string(), format!("SMSC.ru отказал: {text}")),
    }
}

/// Right after sending the provider may not know the message yet: until `settled` that says nothing.
fn read_status(
    answer: &Answer,
    request: &Request,
    settled: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<LookUp, FetchError> {
    match Sent::read_status(&answer.body) {
        Some(Ok(code)) => Ok(match Status::of(&code) {
            Some(Status::NotFound) if now < settled => LookUp::TellsBy(settled),
            Some(Status::NotFound) => LookUp::NotArrived,
            Some(Status::Reached(_) | Status::Failed(_)) | None => LookUp::Arrived(request.accepted()),
        }),
        Some(Err(9)) => Err(FetchError::RateLimited { retry_after: Some(Duration::from_secs(60)) }),
        Some(Err(code @ 2..=4)) => Err(FetchError::Refused(Refusal::of(code).into())),
        _ => Err(FetchError::Temporary(format!("status {}", answer.status.as_u16()).into())),
    }
}

impl Smsc {
    /// The fields with what proves that it is us.
    pub(super) fn with_access(&self, mut fields: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
        if let Some(access) = &self.access {
            access.add_to(&mut fields);
        }
        fields
    }
}

/// Two minutes, where the account says nothing else.
pub(super) const SETTLES_AFTER: TimeDelta = TimeDelta::seconds(120);

/// An address of the provider, or `None` where it is none.
pub(super) fn host(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

#[cfg(test)]
pub(super) mod tests;
