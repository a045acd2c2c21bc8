//! What a new message says, as the screen sends it.

use connector_api::{ContactCard, FilledTemplate, OutboundContent, PhoneNumber};
use crm_core::access::Viewer;
use crm_core::{MediaId, media};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::http::{ApiResult, Problem};

/// No channel carries more in one go, however it is split.
const LONGEST_TEXT: usize = 20_000;

/// What a new message says.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum MessageContent {
    /// Plain text.
    Text {
        /// Exact; sent without any mark-up.
        text: String,
    },
    /// Files, uploaded before or passed on from a timeline, with a text.
    Files {
        /// Their ids, in the order wanted.
        files: Vec<MediaId>,
        /// The text under them.
        caption: Option<String>,
    },
    /// A place.
    Location {
        /// Degrees.
        #[schema(value_type = String)]
        latitude: Decimal,
        /// Degrees.
        #[schema(value_type = String)]
        longitude: Decimal,
        /// Name of the place.
        name: Option<String>,
        /// Postal address.
        address: Option<String>,
    },
    /// A visiting card.
    Contact {
        /// Name of the person.
        name: String,
        /// Numbers as written.
        phones: Vec<String>,
        /// Company.
        organization: Option<String>,
    },
    /// A template approved by the provider, filled in.
    Template {
        /// With its values.
        #[schema(value_type = Object)]
        template: FilledTemplate,
    },
}

impl MessageContent {
    /// Checks it.
    pub(super) async fn read(self, conn: &mut PgConnection, viewer: &Viewer) -> ApiResult<OutboundContent> {
        Ok(match self {
            Self::Text { text } => OutboundContent::Text { text: words("text", text)? },
            Self::Files { files, caption } => {
                if files.is_empty() {
                    return Err(Problem::invalid_field("files", "Приложите хотя бы один файл."));
                }
                let caption = caption.filter(|text| !text.trim().is_empty());
                let caption = caption.map(|text| words("caption", text)).transpose()?;
                OutboundContent::Media { files: media::outbound_files(conn, viewer, &files).await?, caption }
            }
            Self::Location { latitude, longitude, name, address } => {
                if latitude.abs() > Decimal::from(90) || longitude.abs() > Decimal::from(180) {
                    return Err(Problem::invalid_field("latitude", "Такого места на Земле нет."));
                }
                OutboundContent::Location { latitude, longitude, name, address }
            }
            Self::Contact { name, phones, organization } => {
                let name = words("name", name)?;
                if phones.is_empty() {
                    return Err(Problem::invalid_field("phones", "Укажите хотя бы один номер."));
                }
                let read = phones
                    .iter()
                    .filter_map(|text| PhoneNumber::parse(text, connector_api::Region::default()));
                let card = ContactCard {
                    name: Some(name),
                    organization,
                    phones: read.collect(),
                    phone_texts: phones.clone(),
                    emails: Vec::new(),
                };
                OutboundContent::Contacts { cards: vec![card] }
            }
            Self::Template { template } => {
                words("template", template.text.clone())?;
                OutboundContent::Template(template)
            }
        })
    }
}

/// A text that says something and is not endless.
pub(super) fn words(field: &'static str, text: String) -> ApiResult<String> {
    if text.trim().is_empty() {
        return Err(Problem::invalid_field(field, "Напишите текст."));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(Problem::invalid_field(field, "Текст длиннее 20 000 знаков: отправьте его файлом."));
    }
    if text.contains('\0') {
        return Err(Problem::invalid_field(field, "В тексте есть недопустимый знак."));
    }
    Ok(text)
}
