//! The templates of the account: <https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview>.

use async_trait::async_trait;
use connector_api::{
    ExternalId, FetchError, MediaKind, ProviderTemplate, TemplateComponent, TemplateNews, Templates,
};
use serde_json::Value;

use crate::send::Line;
use crate::wire::{self, Loose, Template, TemplateButton, TemplatePage, TemplatePart};

const FIELDS: &str = "id,name,language,status,category,rejected_reason,quality_score,components";
/// The most that the provider gives at once.
const PAGE: &str = "100";
/// More pages than an account can have templates: a cursor that goes in a circle ends.
const PAGES: usize = 100;

#[async_trait]
impl Templates for Line {
    async fn templates(&self) -> Result<Vec<ProviderTemplate>, FetchError> {
        let account = self.account.as_deref().unwrap_or_default();
        let mut all = Vec::new();
        let mut after = String::new();
        for _ in 0..PAGES {
            let mut query = vec![("fields", FIELDS), ("limit", PAGE)];
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let page = self.graph.ask(&[account, "message_templates"], &query).await?;
            let page: TemplatePage = wire::read(&page).unwrap_or_default();
            all.extend(page.data.0.iter().filter_map(template));
            match next(&page) {
                Some(next) => after = next,
                None => break,
            }
        }
        Ok(all)
    }
}

/// The address of the next page holds the token, so only its cursor is taken.
fn next(page: &TemplatePage) -> Option<String> {
    let paging = page.paging.0.as_ref()?;
    paging.next.text()?;
    paging.cursors.0.as_ref()?.after.owned()
}

fn template(template: &Template) -> Option<ProviderTemplate> {
    let word = |text: &Loose| text.text().unwrap_or("unknown").to_lowercase();
    Some(ProviderTemplate {
        external_id: ExternalId::new(template.id.text()?),
        name: template.name.owned()?,
        language: template.language.owned()?,
        category: word(&template.category),
        status: word(&template.status),
        reason: template.rejected_reason.text().and_then(reason),
        quality: template
            .quality_score
            .0
            .as_ref()
            .and_then(|quality| quality.score.text())
            .map(str::to_lowercase),
        components: template.components.0.iter().flat_map(components).collect(),
    })
}

/// What a notification says of one template; `None` where it is about something else.
pub(crate) fn news(field: &str, value: &Value) -> Option<TemplateNews> {
    let word = |key: &str| Loose::of(value.get(key)).owned();
    let lower = |key: &str| word(key).map(|word| word.to_lowercase());
    let told = TemplateNews {
        name: word("message_template_name")?,
        language: word("message_template_language")?,
        ..TemplateNews::default()
    };
    Some(match field {
        "message_template_status_update" => TemplateNews {
            status: status(&word("event").unwrap_or_default()),
            reason: why(value),
            category: lower("message_template_category"),
            ..told
        },
        "message_template_quality_update" => TemplateNews { quality: lower("new_quality_score"), ..told },
        "template_category_update" => TemplateNews { category: lower("new_category"), ..told },
        "message_template_components_update" => told,
        _ => return None,
    })
}

/// The word of the list for the word of a notification. A flagged template is still sent.
fn status(event: &str) -> Option<String> {
    match event {
        "" | "FLAGGED" => None,
        "REINSTATED" => Some("approved".into()),
        event => Some(event.to_lowercase()),
    }
}

fn why(value: &Value) -> Option<String> {
    let title = value.get("other_info").and_then(|info| info.get("title"));
    let pause = match Loose::of(title).text() {
        Some("FIRST_PAUSE") => Some("Первая приостановка: клиенты недовольны этим шаблоном"),
        Some("SECOND_PAUSE") => {
            Some("Вторая приостановка: клиенты недовольны этим шаблоном, после третьей он будет отключён")
        }
        _ => None,
    };
    let rejected = Loose::of(value.get("rejection_info").and_then(|info| info.get("reason"))).owned();
    let word = Loose::of(value.get("reason")).text().and_then(reason);
    pause.map(str::to_owned).or(word).or(rejected)
}

fn reason(word: &str) -> Option<String> {
    Some(match word {
        "NONE" => return None,
        "ABUSIVE_CONTENT" => "Содержание сочтено недопустимым".into(),
        "INCORRECT_CATEGORY" | "TAG_CONTENT_MISMATCH" => "Содержание не соответствует категории".into(),
        "INVALID_FORMAT" => "Неверное оформление".into(),
        "PROMOTIONAL" => "Реклама в шаблоне, который не рекламный".into(),
        "SCAM" => "Содержание похоже на мошенничество".into(),
        word => word.into(),
    })
}

fn components(part: &TemplatePart) -> Vec<TemplateComponent> {
    let text = || part.text.exact().unwrap_or_default().to_owned();
    let upper = |word: &Loose| word.text().unwrap_or_default().to_ascii_uppercase();
    let file = |kind| vec![TemplateComponent::HeaderFile { kind }];
    match (upper(&part.kind).as_str(), upper(&part.format).as_str()) {
        ("HEADER", "IMAGE") => file(MediaKind::Image),
        ("HEADER", "VIDEO" | "GIF") => file(MediaKind::Video),
        ("HEADER", "DOCUMENT") => file(MediaKind::Document),
        ("HEADER", "TEXT" | "") => vec![TemplateComponent::HeaderText { text: text() }],
        ("BODY", _) => vec![TemplateComponent::Body { text: text() }],
        ("FOOTER", _) => vec![TemplateComponent::Footer { text: text() }],
        ("BUTTONS", _) => (0..).zip(&part.buttons.0).map(|(index, of)| button(index, of)).collect(),
        _ => Vec::new(),
    }
}

/// A quick reply comes back with its own words where no payload is given, so it needs none.
fn button(index: u8, button: &TemplateButton) -> TemplateComponent {
    let kind = button.kind.text().unwrap_or("unknown").to_ascii_lowercase();
    let open_end = button.url.text().is_some_and(|url| url.contains("{{"));
    TemplateComponent::Button {
        index,
        takes_value: open_end || kind == "copy_code",
        kind,
        text: button.text.exact().unwrap_or_default().to_owned(),
    }
}
