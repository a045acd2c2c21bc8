//! Templates that a provider approves.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{ExternalId, FetchError, MediaKind, OutboundFile};

/// Present when the provider approves templates.
#[async_trait]
pub trait Templates: Send + Sync {
    /// All templates of the account with their states.
    async fn templates(&self) -> Result<Vec<ProviderTemplate>, FetchError>;
}

/// A template as the provider knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTemplate {
    /// The provider's id.
    pub external_id: ExternalId,
    /// Name; unique together with the language.
    pub name: String,
    /// As the provider writes it.
    pub language: String,
    /// `marketing`, `utility`, `authentication`; other words as they came, in lower case.
    pub category: String,
    /// `approved`, `pending`, `rejected`, `paused`, `disabled`; other words as they came, in lower case.
    pub status: String,
    /// Why it was rejected or paused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// How clients take it: `green`, `yellow`, `red`; other words as they came, in lower case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quality: Option<String>,
    /// Its parts.
    pub components: Vec<TemplateComponent>,
}

/// What a provider says of one template on its own account, before anybody asks. The words are those of
/// [`ProviderTemplate`]; what is `None` was not spoken of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateNews {
    /// Name; unique together with the language.
    pub name: String,
    /// As the provider writes it.
    pub language: String,
    /// The new state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<String>,
    /// Why it has this state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// How clients take it now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quality: Option<String>,
    /// Its new category.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub category: Option<String>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TemplateComponent {
    /// Above the body: words.
    HeaderText {
        /// With its placeholders.
        text: String,
    },
    /// Above the body: a file.
    HeaderFile {
        /// `Image`, `Video` or `Document`.
        kind: MediaKind,
    },
    /// The words, with placeholders `{{1}}` or `{{name}}`.
    Body {
        /// With its placeholders.
        text: String,
    },
    /// Below the body.
    Footer {
        /// No placeholders.
        text: String,
    },
    /// A button.
    Button {
        /// From 0.
        index: u8,
        /// The provider's kind of it: `quick_reply`, `url`, `phone_number`.
        kind: String,
        /// The words on it.
        text: String,
        /// It takes a value.
        takes_value: bool,
    },
}

/// A provider's template with its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilledTemplate {
    /// The provider's name of it.
    pub name: String,
    /// As the provider writes it: `ru`, `en_US`.
    pub language: String,
    /// Values of the head: a text, or a file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub header: Option<TemplateHeader>,
    /// Values of the body, in the template's order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub body: Vec<TemplateValue>,
    /// Values of buttons that take one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub buttons: Vec<TemplateButton>,
    /// The words as the client will read them, for our own timeline.
    pub text: String,
}

/// What stands above a template's body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A value of the head's text.
    Text(TemplateValue),
    /// A picture, film or document.
    File(OutboundFile),
}

/// One value of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateValue {
    /// Its name, in templates with named values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The words.
    pub text: String,
}

/// A value of one button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButton {
    /// From 0.
    pub index: u8,
    /// The provider's kind of it: `quick_reply`, `url`.
    pub kind: String,
    /// What comes back on a press, or the end of the address.
    pub value: String,
}
