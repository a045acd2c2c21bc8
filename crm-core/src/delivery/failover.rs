//! A message that the rule sent and its channel certainly did not take goes by another one, once.

mod store;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::PgConnection;

pub use store::claim;

use super::{
    lane,
    press::{self, NewMessage, Writer},
    quiet::AtNight,
    route::{Chosen, PassedOver, Route, RuleMessage},
};
use crate::{
    AccountId, ClientId, ContactId, DeliveryId, InteractionId, UserId,
    access::audit::{self, Actor, Subject},
    clients::ClientError,
    timeline::feed::{self, Changes},
};

/// A message that was certainly not sent; locked.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Which.
    pub delivery: DeliveryId,
    /// By which account it did not go.
    pub account_id: AccountId,
    /// Name of that account.
    pub account: String,
    /// Its kind of network.
    pub channel: String,
    /// The person.
    pub root: ContactId,
    /// Why it failed.
    pub reason: Option<String>,
    /// What was to be sent.
    pub message: RuleMessage,
    /// What the rule had passed over before.
    pub passed_over: Vec<PassedOver>,
    /// A person has confirmed that it goes in quiet hours.
    at_night: bool,
    /// Its row.
    interaction_id: InteractionId,
    /// The company meant.
    pinned_client_id: Option<ClientId>,
    author_user_id: Option<UserId>,
    author_name: Option<String>,
}

impl Failed {
    /// What the next delivery keeps of the former choice and of its failure.
    fn passed_over(&self) -> Vec<PassedOver> {
        let reason = match &self.reason {
            Some(reason) => format!("Не отправлено: {reason}"),
            None => "Не отправлено.".to_owned(),
        };
        let mut all = self.passed_over.clone();
        all.push(PassedOver {
            account_id: self.account_id,
            account: self.account.clone(),
            channel: self.channel.clone(),
            reason,
        });
        all
    }
}

/// Sends it by another channel. `zone` is the company's. In the transaction of [`claim`].
pub async fn hand_over(
    conn: &mut PgConnection,
    failed: &Failed,
    route: Route,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), ClientError> {
    let id = DeliveryId::in_stead_of(failed.delivery);
    let because = format!("«{}» не отправил. {}", failed.account, route.because);
    let new = NewMessage {
        id,
        content: route.content,
        quote: None,
        planned_for: None,
        pin: None,
        parts: route.parts,
        purpose: failed.message.purpose,
        at_night: Some(if failed.at_night { AtNight::Send } else { AtNight::Hold }),
        lay_aside: None,
        chosen: Some(Chosen { because, passed_over: failed.passed_over(), message: failed.message.clone() }),
    };
    let writer = Writer {
        user: failed.author_user_id,
        name: failed.author_name.as_deref().unwrap_or_default(),
        origin: "live",
        replaces: Some(failed.delivery),
    };
    press::write(conn, writer, failed.root, now, &route.place, zone, new).await?;
    store::done(conn, failed.delivery, id, failed.pinned_client_id).await?;
    let subject = Subject::new("delivery", &failed.delivery);
    let after = serde_json::json!({ "replaced_by": id });
    audit::record(
        conn,
        &Actor::System("Порядок каналов"),
        "delivery.failover",
        subject,
        None,
        Some(after),
        now,
    )
    .await?;
    tell(conn, failed, now).await?;
    Ok(())
}

/// There is no other channel: the failure stays, with what was tried. In the transaction of [`claim`].
pub async fn give_up(
    conn: &mut PgConnection,
    failed: &Failed,
    passed_over: &[PassedOver],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut all = failed.passed_over.clone();
    for way in passed_over {
        if !all.iter().any(|known| known.account_id == way.account_id) {
            all.push(way.clone());
        }
    }
    store::none(conn, failed.delivery, &all).await?;
    lane::open_again(conn, failed.delivery, now).await?;
    tell(conn, failed, now).await
}

async fn tell(conn: &mut PgConnection, failed: &Failed, now: DateTime<Utc>) -> sqlx::Result<()> {
    let changes = Changes { interactions: vec![failed.interaction_id], ..Changes::default() };
    feed::tell(conn, &changes, now).await
}
