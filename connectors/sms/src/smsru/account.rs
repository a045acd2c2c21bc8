//! The account at SMS.ru: its balance, and where its reports go.

use std::time::Duration;

use async_trait::async_trait;
use connector_api::{FetchError, Finding, NoticeLevel, Probe};
use provider_http::{Answer, of_fetch};
use rust_decimal::Decimal;
use secrecy::ExposeSecret;

use super::SmsRu;
use super::wire::AccountAnswer;

const PATIENCE: Duration = Duration::from_secs(15);

impl SmsRu {
    async fn ask(&self, path: &str, url: Option<&str>) -> Result<AccountAnswer, FetchError> {
        let mut fields = vec![("api_id", self.api_id.expose_secret()), ("json", "1")];
        fields.extend(url.map(|url| ("url", url)));
        let request = self.http.post(format!("{}/{path}", self.api_url)).form(&fields).timeout(PATIENCE);
        let answer = Answer::read(request.send().await.map_err(of_fetch)?, 64 * 1024).await;
        let answer = answer.map_err(|error| FetchError::Temporary(error.into()))?;
        AccountAnswer::read(&answer.body)
            .ok_or_else(|| FetchError::Temporary(format!("status {}", answer.status.as_u16()).into()))
    }
}

#[async_trait]
impl Probe for SmsRu {
    async fn probe(&self, webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError> {
        let mut found = read_balance(&self.ask("my/balance", None).await?, self.balance_alarm)?;
        if let Some(url) = webhook_url
            && found.is_empty()
            && !self.ask("callback/get", None).await?.callback.iter().any(|known| known == url)
        {
            let text = "SMS.ru не присылает отчёты о доставке на наш адрес.".to_owned();
            found.push(Finding {
                level: NoticeLevel::Warning,
                code: "webhook_elsewhere".into(),
                text,
                repairable: true,
            });
        }
        Ok(found)
    }

    /// Other addresses stay: they may be another system's.
    async fn repair(&self, webhook_url: &str) -> Result<Vec<String>, FetchError> {
        if self.ask("callback/get", None).await?.callback.iter().any(|known| known == webhook_url) {
            return Ok(Vec::new());
        }
        match self.ask("callback/add", Some(webhook_url)).await?.code() {
            100 => Ok(vec!["SMS.ru будет присылать отчёты о доставке на наш адрес.".into()]),
            code => Err(FetchError::Refused(format!("callback/add: {code}"))),
        }
    }
}

fn read_balance(answer: &AccountAnswer, alarm: Decimal) -> Result<Vec<Finding>, FetchError> {
    let finding = |level, code: &str, text| Finding { level, code: code.into(), text, repairable: false };
    match (answer.code(), answer.balance) {
        (100, Some(balance)) if balance < alarm => {
            let level = if balance <= Decimal::ZERO { NoticeLevel::Alarm } else { NoticeLevel::Warning };
            let text = format!("На счёте SMS.ru осталось {balance} ₽: пополните его.");
            Ok(vec![finding(level, "low_balance", text)])
        }
        (100, _) => Ok(Vec::new()),
        (200 | 300..=302, _) => {
            let text = "SMS.ru не принимает ключ api_id: проверьте настройки канала.".into();
            Ok(vec![finding(NoticeLevel::Alarm, "access_refused", text)])
        }
        (code, _) => Err(FetchError::Temporary(format!("my/balance: {code}").into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_balance_is_watched_as_a_decimal() {
        let alarm = Decimal::from(100);
        let found = |body: &str| read_balance(&AccountAnswer::read(body.as_bytes()).expect("json"), alarm);
        assert!(found(r#"{"status_code":100,"balance":4122.56}"#).expect("a balance").is_empty());
        let low = found(r#"{"status_code":100,"balance":99.99}"#).expect("a balance");
        assert!(low[0].text.contains("99.99"), "{}", low[0].text);
        assert_eq!(found(r#"{"status_code":301}"#).expect("an answer")[0].code, "access_refused");
        assert!(found(r#"{"status_code":500}"#).is_err());
    }
}
