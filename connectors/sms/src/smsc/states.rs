//! What became of our messages, asked for: <https://smsc.ru/api/http/status_messages/>. Reports come by themselves mostly.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{ExternalId, FetchError, RawEvent, StateSource};
use provider_http::{Answer, of_fetch};

use super::Smsc;
use super::account::{Refusal, call};
use super::send::PATIENCE;
use super::wire::Sent;
use crate::outgoing::{self, ASK_AFTER, told};

#[async_trait]
impl StateSource for Smsc {
    fn ask_after(&self) -> &[TimeDelta] {
        &ASK_AFTER
    }

    /// The provider takes one list a minute and few requests at once, so a group is a few questions one behind the other.
    fn at_once(&self) -> u16 {
        20
    }

    async fn fetch_states(
        &self,
        messages: &[ExternalId],
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError> {
        let mut raw = Vec::new();
        for (id, phone) in messages.iter().filter_map(|message| message.as_str().split_once(':')) {
            match self.ask_state(id, phone, now).await {
                Ok(answer) => raw.push(answer),
                // What was told already is worth keeping.
                Err(_) if !raw.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(raw)
    }
}

impl Smsc {
    async fn ask_state(&self, id: &str, phone: &str, now: DateTime<Utc>) -> Result<RawEvent, FetchError> {
        let host = self.hosts.first().ok_or_else(|| FetchError::Refused("no host".into()))?;
        let fields = self.with_access(vec![
            ("phone", phone.to_owned()),
            ("id", id.to_owned()),
            ("fmt", "3".into()),
            ("charset", "utf-8".into()),
        ]);
        let response = call(&self.http, host, "sys/status.php", &fields, PATIENCE).await.map_err(of_fetch)?;
        let answer = Answer::read(response, 64 * 1024).await;
        let answer = answer.map_err(|error| FetchError::Temporary(error.into()))?;
        match Sent::read_status(&answer.body) {
            Some(Ok(_)) => Ok(told(format!("id={id}&phone={phone}"), answer.body, now)),
            Some(Err(9)) => Err(FetchError::RateLimited { retry_after: Some(outgoing::A_MINUTE) }),
            Some(Err(code @ 2..=4)) => Err(FetchError::Refused(Refusal::of(code).into())),
            _ => Err(FetchError::Temporary(format!("status {}", answer.status.as_u16()).into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use connector_api::{Connector, EventKind};

    use super::super::send::tests::{moment, smsc, talks};
    use super::*;

    #[tokio::test]
    async fn a_state_that_was_asked_for_is_the_fact_that_a_report_would_have_told() {
        let url =
            talks(&[r#"{"status":1,"last_timestamp":1795000010,"last_date":"18.11.2026 14:26:50"}"#]).await;
        let smsc = smsc(&url);
        let raw = smsc.fetch_states(&[ExternalId::new("4001:79000000001")], moment(20)).await.unwrap();
        assert_eq!((raw[0].source.as_str(), raw[0].query.as_str()), ("history", "id=4001&phone=79000000001"));
        let told = smsc.parse(&raw[0]).unwrap().events;
        let report = RawEvent {
            source: "webhook".into(),
            query: String::new(),
            body: "id=4001&phone=79000000001&status=1&ts=1795000010".into(),
            ..raw[0].clone()
        };
        assert_eq!(told, smsc.parse(&report).unwrap().events);
        assert!(matches!(told[0].kind, EventKind::Delivery(_)));
    }

    #[tokio::test]
    async fn what_was_told_before_a_failure_is_kept_and_a_failure_at_once_is_one() {
        let url = talks(&[r#"{"status":0}"#, r#"{"error":"too many","error_code":9}"#]).await;
        let messages = ["1:79000000001", "2:79000000002", "3:79000000003"].map(ExternalId::new);
        let raw = smsc(&url).fetch_states(&messages, moment(0)).await.unwrap();
        assert_eq!(raw.len(), 1);
        let url = talks(&[r#"{"error":"wrong key","error_code":2}"#]).await;
        let refused = smsc(&url).fetch_states(&messages, moment(0)).await;
        assert!(matches!(refused, Err(FetchError::Refused(_))), "{refused:?}");
    }

    #[test]
    fn a_message_that_the_provider_does_not_know_yet_is_no_fact() {
        let raw = told("id=1&phone=79000000001".into(), r#"{"status":-3}"#.into(), moment(0));
        let parsed = smsc("http://127.0.0.1:1").parse(&raw).unwrap();
        assert_eq!((parsed.events.len(), parsed.ignored.len()), (0, 1));
        let unknown = told("id=1&phone=79000000001".into(), r#"{"status":77}"#.into(), moment(0));
        assert_eq!(smsc("http://127.0.0.1:1").parse(&unknown).unwrap().unknown.len(), 1);
    }
}
