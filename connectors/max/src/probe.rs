//! How our account is doing: the token, the certificate, the subscription. The provider removes a subscription silently
//! after eight hours without a success: <https://dev.max.ru/docs-api/methods/POST/subscriptions>

use async_trait::async_trait;
use connector_api::{FetchError, Finding, NoticeLevel, Probe};
use http::Method;
use provider_http::Answer;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::api::{CallError, Request, UNKNOWN_ISSUER};
use crate::poll::UPDATE_TYPES;
use crate::wire::{Done, Subscription, Subscriptions};
use crate::{Config, Intake, Max, failure};

#[async_trait]
impl Probe for Max {
    async fn probe(&self, webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError> {
        let me = match self.call(&Request::get("/me")).await {
            Err(CallError::UnknownIssuer(_)) => {
                return Ok(vec![alarm("tls_unknown_issuer", UNKNOWN_ISSUER, false)]);
            }
            answer => answer?,
        };
        if me.status == 401 {
            let text = "MAX не принимает токен бота. Возьмите новый в настройках бота на business.max.ru.";
            return Ok(vec![alarm("token_refused", text, false)]);
        }
        if !me.status.is_success() {
            return Err(failure::of_question(&me));
        }
        let answer = self.ask(&Request::get("/subscriptions")).await?;
        let subscriptions = subscriptions(&answer)?;
        Ok(findings(self.config.intake, webhook_url, &subscriptions))
    }

    async fn repair(&self, webhook_url: &str) -> Result<Vec<String>, FetchError> {
        if self.config.intake == Intake::Poll {
            return Ok(Vec::new());
        }
        let answer = self.ask(&subscribe(&self.config, webhook_url)).await?;
        let done: Done = failure::read(&answer).unwrap_or_default();
        if done.success == Some(false) {
            let words = done.message.as_ref().and_then(Value::as_str).unwrap_or("success: false");
            return Err(FetchError::Refused(words.to_owned()));
        }
        Ok(vec![format!("MAX присылает события на {webhook_url}")])
    }
}

/// The subscription as we want it. Made again, it is the same one with the same secret.
fn subscribe(config: &Config, webhook_url: &str) -> Request {
    Request::new(Method::POST, "/subscriptions").saying(json!({
        "url": webhook_url,
        "update_types": UPDATE_TYPES,
        "secret": config.secret.expose_secret(),
    }))
}

fn subscriptions(answer: &Answer) -> Result<Vec<Subscription>, FetchError> {
    let list: Option<Subscriptions> = failure::read(answer);
    list.and_then(|list| list.subscriptions).ok_or_else(|| FetchError::Temporary(failure::unreadable(answer)))
}

fn findings(intake: Intake, webhook_url: Option<&str>, subscriptions: &[Subscription]) -> Vec<Finding> {
    if intake == Intake::Poll {
        let text = "У бота есть подписка на вебхук, поэтому опрос не работает. Удалите её там, где она создана, или \
                    переключите канал на webhook.";
        return if subscriptions.is_empty() { Vec::new() } else { vec![alarm("webhook_set", text, false)] };
    }
    let Some(wanted) = webhook_url else {
        let text =
            "У программы нет адреса, открытого снаружи: MAX не может присылать события. Задайте public_url.";
        return vec![alarm("no_public_address", text, false)];
    };
    let mut found = Vec::new();
    if !fits(wanted) {
        let text = "MAX обращается только по HTTPS на порт 443: адрес вебхука должен начинаться с https:// и не \
                    содержать порта.";
        found.push(alarm("webhook_address", text, false));
    }
    let is_ours = |subscription: &&Subscription| subscription.url.as_deref() == Some(wanted);
    match subscriptions.iter().find(is_ours) {
        None => {
            let text =
                "Подписки на события нет. MAX удаляет её молча, если восемь часов не получает ответа 200.";
            found.push(alarm("webhook_missing", text, true));
        }
        Some(ours) if !covers(ours) => {
            let text = "Подписка не включает все нужные виды событий: часть сообщений не приходит.";
            found.push(alarm("webhook_types", text, true));
        }
        Some(_) => {}
    }
    if subscriptions.iter().any(|subscription| !is_ours(&subscription)) {
        found.push(Finding {
            level: NoticeLevel::Warning,
            code: "webhook_elsewhere".into(),
            text: "События бота получает ещё одна программа. Если это не задумано, удалите её подписку."
                .into(),
            repairable: false,
        });
    }
    found
}

/// An absent list means all kinds.
fn covers(subscription: &Subscription) -> bool {
    let Some(kinds) = subscription.update_types.as_ref().filter(|kinds| !kinds.is_empty()) else {
        return true;
    };
    UPDATE_TYPES.iter().all(|wanted| kinds.iter().any(|kind| kind == wanted))
}

fn fits(url: &str) -> bool {
    let Ok(parsed) = reqwest::Url::parse(url) else { return false };
    // A provider that calls this machine is a fake on it.
    if parsed.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]")) {
        return true;
    }
    let port_written = url.trim_start_matches("https://").split('/').next().unwrap_or_default().contains(':');
    parsed.scheme() == "https" && !port_written
}

fn alarm(code: &str, text: &str, repairable: bool) -> Finding {
    Finding { level: NoticeLevel::Alarm, code: code.into(), text: text.into(), repairable }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{self, Reply};

    const HOOK: &str = "https://uzel.example.ru/hooks/k1";

    fn codes(found: &[Finding]) -> Vec<(&str, bool)> {
        found.iter().map(|finding| (finding.code.as_str(), finding.repairable)).collect()
    }

    fn ours(kinds: Option<Vec<String>>) -> Subscription {
        Subscription { url: Some(HOOK.into()), update_types: kinds }
    }

    #[test]
    fn every_trouble_with_the_subscription_is_found() {
        let all = || Some(UPDATE_TYPES.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>());
        let few = Some(vec!["message_created".to_owned()]);
        let elsewhere = || Subscription { url: Some("https://other.example/x".into()), update_types: None };
        let webhook = |url, list: &[Subscription]| {
            let found = findings(Intake::Webhook, url, list);
            codes(&found).iter().map(|(code, repairable)| format!("{code} {repairable}")).collect::<Vec<_>>()
        };
        assert!(webhook(Some(HOOK), &[ours(all())]).is_empty());
        assert!(webhook(Some(HOOK), &[ours(None)]).is_empty());
        assert_eq!(webhook(Some(HOOK), &[]), ["webhook_missing true"]);
        assert_eq!(webhook(Some(HOOK), &[ours(few)]), ["webhook_types true"]);
        assert_eq!(webhook(Some(HOOK), &[elsewhere()]), ["webhook_missing true", "webhook_elsewhere false"]);
        assert_eq!(webhook(None, &[]), ["no_public_address false"]);
        let http = webhook(Some("http://uzel.example.ru/hooks/k1"), &[]);
        assert_eq!(http, ["webhook_address false", "webhook_missing true"]);
        let port = webhook(Some("https://uzel.example.ru:8443/hooks/k1"), &[]);
        assert_eq!(port, ["webhook_address false", "webhook_missing true"]);
        let house = webhook(Some("http://192.168.0.2:8080/hooks/k1"), &[]);
        assert_eq!(house, ["webhook_address false", "webhook_missing true"]);
        let this_machine = webhook(Some("http://127.0.0.1:8080/hooks/k1"), &[]);
        assert_eq!(this_machine, ["webhook_missing true"], "a fake may call by any port");
        assert_eq!(codes(&findings(Intake::Poll, None, &[elsewhere()])), [("webhook_set", false)]);
        assert!(findings(Intake::Poll, None, &[]).is_empty());
    }

    #[tokio::test]
    async fn a_subscription_that_disappeared_is_made_again_with_the_same_secret_and_kinds() {
        let server = server::start(vec![
            Reply::json(200, "{\"user_id\":900000001}"),
            Reply::json(200, "{\"subscriptions\":[]}"),
            Reply::json(200, "{\"success\":true}"),
        ])
        .await;
        let max = server.max();
        let found = max.probe(Some(HOOK)).await.unwrap();
        assert_eq!(codes(&found), [("webhook_missing", true)]);
        let done = max.repair(HOOK).await.unwrap();
        assert_eq!(done, [format!("MAX присылает события на {HOOK}")]);
        let asked = server.asked();
        let body: Value = serde_json::from_str(&asked[2].body).unwrap();
        assert_eq!(asked[2].target, "POST /subscriptions");
        assert_eq!(body, json!({ "url": HOOK, "update_types": UPDATE_TYPES, "secret": server::SECRET }));
    }

    #[tokio::test]
    async fn a_refused_token_is_found_and_a_sick_provider_is_not_an_alarm() {
        let server = server::start(vec![Reply::json(401, "{}"), Reply::json(503, "")]).await;
        let max = server.max();
        assert_eq!(codes(&max.probe(Some(HOOK)).await.unwrap()), [("token_refused", false)]);
        assert!(matches!(max.probe(Some(HOOK)).await, Err(FetchError::Temporary(_))));
    }

    #[tokio::test]
    async fn a_refused_subscription_is_told_with_the_providers_words() {
        let refused = Reply::json(200, r#"{"success":false,"message":"bad certificate"}"#);
        let server = server::start(vec![refused]).await;
        let Err(FetchError::Refused(words)) = server.max().repair(HOOK).await else { panic!() };
        assert_eq!(words, "bad certificate");
    }
}
