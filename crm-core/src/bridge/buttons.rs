//! Presses on buttons under the bot's messages. Whatever is pressed is answered, so that no button goes on spinning.

mod store;

use chrono::{DateTime, Utc};
use connector_api::{BridgeAct, BridgeSender, ExternalId};
use sqlx::PgConnection;

use super::{arrive::Bridged, ask, binding, inbox};
use crate::{
    AccountId,
    access::audit::{self, Actor, Subject},
    decisions,
    delivery::press,
};

pub(super) use store::{forget_before, heard};

/// A button that nothing of ours knows any more.
const DEAD: &str = "Эта кнопка больше не действует.";

/// Pressed by somebody whom nobody knows.
const STRANGER: &str = "Кнопки работают только у сотрудников, которые связали свой Telegram с Узлом.";

/// Takes a press. Wants the transaction of the ingest; told twice it is heard once.
pub(super) async fn take(conn: &mut PgConnection, event: &Bridged, now: DateTime<Utc>) -> sqlx::Result<()> {
    let Bridged { account_id: account, external_id, told } = event;
    let (BridgeAct::Press { data, .. }, Some(sender)) = (&told.act, &told.sender) else { return Ok(()) };
    if !heard(conn, *account, external_id, now).await? {
        return Ok(());
    }
    let words = match binding::viewer(conn, *account, sender).await? {
        None => {
            refused(conn, *account, sender, external_id, now).await?;
            STRANGER.to_owned()
        }
        Some(viewer) => {
            let known = match inbox::press(conn, event, &viewer, now).await? {
                Some(words) => Some(words),
                None => ask::pressed(conn, event, &viewer, now).await?,
            };
            match known {
                Some(words) => words.to_owned(),
                None => decisions::copies::pressed(conn, &viewer, data, now)
                    .await?
                    .unwrap_or_else(|| DEAD.to_owned()),
            }
        }
    };
    press::answer(conn, *account, &told.place, external_id, &words, now).await
}

/// Whoever presses was shown the button once: that he presses it still is worth a line each time.
async fn refused(
    conn: &mut PgConnection,
    account: AccountId,
    sender: &BridgeSender,
    press: &ExternalId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let subject = Subject::new("bridge_stranger", &sender.address.key());
    let after =
        Some(serde_json::json!({ "name": sender.name, "account_id": account, "press": press.as_str() }));
    let actor = Actor::System("мост: незнакомый человек");
    audit::record(conn, &actor, "bridge.refuse_press", subject, None, after, now).await
}
