//! What became of our messages, asked for: <https://sms.ru/api/status>. Reports come by themselves mostly.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{ExternalId, FetchError, RawEvent, StateSource};
use provider_http::{Answer, of_fetch};
use secrecy::ExposeSecret;

use super::SmsRu;
use super::send::PATIENCE;
use super::wire::SentAnswer;
use crate::outgoing::{ASK_AFTER, told};

#[async_trait]
impl StateSource for SmsRu {
    fn ask_after(&self) -> &[TimeDelta] {
        &ASK_AFTER
    }

    fn at_once(&self) -> u16 {
        100
    }

    async fn fetch_states(
        &self,
        messages: &[ExternalId],
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError> {
        let ids: Vec<&str> = messages.iter().map(ExternalId::as_str).collect();
        let fields = [
            ("api_id", self.api_id.expose_secret().to_owned()),
            ("sms_id", ids.join(",")),
            ("json", "1".to_owned()),
        ];
        let request = self.http.post(format!("{}/sms/status", self.api_url)).form(&fields);
        let answer =
            Answer::read(request.timeout(PATIENCE).send().await.map_err(of_fetch)?, 256 * 1024).await;
        let answer = answer.map_err(|error| FetchError::Temporary(error.into()))?;
        match SentAnswer::read(&answer.body).map(|read| read.code()) {
            Some(100) => Ok(vec![told(String::new(), answer.body, now)]),
            Some(code @ (200 | 300..=302)) => {
                Err(FetchError::Refused(format!("SMS.ru не принимает ключ api_id: ответ {code}.")))
            }
            _ => Err(FetchError::Temporary(format!("status {}", answer.status.as_u16()).into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use connector_api::{Connector, DeliveryState, EventKind};

    use super::*;
    use crate::smsru::Config;

    fn smsru() -> SmsRu {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = provider_http::build(&provider_http::ClientOptions::default()).unwrap();
        let config = Config {
            api_id: "example".into(),
            sender: None,
            api_url: Some("http://127.0.0.1:1".into()),
            test: false,
            balance_alarm: None,
        };
        SmsRu::new(config, http).unwrap()
    }

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_252_000, 0).unwrap()
    }

    #[test]
    fn a_group_of_states_is_read_and_each_is_the_fact_that_a_report_would_have_told() {
        let body = r#"{"status":"OK","status_code":100,"sms":{
            "202647-1":{"status":"OK","status_code":103,"cost":0.5,"status_text":"Доставлено"},
            "202647-2":{"status":"OK","status_code":104},
            "202647-3":{"status":"ERROR","status_code":-1},
            "202647-4":{"status":"OK","status_code":777}}}"#;
        let parsed = smsru().parse(&told(String::new(), body.into(), at())).unwrap();
        let states: Vec<(&str, DeliveryState)> = parsed
            .events
            .iter()
            .map(|event| match &event.kind {
                EventKind::Delivery(update) => (event.external_id.as_str(), update.state),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            states,
            [("202647-1:103", DeliveryState::Delivered), ("202647-2:104", DeliveryState::Failed)]
        );
        assert_eq!((parsed.ignored.len(), parsed.unknown.len()), (1, 1));
    }

    #[tokio::test]
    async fn a_provider_that_is_away_is_asked_again() {
        let asked = smsru().fetch_states(&[ExternalId::new("1")], at()).await;
        assert!(matches!(asked, Err(FetchError::Temporary(_))), "{asked:?}");
    }
}
