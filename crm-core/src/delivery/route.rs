//! The rule of channels (X3): of all ways to a person it chooses one, and says why. Which channels there are and what
//! they can is told by the caller; their order is the company's.

mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use connector_api::{FilledTemplate, OutboundContent, Permission};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{
    press::{Place, WriteTo},
    purpose::StatedPurpose,
};
use crate::{
    AccountId, ContactId, ConversationId,
    access::{Right, Viewer},
    accounts::health::Light,
    clients::{error::Result, reach},
};

/// What is to be sent, whichever channel it goes by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleMessage {
    /// The words.
    pub text: String,
    /// The same words as a template, for a channel that takes nothing else at the moment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub template: Option<FilledTemplate>,
    /// The account at which the template is approved: no other one sends it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub template_account: Option<AccountId>,
    /// What it is for, where the sender said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub purpose: Option<StatedPurpose>,
}

/// A person as the rule sees him.
#[derive(Clone, Debug)]
pub struct Person {
    /// The root card.
    pub root: ContactId,
    /// Addresses, phones first.
    pub addresses: Vec<WriteTo>,
    /// Conversations, the one where he wrote last first.
    pub conversations: Vec<Place>,
}

/// One of our accounts as a way to the person.
#[derive(Clone, Debug)]
pub struct Way {
    /// Which.
    pub account_id: AccountId,
    /// Its name.
    pub account: String,
    /// The kind of network.
    pub channel: String,
    /// Where the message would stand; none where the person cannot be reached by it.
    pub place: Option<Place>,
    /// The account's light.
    pub light: Light,
    /// Why it is not green.
    pub trouble: Option<String>,
    /// What the conversation takes now.
    pub permission: Permission,
    /// How many of the provider's messages it makes, or why the channel cannot carry it.
    pub parts: std::result::Result<u16, String>,
}

/// A way that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PassedOver {
    /// Which account.
    pub account_id: AccountId,
    /// Its name.
    pub account: String,
    /// The kind of network.
    pub channel: String,
    /// Why not, in words.
    pub reason: String,
}

/// What the rule chose.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where the message goes.
    pub place: Place,
    /// Name of the account.
    pub account: String,
    /// The kind of network.
    pub channel: String,
    /// What is sent there.
    pub content: OutboundContent,
    /// How many of the provider's messages it makes.
    pub parts: u16,
    /// Why this one, in words.
    pub because: String,
}

/// What a delivery keeps of the choice.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Why this channel.
    pub because: String,
    /// Which were dearer, and why none of them.
    pub passed_over: Vec<PassedOver>,
    /// What the rule was asked to send.
    pub message: RuleMessage,
}

/// The ways in the order of the rule: the dearest channel first, and of equal ones where the person wrote last.
pub fn in_order(order: &[Vec<String>], mut ways: Vec<Way>) -> Vec<Way> {
    let place = |way: &Way| order.iter().position(|equal| equal.contains(&way.channel));
    ways.retain(|way| place(way).is_some());
    let heard = |way: &Way| way.place.as_ref().and_then(|place| place.facts.last_inbound_at);
    // Stable: accounts of one kind stay in the order in which they were made.
    ways.sort_by_key(|way| (place(way), std::cmp::Reverse(heard(way))));
    ways
}

/// Takes the first way that carries the message, and keeps why the ones before do not. Pure. `ways` are
/// [`in_order`].
pub fn choose(ways: Vec<Way>, message: &RuleMessage) -> (Option<Route>, Vec<PassedOver>) {
    let mut passed_over = Vec::new();
    for way in ways {
        match usable(&way, message) {
            Err(reason) => passed_over.push(PassedOver {
                account_id: way.account_id,
                account: way.account,
                channel: way.channel,
                reason,
            }),
            Ok((place, parts, content, because)) => {
                let (account, channel) = (way.account, way.channel);
                return (Some(Route { place, account, channel, content, parts, because }), passed_over);
            }
        }
    }
    (None, passed_over)
}

/// The content for a way with this permission: a template only where nothing else is taken.
pub fn content_for(account: AccountId, permission: &Permission, message: &RuleMessage) -> OutboundContent {
    match (message.template_of(account), permission) {
        (Some(template), Permission::TemplatesOnly) => OutboundContent::Template(template.clone()),
        _ => OutboundContent::Text { text: message.text.clone() },
    }
}

impl RuleMessage {
    fn template_of(&self, account: AccountId) -> Option<&FilledTemplate> {
        // One that was queued by a former release does not tell whose it is.
        self.template.as_ref().filter(|_| self.template_account.is_none_or(|its| its == account))
    }
}

/// Where, in how many parts, what, and why.
type Usable = (Place, u16, OutboundContent, String);

fn usable(way: &Way, message: &RuleMessage) -> std::result::Result<Usable, String> {
    let place = way.place.as_ref().ok_or("Клиента здесь нет: ни диалога, ни подходящего номера.")?;
    if way.light == Light::Red {
        let trouble = way.trouble.as_deref().unwrap_or("причина неизвестна");
        return Err(format!("Канал недоступен: {trouble}"));
    }
    let because = match &way.permission {
        Permission::Closed { reason } => return Err(reason.clone()),
        Permission::TemplatesOnly if message.template.is_none() => {
            return Err("Окно переписки закрыто, а шаблон не указан.".to_owned());
        }
        Permission::TemplatesOnly if message.template_of(way.account_id).is_none() => {
            return Err("Окно переписки закрыто, а шаблон принадлежит другому каналу.".to_owned());
        }
        Permission::TemplatesOnly => "Окно переписки закрыто, но есть шаблон.",
        Permission::Open { until: Some(_) } => "Окно переписки открыто.",
        Permission::Open { until: None } if place.facts.last_inbound_at.is_some() => "Клиент пишет сюда.",
        Permission::Open { until: None } => "Сообщение дойдёт на номер клиента.",
    };
    let parts = way.parts.clone()?;
    Ok((place.clone(), parts, content_for(way.account_id, &way.permission, message), because.to_owned()))
}

/// A person to whom the viewer may write; his card is locked until the transaction ends, so that two presses never choose
/// at once.
pub async fn person(conn: &mut PgConnection, viewer: &Viewer, contact: ContactId) -> Result<Person> {
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    Ok(person_of_root(conn, root).await?)
}

/// The same for looking alone.
pub async fn person_to_read(conn: &mut PgConnection, viewer: &Viewer, contact: ContactId) -> Result<Person> {
    viewer.require(Right::ClientsWrite)?;
    let root = reach::readable_contact(conn, viewer, contact).await?;
    Ok(person_of_root(conn, root).await?)
}

/// The person of a card, for a rule that acts as the system.
pub async fn person_of_root(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Person> {
    let addresses = super::press::identities(conn, root).await?;
    let mut conversations = Vec::new();
    for id in store::conversations(conn, root).await? {
        conversations.extend(super::press::known_place(conn, id).await?);
    }
    Ok(Person { root, addresses, conversations })
}

impl Person {
    /// The place of an account: the conversation where the person wrote last, else the one that a first message would
    /// begin. `key` tells the conversation's key for an address.
    pub fn place_in(
        &self,
        account: AccountId,
        key: impl Fn(&connector_api::Address) -> Option<connector_api::ExternalId>,
    ) -> Option<Place> {
        let known = self.conversations.iter().find(|place| place.account_id == account);
        known.cloned().or_else(|| {
            self.addresses.iter().find_map(|to| {
                let external_id = key(&to.address)?.to_string();
                Some(Place {
                    conversation_id: ConversationId::derived(account, &external_id),
                    account_id: account,
                    contact_id: to.contact_id,
                    identity_id: Some(to.identity_id),
                    addresses: vec![to.address.clone()],
                    facts: connector_api::ConversationFacts {
                        conversation: Some(connector_api::ExternalId::new(external_id.clone())),
                        ..connector_api::ConversationFacts::default()
                    },
                    external_id,
                })
            })
        })
    }
}

/// How an account is doing, as the rule wants to know it.
pub async fn light(
    conn: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<(Light, Option<String>)> {
    let health = crate::accounts::health::health(conn, account, now).await?;
    Ok((health.light, health.causes.into_iter().next().map(|cause| cause.text)))
}
