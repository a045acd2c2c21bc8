//! The ways to a person for the rule of channels: accounts and what their connectors say, as `crm_core::delivery::route`
//! wants to see them.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, Outbound, OutboundAction, OutboundMessage, Permission, SendError};
use crm_core::DeliveryId;
use crm_core::accounts::health::Light;
use crm_core::delivery::press::Place;
use crm_core::delivery::route::{self, Person, RuleMessage, Way};
use crm_core::delivery::rules::MessagingRules;
use sqlx::PgConnection;

use crate::accounts::{Account, Accounts};

/// Every account that the rule may choose, in its order.
pub async fn ways(
    conn: &mut PgConnection,
    accounts: &Accounts,
    rules: &MessagingRules,
    person: &Person,
    message: &RuleMessage,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Way>> {
    let mut ways = Vec::new();
    for account in accounts.all() {
        let Some(outbound) = account.connector.outbound().filter(|_| account.enabled) else { continue };
        let channel = account.channel.as_str();
        if rules.channel_order.iter().flatten().any(|wanted| wanted == channel) {
            ways.push(way(conn, &account, outbound, person, message, now).await?);
        }
    }
    Ok(route::in_order(&rules.channel_order, ways))
}

async fn way(
    conn: &mut PgConnection,
    account: &Account,
    outbound: &dyn Outbound,
    person: &Person,
    message: &RuleMessage,
    now: DateTime<Utc>,
) -> sqlx::Result<Way> {
    let place = person.place_in(account.id, |address| outbound.conversation_with(address));
    let (light, trouble) = match place {
        Some(_) => route::light(conn, account.id, now).await?,
        None => (Light::Green, None),
    };
    let permission = match &place {
        Some(place) => outbound.can_send(&place.facts, now),
        None => Permission::Closed { reason: String::new() },
    };
    let parts = match &place {
        Some(place) => {
            let content = route::content_for(account.id, &permission, message);
            let action = OutboundAction::Send { content, quote: None };
            parts(outbound, place, DeliveryId(uuid::Uuid::nil()), action).map_err(|error| words(&error))
        }
        None => Ok(1),
    };
    Ok(Way {
        account_id: account.id,
        account: account.name.clone(),
        channel: account.channel.as_str().to_owned(),
        place,
        light,
        trouble,
        permission,
        parts,
    })
}

/// How many of the provider's messages it makes; what the channel cannot carry is refused before it is stored.
pub fn parts(
    outbound: &dyn Outbound,
    place: &Place,
    id: DeliveryId,
    action: OutboundAction,
) -> Result<u16, SendError> {
    outbound.parts(&OutboundMessage {
        id: id.0,
        conversation: ExternalId::new(place.external_id.clone()),
        to: place.addresses.clone(),
        action,
    })
}

fn words(error: &SendError) -> String {
    match error {
        SendError::Rejected { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}
