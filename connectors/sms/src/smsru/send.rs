//! Sending by SMS.ru: <https://sms.ru/api/send>.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use connector_api::{
    Abilities, Accepted, Address, ConversationFacts, ExternalId, Outbound, OutboundMessage, Permission,
    RateScope, SendAttempt, SendError, SendLimits, TextMeasure,
};
use provider_http::{Answer, of_send};
use secrecy::ExposeSecret;

use super::SmsRu;
use super::wire::{Code, SentAnswer};
use crate::measure::measure;
use crate::outgoing;

/// How long the provider may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Until the next day, as far as a limit of the day goes: the provider does not say when its day ends.
const LATER_TODAY: Duration = Duration::from_secs(3 * 3600);

#[async_trait]
impl Outbound for SmsRu {
    fn limits(&self) -> SendLimits {
        outgoing::LIMITS
    }

    fn abilities(&self) -> Abilities {
        outgoing::abilities()
    }

    fn can_send(&self, _conversation: &ConversationFacts, _now: DateTime<Utc>) -> Permission {
        Permission::Open { until: None }
    }

    fn conversation_with(&self, address: &Address) -> Option<ExternalId> {
        outgoing::conversation(&self.sender, connector_api::Region::default(), address)
    }

    fn parts(&self, message: &OutboundMessage) -> Result<u16, SendError> {
        outgoing::outgoing(message).map(|_| 1)
    }

    /// The provider knows no id of ours, so nobody can tell what became of an answer that was lost.
    async fn send(&self, attempt: &SendAttempt<'_>) -> Result<Accepted, SendError> {
        let (phone, fields) = request_for(self, attempt.message)?;
        let url = format!("{}/sms/send", self.api_url);
        let response = self.http.post(url).form(&fields).timeout(PATIENCE).send().await.map_err(of_send)?;
        let answer = Answer::read(response, 64 * 1024).await;
        read_response(&answer.map_err(|error| SendError::Unknown(error.into()))?, &phone, self.test)
    }

    fn measure(&self, text: &str) -> Option<TextMeasure> {
        Some(measure(text))
    }
}

type Fields = Vec<(&'static str, String)>;

/// The number, and one request with the key in its body.
fn request_for(account: &SmsRu, message: &OutboundMessage) -> Result<(String, Fields), SendError> {
    let outgoing = outgoing::outgoing(message)?;
    let mut fields = vec![
        ("api_id", account.api_id.expose_secret().to_owned()),
        ("to", outgoing.phone.clone()),
        ("msg", outgoing.text.to_owned()),
        ("json", "1".to_owned()),
    ];
    if !account.sender.is_empty() {
        fields.push(("from", account.sender.clone()));
    }
    if account.test {
        fields.push(("test", "1".to_owned()));
    }
    Ok((outgoing.phone, fields))
}

/// One status for the request and one for the number; that of the number counts where there is one.
fn read_response(answer: &Answer, phone: &str, test: bool) -> Result<Accepted, SendError> {
    let Some(read) = SentAnswer::read(&answer.body) else {
        return Err(SendError::Unknown(
            format!("an unreadable answer, status {}", answer.status.as_u16()).into(),
        ));
    };
    let (code, text) = (read.code(), read.text());
    if code != 100 {
        return Err(refusal(code, text));
    }
    let Some(number) = read.number(phone) else {
        return Err(SendError::Unknown("an answer without our number".into()));
    };
    match (number.code(), number.sms_id()) {
        (100, _) if test => Err(SendError::rejected(
            "test",
            "Канал в режиме проверки: сообщение не отправлено. Выключите «test».",
        )),
        (100..=103, Some(id)) => Ok(Accepted::with_id(id)),
        (code, _) => Err(refusal(code, number.text())),
    }
}

fn refusal(code: i64, text: &str) -> SendError {
    let stopped = |reason: &str| SendError::AccountStopped { code: code.to_string(), reason: reason.into() };
    let limited = |wait, scope| SendError::RateLimited { retry_after: Some(wait), scope };
    match code {
        200 | 300..=302 => stopped("SMS.ru не принимает ключ api_id: проверьте настройки канала."),
        201 => stopped("На счёте SMS.ru кончились деньги: сообщения уйдут после пополнения."),
        206 => limited(LATER_TODAY, RateScope::Account),
        230 => limited(LATER_TODAY, RateScope::Conversation),
        220 | 500 => SendError::Temporary(format!("SMS.ru is not available: {code}").into()),
        231 | 232 => SendError::rejected(
            code.to_string(),
            "Такой же текст только что отправлен на этот номер: SMS.ru не повторяет его.",
        ),
        code => match Code::of(&code.to_string()) {
            Some(Code::Failed(reason)) => SendError::rejected(code.to_string(), reason),
            _ => SendError::rejected(code.to_string(), format!("SMS.ru отказал: {text}")),
        },
    }
}

#[cfg(test)]
mod tests;
