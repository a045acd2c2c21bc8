//! How the provider sees our bot, and putting the intake right.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use connector_api::{FetchError, Finding, NoticeLevel, Probe};
use http::header;
use provider_http::Answer;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::api::Call;
use crate::connection::ConnectionState;
use crate::poll::ALLOWED_UPDATES;
use crate::reply::result;
use crate::wire::{self, User, WebhookInfo};
use crate::{Config, Intake, Telegram};

/// A failed delivery that is older was repeated long ago.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// More updates waiting mean that we do not take them.
const BACKLOG: i64 = 100;

#[async_trait]
impl Probe for Telegram {
    /// Costs two short requests, and one for each manager's account written through since the start.
    async fn probe(&self, webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError> {
        let bot = match result(&self.ask(&Call::new("getMe", json!({}))).await?) {
            Ok(bot) => wire::read::<User>(&bot).unwrap_or_default(),
            Err(FetchError::Refused(_)) => return Ok(vec![token_refused()]),
            Err(error) => return Err(error),
        };
        let answer = self.ask(&Call::new("getWebhookInfo", json!({}))).await?;
        let mut findings = Vec::from_iter(of_bot(&bot, self.reading.bot_id));
        findings.extend(of_intake(&self.config, webhook_url, &seen(&answer)?));
        for id in self.memory.connections() {
            let state = self.connection(&id).await?;
            findings.extend(of_connection(state.as_ref()));
        }
        Ok(findings)
    }

    async fn repair(&self, webhook_url: &str) -> Result<Vec<String>, FetchError> {
        let (call, done) = repair_for(&self.config, webhook_url);
        result(&self.ask(&call).await?)?;
        Ok(vec![done.to_owned()])
    }
}

/// The provider's view of the webhook, and whether its last failure is of just now.
struct Seen {
    info: WebhookInfo,
    failed_lately: bool,
}

/// The provider's own clock stands in the answer's head.
fn seen(answer: &Answer) -> Result<Seen, FetchError> {
    let info: WebhookInfo = wire::read(&result(answer)?).unwrap_or_default();
    let date = answer.headers.get(header::DATE).and_then(|date| date.to_str().ok());
    let now = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let failed_at = info.last_error_date.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let failed_lately = match (now, failed_at) {
        (Some(now), Some(at)) => now.to_utc() - at < FRESH,
        (None, Some(_)) => info.pending_update_count.unwrap_or(0) > 0,
        (_, None) => false,
    };
    Ok(Seen { info, failed_lately })
}

fn finding(level: NoticeLevel, code: &str, repairable: bool, text: impl Into<String>) -> Finding {
    Finding { level, code: code.into(), text: text.into(), repairable }
}

fn token_refused() -> Finding {
    finding(
        NoticeLevel::Alarm,
        "token_refused",
        false,
        "Telegram не принимает токен бота: его отозвали или он записан с ошибкой. Возьмите новый у @BotFather \
         (/mybots, «API Token») и впишите в настройки канала.",
    )
}

fn of_bot(bot: &User, expected: i64) -> Option<Finding> {
    (bot.id != Some(expected)).then(|| {
        finding(
            NoticeLevel::Alarm,
            "another_bot",
            false,
            "По адресу Bot API отвечает другой бот. Проверьте адрес Bot API и токен.",
        )
    })
}

fn of_intake(config: &Config, webhook_url: Option<&str>, seen: &Seen) -> Vec<Finding> {
    let registered = seen.info.url.as_deref().filter(|url| !url.is_empty());
    match (config.intake, registered, webhook_url) {
        (Intake::Poll, None, _) => Vec::new(),
        (Intake::Poll, Some(_), _) => vec![finding(
            NoticeLevel::Alarm,
            "webhook_in_the_way",
            true,
            "У бота задан вебхук, поэтому опрос не работает. Снимите вебхук кнопкой «Исправить», если бот больше нигде \
             не используется.",
        )],
        (Intake::Webhook, _, None) => vec![finding(
            NoticeLevel::Alarm,
            "no_public_address",
            false,
            "У узла нет открытого адреса, и Telegram некуда присылать сообщения. Укажите адрес узла или переключите \
             получение обновлений на poll.",
        )],
        (Intake::Webhook, None, Some(_)) => vec![finding(
            NoticeLevel::Alarm,
            "webhook_missing",
            true,
            "Вебхук не задан: сообщения клиентов не приходят. Нажмите «Исправить».",
        )],
        (Intake::Webhook, Some(registered), Some(ours)) if registered != ours => vec![finding(
            NoticeLevel::Alarm,
            "webhook_elsewhere",
            true,
            format!(
                "Сообщения клиентов уходят на другой адрес ({}). Нажмите «Исправить», если бот больше нигде не \
                 используется.",
                host(registered)
            ),
        )],
        (Intake::Webhook, Some(_), Some(_)) => of_deliveries(seen),
    }
}

/// The rest of the address may be somebody's secret.
fn host(url: &str) -> String {
    let host = reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "адрес не читается".into())
}

/// The webhook is ours; how it fares.
fn of_deliveries(seen: &Seen) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = seen.info.allowed_updates.as_deref().unwrap_or_default();
    if ALLOWED_UPDATES.iter().any(|kind| !asked.iter().any(|asked| asked == kind)) {
        findings.push(finding(
            NoticeLevel::Warning,
            "webhook_updates",
            true,
            "Telegram присылает не все виды событий (например, реакции и сообщения менеджеров). Нажмите «Исправить».",
        ));
    }
    if seen.failed_lately {
        let words = seen.info.last_error_message.as_deref().unwrap_or("причина не названа");
        findings.push(finding(
            NoticeLevel::Alarm,
            "webhook_failing",
            false,
            format!("Telegram не может доставить сообщения на узел: {words}"),
        ));
    }
    let waiting = seen.info.pending_update_count.unwrap_or(0);
    if waiting > BACKLOG {
        findings.push(finding(
            NoticeLevel::Warning,
            "webhook_backlog",
            false,
            format!("В Telegram ждут доставки {waiting} событий. Через сутки они пропадут: проверьте, доступен ли узел."),
        ));
    }
    findings
}

fn of_connection(state: Option<&ConnectionState>) -> Option<Finding> {
    if state.is_some_and(|state| state.may_write) {
        return None;
    }
    let owner = state.and_then(|state| state.owner.as_deref()).unwrap_or("Менеджер");
    Some(finding(
        NoticeLevel::Warning,
        "business_cut",
        false,
        format!(
            "{owner}: бот отключён от личного аккаунта или не имеет права отвечать. Пусть подключит его снова: Telegram, \
             «Настройки», «Автоматизация чатов»."
        ),
    ))
}

/// One call, which says all of what we want, so that a second time changes nothing. What waits is kept.
fn repair_for(config: &Config, webhook_url: &str) -> (Call, &'static str) {
    match config.intake {
        Intake::Poll => (Call::new("deleteWebhook", json!({})), "Вебхук снят: обновления приходят опросом."),
        Intake::Webhook => {
            let fields = json!({
                "url": webhook_url,
                "secret_token": config.secret_token.expose_secret(),
                "allowed_updates": ALLOWED_UPDATES,
            });
            (Call::new("setWebhook", fields), "Вебхук задан: Telegram присылает обновления на узел.")
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use serde_json::Value;

    use super::*;
    use crate::send::testing::{Server, http_answer};

    const OURS: &str = "https://crm.example.ru/hooks/tg";

    fn codes(intake: Intake, webhook_url: Option<&str>, date: Option<&str>, info: &Value) -> Vec<String> {
        let headers =
            date.map(|date| (header::DATE, date.parse().unwrap())).into_iter().collect::<HeaderMap>();
        let body = json!({ "ok": true, "result": info }).to_string();
        let answer = Answer { status: StatusCode::OK, headers, body: body.into() };
        let config = Config { intake, ..Config::default() };
        let found = of_intake(&config, webhook_url, &seen(&answer).unwrap());
        assert!(found.iter().all(|finding| finding.text.chars().any(|c| ('а'..='я').contains(&c))));
        found.into_iter().map(|finding| finding.code).collect()
    }

    fn info(url: &str) -> Value {
        json!({ "url": url, "pending_update_count": 0, "allowed_updates": ALLOWED_UPDATES })
    }

    #[test]
    fn a_webhook_of_ours_that_is_taken_is_all_well() {
        assert!(codes(Intake::Webhook, Some(OURS), None, &info(OURS)).is_empty());
        assert!(codes(Intake::Poll, None, None, &info("")).is_empty());
    }

    #[test]
    fn whatever_keeps_updates_from_coming_is_found() {
        let elsewhere = info("https://old.example.org/secret");
        assert_eq!(codes(Intake::Webhook, Some(OURS), None, &elsewhere), ["webhook_elsewhere"]);
        assert_eq!(codes(Intake::Webhook, Some(OURS), None, &info("")), ["webhook_missing"]);
        assert_eq!(codes(Intake::Webhook, None, None, &info(OURS)), ["no_public_address"]);
        assert_eq!(codes(Intake::Poll, None, None, &info(OURS)), ["webhook_in_the_way"]);
        let mut few = info(OURS);
        few["allowed_updates"] = json!(["message"]);
        assert_eq!(codes(Intake::Webhook, Some(OURS), None, &few), ["webhook_updates"]);
        let mut many = info(OURS);
        many["pending_update_count"] = 101.into();
        assert_eq!(codes(Intake::Webhook, Some(OURS), None, &many), ["webhook_backlog"]);
    }

    /// The provider keeps its last error for ever; only its own clock tells a fresh one.
    #[test]
    fn only_a_fresh_failure_counts() {
        let mut failed = info(OURS);
        failed["last_error_date"] = 1_795_250_000.into();
        failed["last_error_message"] = "Wrong response from the webhook: 502 Bad Gateway".into();
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap().to_rfc2822();
        let found = |now: i64| codes(Intake::Webhook, Some(OURS), Some(&at(now)), &failed);
        assert_eq!(found(1_795_250_060), ["webhook_failing"]);
        assert!(found(1_795_260_000).is_empty());
    }

    #[test]
    fn a_repair_sets_address_secret_and_kinds_and_keeps_what_waits() {
        let config = Config { secret_token: "s3cret".into(), ..Config::default() };
        let (call, _) = repair_for(&config, OURS);
        assert_eq!(call.method, "setWebhook");
        assert_eq!(
            Value::Object(call.fields),
            json!({ "url": OURS, "secret_token": "s3cret", "allowed_updates": ALLOWED_UPDATES })
        );
        let (call, _) = repair_for(&Config { intake: Intake::Poll, ..config }, OURS);
        assert_eq!(call.method, "deleteWebhook");
    }

    #[tokio::test]
    async fn a_refused_token_is_a_finding_and_no_failure() {
        let body = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
        let server = Server::answering([http_answer("401 Unauthorized", body)]).await;
        let found = server.telegram().probe(Some(OURS)).await.unwrap();
        assert_eq!((found[0].code.as_str(), found[0].level), ("token_refused", NoticeLevel::Alarm));
    }

    #[tokio::test]
    async fn an_unreachable_provider_is_a_failure_that_says_so() {
        let found = Server::gone().await.telegram().probe(Some(OURS)).await;
        assert!(matches!(found, Err(FetchError::Temporary(_))), "{found:?}");
    }
}
