//! The receiving side: `getUpdates` and the webhook settings (`telegram.md`, 3).

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::parameters::Parameters;
use super::refusal::{Refusal, bad, refuse};
use super::{Outcome, Shared};
use crate::post::Posted;

/// The open server cuts longer polls to this.
const LONGEST_POLL: u64 = 50;
/// Kinds that come only when they are asked for.
const ASKED_FOR_ONLY: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// Where a webhook may stand; a machine's own address is let through, as a Bot API server of one's own does.
const PORTS: [u16; 4] = [443, 80, 88, 8443];

/// Where updates go, and those that wait.
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) webhook: Option<Webhook>,
    allowed: Option<Vec<String>>,
    pub(super) waiting: VecDeque<(i64, Value)>,
    first_id: i64,
    next_id: i64,
    last_error: Option<(i64, String)>,
}

#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) secret_token: String,
    max_connections: i64,
}

impl Webhook {
    pub(super) fn new(url: String, secret_token: String) -> Self {
        Self { url, secret_token, max_connections: 40 }
    }
}

impl Intake {
    pub(super) fn new(webhook: Option<Webhook>, first_id: i64) -> Self {
        let waiting = VecDeque::new();
        Self { webhook, allowed: None, waiting, first_id, next_id: first_id, last_error: None }
    }

    pub(super) fn number(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// An empty list means everything but a few kinds.
    pub(super) fn wants(&self, kind: &str) -> bool {
        match self.allowed.as_deref() {
            None | Some([]) => !ASKED_FOR_ONLY.contains(&kind),
            Some(kinds) => kinds.iter().any(|allowed| allowed == kind),
        }
    }

    /// Queues an update. One that did not take its number here gets one.
    pub(super) fn queue(&mut self, mut update: Value) {
        let own = update["update_id"].as_i64().unwrap_or_default();
        let number = if own >= self.first_id { own } else { self.number() };
        update["update_id"] = number.into();
        let place = self.waiting.partition_point(|(id, _)| *id < number);
        self.waiting.insert(place, (number, update));
    }

    /// How a posting ended.
    pub(super) fn posted(&mut self, posted: &Posted, now: i64) {
        if posted.attempts > 0 && !posted.acknowledged {
            let words = posted.status.map_or("Connection refused".to_owned(), |status| {
                format!("Wrong response from the webhook: {status}")
            });
            self.last_error = Some((now, words));
        }
    }

    /// Absent, the former setting stays.
    fn allow(&mut self, given: &Parameters) -> Result<(), Refusal> {
        if let Some(list) = given.nested("allowed_updates")? {
            let kinds = serde_json::from_value(list);
            self.allowed = Some(kinds.map_err(|_| bad("can't parse allowed_updates"))?);
        }
        Ok(())
    }

    /// Forgets what the offset confirms. A negative one counts from the end.
    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let surplus = self.waiting.len().saturating_sub(keep);
            self.waiting.drain(..surplus);
        } else {
            self.waiting.retain(|(id, _)| *id >= offset);
        }
    }

    fn info(&self) -> Value {
        let url = self.webhook.as_ref().map_or("", |webhook| &webhook.url);
        let mut info = json!({
            "url": url, "has_custom_certificate": false, "pending_update_count": self.waiting.len(),
        });
        if let Some(webhook) = &self.webhook {
            info["max_connections"] = webhook.max_connections.into();
        }
        if let Some(allowed) = self.allowed.as_ref().filter(|allowed| !allowed.is_empty()) {
            info["allowed_updates"] = json!(allowed);
        }
        if let Some((at, words)) = &self.last_error {
            info["last_error_date"] = (*at).into();
            info["last_error_message"] = words.clone().into();
        }
        info
    }
}

/// From now on updates are posted, those that wait first.
pub(super) fn set_webhook(shared: &Arc<Shared>, given: &Parameters) -> Outcome {
    let url = given.text("url").unwrap_or_default().to_owned();
    let secret_token = given.text("secret_token").unwrap_or_default().to_owned();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret_token.len() > 256 || !secret_token.bytes().all(plain) {
        return Err(bad("secret token contains unallowed characters"));
    }
    if url.is_empty() {
        return Ok(delete_webhook(shared, given));
    }
    good_address(&url)?;
    let mut inner = shared.lock();
    inner.intake.allow(given)?;
    if given.flag("drop_pending_updates") {
        inner.intake.waiting.clear();
    }
    let max_connections = given.number("max_connections").unwrap_or(40).clamp(1, 100);
    inner.intake.webhook = Some(Webhook { max_connections, ..Webhook::new(url, secret_token) });
    let waiting = std::mem::take(&mut inner.intake.waiting);
    drop(inner);
    shared.changed.notify_waiters();
    shared.post_waiting(waiting.into_iter().map(|(_, update)| update).collect());
    Ok(true.into())
}

fn good_address(url: &str) -> Result<(), Refusal> {
    let parsed = reqwest::Url::parse(url).map_err(|_| bad("bad webhook: invalid URL"))?;
    let own = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if own {
        return Ok(());
    }
    if parsed.scheme() != "https" {
        return Err(bad("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    let port = parsed.port_or_known_default().unwrap_or_default();
    if !PORTS.contains(&port) {
        return Err(bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"));
    }
    Ok(())
}

pub(super) fn delete_webhook(shared: &Shared, given: &Parameters) -> Value {
    let mut inner = shared.lock();
    inner.intake.webhook = None;
    if given.flag("drop_pending_updates") {
        inner.intake.waiting.clear();
    }
    true.into()
}

pub(super) fn webhook_info(shared: &Shared) -> Value {
    shared.lock().intake.info()
}

/// One reader at a time; a reader that hangs up stops reading.
struct Reading<'a>(&'a AtomicBool);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

pub(super) async fn get_updates(shared: &Shared, given: &Parameters) -> Outcome {
    if shared.being_read.swap(true, Ordering::AcqRel) {
        let words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        return Err(refuse(409, words));
    }
    let _reading = Reading(&shared.being_read);
    let offset = given.number("offset").unwrap_or_default();
    let limit = usize::try_from(given.number("limit").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let timeout = u64::try_from(given.number("timeout").unwrap_or(0)).unwrap_or(0).min(LONGEST_POLL);
    let deadline = Instant::now() + Duration::from_secs(timeout);
    shared.lock().intake.allow(given)?;
    loop {
        // Made before looking, so that a change in between is not missed.
        let changed = shared.changed.notified();
        {
            let mut inner = shared.lock();
            if inner.intake.webhook.is_some() {
                let words =
                    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first";
                return Err(refuse(409, words));
            }
            inner.intake.confirm(offset);
            if !inner.intake.waiting.is_empty() || Instant::now() >= deadline {
                let waiting = inner.intake.waiting.iter().take(limit);
                return Ok(waiting.map(|(_, update)| update.clone()).collect());
            }
        }
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}
