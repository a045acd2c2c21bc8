//! The copy of a provider's template: its state, its fields, and its way to a client.

mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_api::{FilledTemplate, MediaKind, OutboundFile, TemplateComponent};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::fill::{self, FieldPart, FillError, TemplateField};
use crate::{
    AccountId, ClientId, ContactId, TemplateId,
    access::{
        Forbidden, Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::ClientError,
    delivery::press::Place,
    phrases::{self, MissingField, Source, Sources, Values},
};

const LONGEST_LABEL: usize = 60;

/// How our people call a field, and what fills it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// As people call it; otherwise the name that it has by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub label: Option<String>,
    /// What fills it; otherwise it is filled by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<Source>,
}

/// By the keys of the fields.
pub type Bindings = BTreeMap<String, Binding>;

/// A template as the account has it at its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Template {
    /// Which.
    pub id: TemplateId,
    /// Whose.
    pub account_id: AccountId,
    /// Name; unique together with the language.
    pub name: String,
    /// As the provider writes it.
    pub language: String,
    /// `marketing`, `utility`, `authentication`; other words as they came.
    pub category: String,
    /// `approved`, `pending`, `rejected`, `paused`, `disabled`; other words as they came.
    pub status: String,
    /// Why it was rejected or paused.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// `green`, `yellow`, `red`; other words as they came.
    #[schema(required = true)]
    pub quality: Option<String>,
    /// The words, with their placeholders.
    pub text: String,
    /// The kind of file that stands above the words: `image`, `video`, `document`.
    #[schema(required = true, value_type = Option<String>)]
    pub head_file: Option<MediaKind>,
    /// The words on its buttons.
    pub buttons: Vec<String>,
    /// What it is filled with.
    pub fields: Vec<TemplateField>,
    /// Why it cannot be sent, in Russian; `null` for one that can.
    #[schema(required = true)]
    pub refusal: Option<String>,
    /// When the provider last listed it.
    pub last_seen_at: DateTime<Utc>,
    /// Since when the provider lists it no more.
    #[schema(required = true)]
    pub gone_at: Option<DateTime<Utc>>,
}

/// A template that can be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TemplateName {
    /// Which.
    pub id: TemplateId,
    /// Its name at the provider.
    pub name: String,
    /// As the provider writes it.
    pub language: String,
}

/// What a person gives for a template.
#[derive(Clone, Debug)]
pub struct TemplatePress {
    /// Which.
    pub template_id: TemplateId,
    /// Of fields that are not filled by themselves, or that shall say something else.
    pub values: Values,
    /// What stands above the text.
    pub head_file: Option<OutboundFile>,
}

/// A template as it would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplatePreview {
    /// What the client would read; what is missing stands as at the provider.
    pub text: String,
    /// Fields without a value.
    pub missing: Vec<MissingField>,
}

/// Why a template is not shown, bound or sent.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such template, or it is another account's.
    #[error("there is no such template")]
    Missing,
    /// It cannot be sent now; a Russian sentence.
    #[error("the template cannot be sent")]
    NotReady(String),
    /// It is not whole.
    #[error(transparent)]
    NotFilled(#[from] FillError),
    /// A binding names no field, or its label cannot be.
    #[error("the binding of {0} is wrong")]
    Binding(String),
    /// The person cannot be read.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The database failed.
    #[error("templates could not be read or written")]
    Database(#[from] sqlx::Error),
}

struct Stored {
    id: TemplateId,
    account_id: AccountId,
    name: String,
    language: String,
    category: String,
    status: String,
    reason: Option<String>,
    quality: Option<String>,
    components: sqlx::types::Json<Vec<TemplateComponent>>,
    bindings: sqlx::types::Json<Bindings>,
    last_seen_at: DateTime<Utc>,
    gone_at: Option<DateTime<Utc>>,
}

/// All templates of an account, also those that cannot be sent, by name and language. The provider keeps at most a few
/// hundred, so they come in one page.
pub async fn of_account(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
) -> Result<Vec<Template>, TemplateError> {
    viewer.require(Right::AccountsManage)?;
    let stored = store::of_account(conn, account).await?;
    Ok(stored.into_iter().map(|stored| stored.shown(&Sources::default())).collect())
}

/// Templates of a conversation's account that can be sent, with what is known for their fields, by name and language.
pub async fn offers(
    conn: &mut PgConnection,
    viewer: &Viewer,
    place: &Place,
) -> Result<Vec<Template>, TemplateError> {
    let sources = phrases::sources(conn, viewer, Some(place.contact_id), None).await?;
    let stored = store::of_account(conn, place.account_id).await?;
    Ok(stored.into_iter().filter(Stored::is_ready).map(|stored| stored.shown(&sources)).collect())
}

/// The names of those that can be sent into a conversation that the viewer reads.
pub async fn ready(conn: &mut PgConnection, place: &Place) -> sqlx::Result<Vec<TemplateName>> {
    store::ready(conn, place.account_id).await
}

/// Says how people call fields and what fills them, in place of what was said before. Wants a transaction.
pub async fn bind(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TemplateId,
    bindings: Bindings,
    now: DateTime<Utc>,
) -> Result<Template, TemplateError> {
    viewer.require(Right::AccountsManage)?;
    let mut stored = store::lock(conn, id).await?.ok_or(TemplateError::Missing)?;
    let known = fill::fields(&stored.components, &Bindings::new(), &Sources::default());
    for (key, binding) in &bindings {
        let fits = |label: &String| {
            !label.trim().is_empty()
                && label.chars().count() <= LONGEST_LABEL
                && !label.contains(char::is_control)
        };
        if known.iter().all(|field| field.key != *key) || !binding.label.as_ref().is_none_or(fits) {
            return Err(TemplateError::Binding(key.clone()));
        }
    }
    if *stored.bindings != bindings {
        store::set_bindings(conn, id, &bindings).await?;
        let (before, after) = (json!(stored.bindings.0), json!(bindings));
        let subject = Subject::new("template", &id);
        audit::record(conn, &Actor::User(viewer), "template.bind", subject, Some(before), Some(after), now)
            .await?;
        stored.bindings.0 = bindings;
    }
    Ok(stored.shown(&Sources::default()))
}

/// What goes to the provider, or why it does not: an unknown template, one that may not be sent, a field without a value, a
/// file of another kind.
pub async fn filled(
    conn: &mut PgConnection,
    viewer: &Viewer,
    place: &Place,
    company: Option<ClientId>,
    press: TemplatePress,
) -> Result<FilledTemplate, TemplateError> {
    let (stored, fields) = with_values(conn, viewer, place, company, &press).await?;
    stored.whole(&fields, press.head_file)
}

/// The same for a message whose channel is chosen later: with the account that alone can send it. `contact` is the person.
pub async fn filled_for(
    conn: &mut PgConnection,
    viewer: &Viewer,
    contact: ContactId,
    company: Option<ClientId>,
    press: TemplatePress,
) -> Result<(AccountId, FilledTemplate), TemplateError> {
    let stored = store::get(conn, press.template_id).await?.ok_or(TemplateError::Missing)?;
    let account = stored.account_id;
    let (stored, fields) = valued(conn, viewer, stored, contact, company, &press).await?;
    Ok((account, stored.whole(&fields, press.head_file)?))
}

/// The account at which a template is approved.
pub async fn account_of(conn: &mut PgConnection, id: TemplateId) -> Result<AccountId, TemplateError> {
    Ok(store::get(conn, id).await?.ok_or(TemplateError::Missing)?.account_id)
}

/// What the client would read.
pub async fn preview(
    conn: &mut PgConnection,
    viewer: &Viewer,
    place: &Place,
    company: Option<ClientId>,
    press: &TemplatePress,
) -> Result<TemplatePreview, TemplateError> {
    let (stored, fields) = with_values(conn, viewer, place, company, press).await?;
    let value = |part: FieldPart, name: &str| {
        fields.iter().find(|field| field.part == part && field.name == name)?.value.as_deref()
    };
    Ok(TemplatePreview { text: fill::text(&stored.components, value), missing: fill::missing(&fields) })
}

async fn with_values(
    conn: &mut PgConnection,
    viewer: &Viewer,
    place: &Place,
    company: Option<ClientId>,
    press: &TemplatePress,
) -> Result<(Stored, Vec<TemplateField>), TemplateError> {
    let stored = store::get(conn, press.template_id).await?;
    let stored = stored.filter(|known| known.account_id == place.account_id).ok_or(TemplateError::Missing)?;
    valued(conn, viewer, stored, place.contact_id, company, press).await
}

async fn valued(
    conn: &mut PgConnection,
    viewer: &Viewer,
    stored: Stored,
    contact: ContactId,
    company: Option<ClientId>,
    press: &TemplatePress,
) -> Result<(Stored, Vec<TemplateField>), TemplateError> {
    let sources = phrases::sources(conn, viewer, Some(contact), company).await?;
    let fields = fill::fields(&stored.components, &stored.bindings, &sources);
    let fields = fill::with_values(fields, &press.values);
    Ok((stored, fields))
}

impl Stored {
    fn whole(
        &self,
        fields: &[TemplateField],
        head_file: Option<OutboundFile>,
    ) -> Result<FilledTemplate, TemplateError> {
        if let Some(refusal) = self.refusal() {
            return Err(TemplateError::NotReady(refusal));
        }
        Ok(fill::fill((&self.name, &self.language), &self.components, fields, head_file)?)
    }

    fn is_ready(&self) -> bool {
        self.refusal().is_none()
    }

    /// Why it cannot be sent.
    fn refusal(&self) -> Option<String> {
        let name = &self.name;
        if self.gone_at.is_some() {
            return Some(format!("Шаблон «{name}» удалён у провайдера: выберите другой."));
        }
        let because = |words: &str| match &self.reason {
            Some(reason) => format!("Шаблон «{name}» {words}: {reason}. Выберите другой."),
            None => format!("Шаблон «{name}» {words}. Выберите другой."),
        };
        match self.status.as_str() {
            "approved" => None,
            "pending" | "in_appeal" => {
                Some(format!("Шаблон «{name}» ещё на проверке у провайдера: выберите другой."))
            }
            "rejected" => Some(because("отклонён провайдером")),
            "paused" => Some(because("приостановлен провайдером")),
            "disabled" => Some(because("отключён провайдером")),
            "deleted" | "pending_deletion" => {
                Some(format!("Шаблон «{name}» удалён у провайдера: выберите другой."))
            }
            other => {
                Some(format!("Шаблон «{name}» сейчас не отправляется (состояние {other}): выберите другой."))
            }
        }
    }

    fn shown(self, sources: &Sources) -> Template {
        let refusal = self.refusal();
        let buttons = self.components.iter().filter_map(|component| match component {
            TemplateComponent::Button { text, .. } => Some(text.clone()),
            _ => None,
        });
        Template {
            text: fill::text(&self.components, |_, _| None),
            head_file: fill::head_file(&self.components),
            buttons: buttons.collect(),
            fields: fill::fields(&self.components, &self.bindings, sources),
            refusal,
            id: self.id,
            account_id: self.account_id,
            name: self.name,
            language: self.language,
            category: self.category,
            status: self.status,
            reason: self.reason,
            quality: self.quality,
            last_seen_at: self.last_seen_at,
            gone_at: self.gone_at,
        }
    }
}
