//! The account at SMSC.ru: how it proves itself, and how it is doing.

use std::time::Duration;

use async_trait::async_trait;
use connector_api::{FetchError, Finding, NoticeLevel, Probe};
use provider_http::{Answer, of_fetch};
use reqwest::Url;
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};

use super::Smsc;
use super::wire::Balance;

/// What proves that it is us.
#[derive(Clone, Debug)]
pub(super) enum Access {
    Key(SecretString),
    Password { login: String, password: SecretString },
}

impl Access {
    pub(super) fn add_to(&self, fields: &mut Vec<(&'static str, String)>) {
        match self {
            Self::Key(key) => fields.push(("apikey", key.expose_secret().to_owned())),
            Self::Password { login, password } => {
                fields.push(("login", login.clone()));
                fields.push(("psw", password.expose_secret().to_owned()));
            }
        }
    }
}

/// What the refusals of an account mean.
pub(super) struct Refusal;

impl Refusal {
    pub(super) fn of(code: i64) -> &'static str {
        match code {
            2 => {
                "SMSC.ru не принимает ключ или пароль, или адрес этого сервера не разрешён: проверьте настройки канала."
            }
            3 => "На счёте SMSC.ru кончились деньги: сообщения уйдут после пополнения.",
            4 => "SMSC.ru на время заблокировал этот сервер из-за частых ошибок.",
            _ => "SMSC.ru отказал.",
        }
    }
}

/// One request to the provider, as a form: nothing of it stands in an address.
pub(super) async fn call(
    http: &reqwest::Client,
    host: &Url,
    path: &str,
    fields: &[(&'static str, String)],
    patience: Duration,
) -> Result<reqwest::Response, reqwest::Error> {
    let url = format!("{}/{path}", host.as_str().trim_end_matches('/'));
    http.post(url).form(fields).timeout(patience).send().await
}

#[async_trait]
impl Probe for Smsc {
    async fn probe(&self, _webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError> {
        if self.access.is_none() {
            return Ok(vec![finding(
                NoticeLevel::Warning,
                "no_access",
                "Канал только принимает: для отправки укажите ключ или пароль SMSC.ru.".into(),
            )]);
        }
        let host = self.hosts.first().ok_or_else(|| FetchError::Refused("no host".into()))?;
        let fields = self.with_access(vec![("fmt", "3".into()), ("cur", "1".into())]);
        let response = call(&self.http, host, "sys/balance.php", &fields, Duration::from_secs(15))
            .await
            .map_err(of_fetch)?;
        let answer = Answer::read(response, 64 * 1024).await;
        read_balance(&answer.map_err(|error| FetchError::Temporary(error.into()))?, self.balance_alarm)
    }

    /// The provider's address for its callbacks is entered by hand.
    async fn repair(&self, _webhook_url: &str) -> Result<Vec<String>, FetchError> {
        Ok(vec!["Адрес обработчика вводится в личном кабинете SMSC.ru, раздел «Обработчики».".into()])
    }
}

fn read_balance(answer: &Answer, alarm: Decimal) -> Result<Vec<Finding>, FetchError> {
    match Balance::read(&answer.body) {
        Some(Ok(balance)) if balance < alarm => {
            let text = format!("На счёте SMSC.ru осталось {balance} ₽: пополните его.");
            let level = if balance <= Decimal::ZERO { NoticeLevel::Alarm } else { NoticeLevel::Warning };
            Ok(vec![finding(level, "low_balance", text)])
        }
        Some(Ok(_)) => Ok(Vec::new()),
        Some(Err(code @ (2 | 4))) => {
            Ok(vec![finding(NoticeLevel::Alarm, "access_refused", Refusal::of(code).into())])
        }
        Some(Err(9)) => Err(FetchError::RateLimited { retry_after: Some(Duration::from_secs(60)) }),
        _ => Err(FetchError::Temporary(format!("status {}", answer.status.as_u16()).into())),
    }
}

fn finding(level: NoticeLevel, code: &str, text: String) -> Finding {
    Finding { level, code: code.into(), text, repairable: false }
}

#[cfg(test)]
mod tests {
    use super::super::send::tests::answer;
    use super::*;

    #[test]
    fn a_low_balance_is_one_finding_and_an_empty_one_is_an_alarm() {
        let alarm = Decimal::from(100);
        let found = |body| read_balance(&answer(200, body), alarm).expect("a balance");
        assert!(found(r#"{"balance":"1475.40","credit":"0.00","currency":"RUR"}"#).is_empty());
        let low = found(r#"{"balance":"99.99"}"#);
        assert_eq!((low.len(), low[0].level, low[0].code.as_str()), (1, NoticeLevel::Warning, "low_balance"));
        assert_eq!(found(r#"{"balance":"0"}"#)[0].level, NoticeLevel::Alarm);
        assert_eq!(found(r#"{"error":"authorise error","error_code":2}"#)[0].code, "access_refused");
        assert!(read_balance(&answer(502, "<html>"), alarm).is_err());
    }
}
