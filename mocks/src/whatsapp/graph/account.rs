//! What the number and the account say of themselves: health, templates, subscriptions, states of messages.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Shared;
use super::refusal::Refusal;
use crate::post::http_client;
use crate::whatsapp::{Config, Status};

/// How many templates one answer holds unless asked otherwise.
const PAGE: usize = 25;
/// States of so many messages are remembered.
const REMEMBERED: usize = 10_000;

/// A template of the account.
#[derive(Debug, Clone, Deserialize)]
pub struct Template {
    /// Unique with the language.
    pub name: String,
    /// `ru`.
    pub language: String,
    /// `MARKETING`, `UTILITY`.
    pub category: String,
    /// Only approved ones may be sent.
    pub status: TemplateStatus,
    /// As the API lists them.
    pub components: Value,
}

/// The states of a template that matter for sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemplateStatus {
    /// May be sent.
    Approved,
    /// Not yet.
    Pending,
    /// Never was.
    Rejected,
    /// Sent by too many who were annoyed.
    Paused,
    /// Paused too often.
    Disabled,
}

impl TemplateStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Pending => "PENDING",
            Self::Rejected => "REJECTED",
            Self::Paused => "PAUSED",
            Self::Disabled => "DISABLED",
        }
    }
}

#[derive(Debug)]
pub(super) struct Account {
    pub(super) subscribed: bool,
    pub(super) number_hook: Option<String>,
    pub(super) waba_hook: Option<String>,
    /// Fields of the number that were set.
    pub(super) number: Map<String, Value>,
    templates: Vec<Template>,
    events: HashMap<String, Vec<(&'static str, DateTime<Utc>)>>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            subscribed: true,
            number_hook: None,
            waba_hook: None,
            number: Map::new(),
            templates: examples(),
            events: HashMap::new(),
        }
    }
}

fn examples() -> Vec<Template> {
    let template = |name: &str, category: &str, status, components| Template {
        name: name.into(),
        language: "ru".into(),
        category: category.into(),
        status,
        components,
    };
    let body = |text: &str| json!({ "type": "BODY", "text": text });
    vec![
        template(
            "order_ready",
            "UTILITY",
            TemplateStatus::Approved,
            json!([
                { "type": "HEADER", "format": "DOCUMENT" },
                body("Заказ {{1}} готов. Забрать можно {{2}}."),
                { "type": "FOOTER", "text": "ООО «Пример-Торг»" },
                { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Перезвоните мне" }] }
            ]),
        ),
        template(
            "ask_again",
            "UTILITY",
            TemplateStatus::Approved,
            json!([body("Здравствуйте, {{1}}! Вы спрашивали о товаре, вопрос ещё актуален?")]),
        ),
        template(
            "autumn_sale",
            "MARKETING",
            TemplateStatus::Paused,
            json!([body("Осенняя распродажа насосов")]),
        ),
        template("new_address", "UTILITY", TemplateStatus::Pending, json!([body("Склад переехал: {{1}}")])),
    ]
}

impl Account {
    /// Where messages go, when not to the address of the application.
    pub(super) fn hook(&self) -> Option<&str> {
        self.number_hook.as_deref().or(self.waba_hook.as_deref())
    }

    pub(super) fn put_template(&mut self, template: Template) {
        self.templates.retain(|known| (&known.name, &known.language) != (&template.name, &template.language));
        self.templates.push(template);
    }

    /// The template that may be sent, or why not.
    pub(super) fn template(&self, name: &str, language: &str) -> Result<&Template, Refusal> {
        let found = self.templates.iter().find(|known| known.name == name && known.language == language);
        let missing = || Refusal::of(132_001, format!("Template name ({name}) does not exist in {language}"));
        let found = found.ok_or_else(missing)?;
        match found.status {
            TemplateStatus::Approved => Ok(found),
            TemplateStatus::Paused => Err(Refusal::of(132_015, "Template is paused")),
            TemplateStatus::Disabled => Err(Refusal::of(132_016, "Template is disabled")),
            TemplateStatus::Pending | TemplateStatus::Rejected => Err(missing()),
        }
    }

    /// A page; the cursor is the number of the first template of the next one.
    pub(super) fn templates(&self, query: &Map<String, Value>) -> Result<Value, Refusal> {
        let text = |key: &str| query.get(key).and_then(Value::as_str);
        let limit = text("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE).clamp(1, 100);
        let bad = || Refusal::of(131_059, "The cursor is not valid");
        let from: usize = text("after").map_or(Ok(0), |after| after.parse().map_err(|_| bad()))?;
        if from > self.templates.len() {
            return Err(bad());
        }
        let to = (from + limit).min(self.templates.len());
        let data: Vec<Value> = (from..to)
            .map(|index| {
                let template = &self.templates[index];
                json!({
                    "id": (1_200_000_000_000_077 + index).to_string(),
                    "name": template.name,
                    "language": template.language,
                    "category": template.category,
                    "status": template.status.word(),
                    "rejected_reason": "NONE",
                    "components": template.components,
                })
            })
            .collect();
        let mut page = json!({
            "data": data,
            "paging": { "cursors": { "before": from.to_string(), "after": to.to_string() } },
        });
        if to < self.templates.len() {
            page["paging"]["next"] = "https://graph.facebook.com/next?access_token=INVENTED".into();
        }
        Ok(page)
    }

    /// The asked fields of the number.
    pub(super) fn number(&self, config: &Config, fields: &str) -> Value {
        let mut hooks = json!({ "application": config.hook_url });
        for (key, hook) in
            [("phone_number", &self.number_hook), ("whatsapp_business_account", &self.waba_hook)]
        {
            if let Some(hook) = hook {
                hooks[key] = hook.clone().into();
            }
        }
        let mut all = json!({
            "display_phone_number": format!("+{}", config.display_phone),
            "verified_name": "ООО «Пример-Торг»",
            "status": "CONNECTED",
            "name_status": "APPROVED",
            "quality_rating": "GREEN",
            "is_on_biz_app": false,
            "platform_type": "CLOUD_API",
            "throughput": { "level": config.throughput.level() },
            "health_status": health(&config.phone_number_id),
            "webhook_configuration": hooks,
        });
        for (field, value) in &self.number {
            all[field] = value.clone();
        }
        asked(&config.phone_number_id, fields, &all)
    }

    pub(super) fn apps(&self) -> Value {
        if !self.subscribed {
            return json!({ "data": [] });
        }
        let mut app = json!({
            "whatsapp_business_api_data": { "id": "7000000001", "name": "Узел", "link": "https://example.invalid/" },
        });
        if let Some(hook) = &self.waba_hook {
            app["override_callback_uri"] = hook.clone().into();
        }
        json!({ "data": [app] })
    }

    /// A state was reached.
    pub(super) fn note(&mut self, status: &Status) {
        if self.events.len() >= REMEMBERED {
            self.events.clear();
        }
        self.events.entry(status.id.clone()).or_default().push((status.reached.word(), status.at));
    }

    /// States, never contents.
    pub(super) fn history(&self, wanted: Option<&str>) -> Value {
        let data: Vec<Value> = self
            .events
            .iter()
            .filter(|(id, _)| wanted.is_none_or(|wanted| wanted == *id))
            .take(100)
            .map(|(id, events)| {
                let events: Vec<Value> = events
                    .iter()
                    .map(|(word, at)| {
                        json!({ "delivery_status": word.to_uppercase(), "timestamp": at.timestamp(),
                            "webhook_update_state": "SUCCESS", "application": { "id": "7000000001" } })
                    })
                    .collect();
                json!({ "id": format!("h{}", id.len()), "message_id": id, "events": { "data": events } })
            })
            .collect();
        json!({ "data": data, "paging": { "cursors": {} } })
    }
}

/// The asked fields of the account.
pub(super) fn of_waba(config: &Config, fields: &str) -> Value {
    let all = json!({ "name": "ООО «Пример-Торг»", "health_status": health(&config.waba_id) });
    asked(&config.waba_id, fields, &all)
}

fn health(id: &str) -> Value {
    json!({ "can_send_message": "AVAILABLE",
        "entities": [{ "entity_type": "PHONE_NUMBER", "id": id, "can_send_message": "AVAILABLE" }] })
}

/// Only what was asked for, and the id.
fn asked(id: &str, fields: &str, all: &Value) -> Value {
    let mut answer = json!({ "id": id });
    for field in fields.split(',').map(str::trim) {
        if let Some(value) = all.get(field) {
            answer[field] = value.clone();
        }
    }
    answer
}

/// The address of a setting, once the hub behind it has answered the handshake.
pub(super) async fn verified(shared: &Shared, asked: &Value) -> Result<Option<String>, Refusal> {
    let Some(url) = asked["override_callback_uri"].as_str() else { return Ok(None) };
    if url.len() > 200 {
        return Err(Refusal::of(100, "The callback address is longer than 200 characters"));
    }
    let failed = |_| Refusal::of(2200, "Callback verification failed");
    let challenge = shared.next().to_string();
    let query = [
        ("hub.mode", "subscribe"),
        ("hub.challenge", &challenge),
        ("hub.verify_token", asked["verify_token"].as_str().unwrap_or_default()),
    ];
    let http = http_client(std::time::Duration::from_secs(5)).map_err(failed)?;
    let answer = http.get(url).query(&query).send().await.map_err(failed)?;
    let (ok, body) = (answer.status() == 200, answer.text().await.map_err(failed)?);
    if ok && body == challenge {
        Ok(Some(url.to_owned()))
    } else {
        Err(Refusal::of(2200, "Callback verification failed"))
    }
}
