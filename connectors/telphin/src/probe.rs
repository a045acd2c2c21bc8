//! How the account is doing: whether the application is let in, and whether every extension tells us its events.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use connector_api::{FetchError, Finding, NoticeLevel, Probe};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use crate::Office;
use crate::api::{ApiError, Request};
use crate::extension::{WireExtension, read_list};
use crate::subscription::{OwnAddress, WireSubscription, changes, path, wanted};

/// The subscriptions cost one request per extension, and the requests of an hour are counted.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// What the last look at the subscriptions found, and for which address.
#[derive(Default)]
pub(crate) struct Probed(Mutex<Option<(Instant, String, Vec<Finding>)>>);

impl Probed {
    fn recent(&self, url: &str) -> Option<Vec<Finding>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, for_url, findings) = kept.as_ref()?;
        (for_url == url && at.elapsed() < LOOK_EVERY).then(|| findings.clone())
    }

    fn keep(&self, url: &str, findings: &[Finding]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), url.to_owned(), findings.to_vec()));
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[async_trait]
impl Probe for Office {
    /// One cheap question each time; the subscriptions are looked at once an hour, and anew after a repair.
    async fn probe(&self, webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError> {
        match self.api.ask(&Request::get("/user/")).await {
            Ok(_) => {}
            Err(ApiError::Refused { code, reason }) => return Ok(vec![alarm(code, reason)]),
            Err(other) => return Err(other.into()),
        }
        let Some(webhook_url) = webhook_url else { return Ok(Vec::new()) };
        if let Some(findings) = self.probed.recent(webhook_url) {
            return Ok(findings);
        }
        let own = OwnAddress::new(webhook_url, self.secret.expose_secret());
        let mut silent = Vec::new();
        for extension in self.api.extensions().await?.iter() {
            if !changes(extension, &self.subscriptions(extension).await?, &own).is_empty() {
                silent.push(extension.number().to_owned());
            }
        }
        let findings: Vec<Finding> = (!silent.is_empty()).then(|| silence(&silent)).into_iter().collect();
        self.probed.keep(webhook_url, &findings);
        Ok(findings)
    }

    async fn repair(&self, webhook_url: &str) -> Result<Vec<String>, FetchError> {
        self.probed.forget();
        self.api.forget_extensions().await;
        let own = OwnAddress::new(webhook_url, self.secret.expose_secret());
        let mut done = Vec::new();
        for extension in self.api.extensions().await?.iter() {
            let there = self.subscriptions(extension).await?;
            for change in changes(extension, &there, &own) {
                let (number, event) = (extension.number(), change.event_type());
                match self.api.ask(&change.request(extension, &own)).await {
                    Ok(_) => {
                        done.push(format!("Добавочный {number}: событие {event} теперь приходит к нам."));
                    }
                    // One extension that takes no subscription does not keep the others from theirs.
                    Err(ApiError::Rejected { message, .. }) => {
                        done.push(format!(
                            "Добавочный {number}: Телфин не принял подписку на {event}: {message}"
                        ));
                    }
                    Err(other) => return Err(other.into()),
                }
            }
        }
        Ok(done)
    }
}

impl Office {
    async fn subscriptions(&self, extension: &WireExtension) -> Result<Vec<WireSubscription>, ApiError> {
        if wanted(&extension.kind).is_empty() {
            return Ok(Vec::new());
        }
        read_list(&self.api.ask(&Request::get(path(extension))).await?.body)
    }
}

fn alarm(code: String, reason: String) -> Finding {
    Finding { level: NoticeLevel::Alarm, code, text: reason, repairable: false }
}

fn silence(numbers: &[String]) -> Finding {
    Finding {
        level: NoticeLevel::Warning,
        code: "webhook_missing".to_owned(),
        text: format!(
            "События не всех добавочных приходят к нам: {}. Нажмите «Настроить подписки».",
            numbers.join(", ")
        ),
        repairable: true,
    }
}
