//! What a new message says, as the screen sends it.

use std::collections::BTreeMap;

use connector_api::{ContactCard, OutboundContent, PhoneNumber};
use crm_core::access::Viewer;
use crm_core::delivery::press::Place;
use crm_core::phrases::{self, phrase};
use crm_core::templates::{self, TemplatePress};
use crm_core::{ClientId, MediaId, PhraseId, TemplateId, media};
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
    /// A template that the provider approves.
    Template {
        /// Which.
        template_id: TemplateId,
        /// By the keys of its fields, where it is not filled by itself.
        #[serde(default)]
        values: BTreeMap<String, String>,
        /// The file above its text, where it has one.
        head_file: Option<MediaId>,
    },
    /// A text written beforehand.
    Phrase {
        /// Which.
        phrase_id: PhraseId,
        /// By the keys of its fields, where it is not filled by itself.
        #[serde(default)]
        values: BTreeMap<String, String>,
    },
}

impl MessageContent {
    /// Checks it and fills it in. `company` is the one meant, where the person speaks for several.
    pub(super) async fn read(
        self,
        conn: &mut PgConnection,
        viewer: &Viewer,
        place: &Place,
        company: Option<ClientId>,
    ) -> ApiResult<OutboundContent> {
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
            Self::Template { template_id, values, head_file } => {
                let files = media::outbound_files(conn, viewer, head_file.as_slice()).await?;
                let press = TemplatePress { template_id, values, head_file: files.into_iter().next() };
                OutboundContent::Template(templates::filled(conn, viewer, place, company, press).await?)
            }
            Self::Phrase { phrase_id, values } => {
                let phrase = phrase::get(conn, viewer, phrase_id).await?;
                let sources = phrases::sources(conn, viewer, Some(place.contact_id), company).await?;
                let filled = phrases::fill(&phrase.text, &values, &sources);
                if !filled.missing.is_empty() {
                    return Err(Problem::not_filled(&filled.missing));
                }
                OutboundContent::Text { text: words("text", filled.text)? }
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
