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
/// The id of the first template.
const FIRST_ID: usize = 1_200_000_000_000_077;
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
    /// Why it was rejected, in the provider's words: `SCAM`.
    #[serde(default)]
    pub reason: Option<String>,
    /// `GREEN`, `YELLOW`, `RED`; unknown as long as nobody judged it.
    #[serde(default)]
    pub quality: Option<String>,
    /// As the API lists them.
    pub components: Value,
}

/// What becomes of a template; what is not named stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct TemplateChange {
    /// Unique with the language.
    pub name: String,
    /// `ru`.
    pub language: String,
    /// `MARKETING`, `UTILITY`; of a new one `UTILITY`.
    #[serde(default)]
    pub category: Option<String>,
    /// Of a new one: approved.
    #[serde(default)]
    pub status: Option<TemplateStatus>,
    /// Why it was rejected.
    #[serde(default)]
    pub reason: Option<String>,
    /// `GREEN`, `YELLOW`, `RED`.
    #[serde(default)]
    pub quality: Option<String>,
    /// Of a new one: a text without placeholders.
    #[serde(default)]
    pub components: Option<Value>,
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

impl Template {
    fn unknown(name: &str, language: &str) -> Self {
        Self {
            name: name.into(),
            language: language.into(),
            category: "UTILITY".into(),
            status: TemplateStatus::Approved,
            reason: None,
            quality: None,
            components: json!([{ "type": "BODY", "text": "Здравствуйте!" }]),
        }
    }

    fn is(&self, name: &str, language: &str) -> bool {
        self.name == name && self.language == language
    }
}

/// The head that all news of a template have; `more` is what this one says.
fn about(template: &Template, number: usize, mut more: Value) -> Value {
    more["message_template_id"] = (FIRST_ID + number).into();
    more["message_template_name"] = template.name.clone().into();
    more["message_template_language"] = template.language.clone().into();
    more
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
        reason: None,
        quality: None,
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
        match self.templates.iter_mut().find(|known| known.is(&template.name, &template.language)) {
            Some(known) => *known = template,
            None => self.templates.push(template),
        }
    }

    /// The news that the provider has of it: the field and the value of each.
    pub(super) fn change_template(&mut self, change: TemplateChange) -> Vec<(&'static str, Value)> {
        let known = self.templates.iter().find(|known| known.is(&change.name, &change.language)).cloned();
        let before = known.clone().unwrap_or_else(|| Template::unknown(&change.name, &change.language));
        let after = Template {
            category: change.category.unwrap_or_else(|| before.category.clone()),
            status: change.status.unwrap_or(before.status),
            reason: change.reason,
            quality: change.quality.or_else(|| before.quality.clone()),
            components: change.components.unwrap_or_else(|| before.components.clone()),
            ..before.clone()
        };
        let mut news = Vec::new();
        let id = self.templates.len();
        let about = |more: Value| about(&after, id, more);
        if known.is_none() || before.status != after.status {
            let reason = after.reason.as_deref().unwrap_or("NONE");
            let mut value = about(json!({ "event": after.status.word(), "reason": reason }));
            if after.status == TemplateStatus::Paused {
                value["other_info"] = json!({ "title": "FIRST_PAUSE", "description": "Low quality" });
            }
            news.push(("message_template_status_update", value));
        }
        if before.quality != after.quality {
            let words = |quality: &Option<String>| quality.clone().unwrap_or_else(|| "UNKNOWN".into());
            let value = json!({ "previous_quality_score": words(&before.quality),
                "new_quality_score": words(&after.quality) });
            news.push(("message_template_quality_update", about(value)));
        }
        if before.category != after.category {
            let value = json!({ "previous_category": before.category, "new_category": after.category });
            news.push(("template_category_update", about(value)));
        }
        self.put_template(after);
        news
    }

    /// Takes a template off the list, without a word; whether it was there.
    pub(super) fn remove_template(&mut self, name: &str, language: &str) -> bool {
        let before = self.templates.len();
        self.templates.retain(|known| !known.is(name, language));
        self.templates.len() < before
    }

    /// The template that may be sent, or why not.
    pub(super) fn template(&self, name: &str, language: &str) -> Result<&Template, Refusal> {
        let found = self.templates.iter().find(|known| known.is(name, language));
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
                    "id": (FIRST_ID + index).to_string(),
                    "name": template.name,
                    "language": template.language,
                    "category": template.category,
                    "status": template.status.word(),
                    "rejected_reason": template.reason.as_deref().unwrap_or("NONE"),
                    "quality_score": { "score": template.quality.as_deref().unwrap_or("UNKNOWN") },
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
