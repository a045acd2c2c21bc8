//! Presses on buttons under the bot's messages. Whatever is pressed is answered, so that no button goes on spinning.

use chrono::{DateTime, Utc};
use connector_api::BridgeAct;
use sqlx::PgConnection;

use super::{arrive::Bridged, binding, inbox};
use crate::delivery::press;

/// A button that nothing of ours knows any more.
const DEAD: &str = "Эта кнопка больше не действует.";

/// Pressed by somebody whom nobody knows.
const STRANGER: &str = "Кнопки работают только у сотрудников, которые привязали свой Telegram.";

/// Takes a press. Wants the transaction of the ingest; the same press comes once.
pub(super) async fn take(conn: &mut PgConnection, event: &Bridged, now: DateTime<Utc>) -> sqlx::Result<()> {
    let Bridged { account_id: account, external_id, told } = event;
    let (BridgeAct::Press { .. }, Some(sender)) = (&told.act, &told.sender) else { return Ok(()) };
    let words = match binding::viewer(conn, *account, sender).await? {
        None => {
            binding::refused(conn, *account, sender, now).await?;
            STRANGER
        }
        Some(viewer) => inbox::press(conn, event, &viewer, now).await?.unwrap_or(DEAD),
    };
    press::answer(conn, *account, &told.place, external_id, words, now).await
}
