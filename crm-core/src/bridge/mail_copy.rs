//! While the messenger is away: what waits for it too long goes to the director by mail, many messages in one letter. What
//! waits goes on waiting, and gets to the messenger in its order as soon as it can.

mod said;
mod store;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use said::Said;

use crate::{
    access::{
        self, Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
    mail::{self, Words},
};

/// Whether copies are written, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BridgeMailCopy)]
pub struct MailCopy {
    /// They are.
    pub enabled: bool,
    /// What waits longer than so many minutes is written; 1 to 1440.
    pub after_minutes: i32,
}

/// A message that waits; what it says depends on who reads.
struct Waiting {
    chat: String,
    in_room: bool,
    message_id: Uuid,
    at: DateTime<Utc>,
    act: String,
}

/// Whether copies are written, and when.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer) -> Result<MailCopy> {
    viewer.require(Right::BridgeManage)?;
    Ok(store::get(conn).await?)
}

/// Sets when copies are written. Wants a transaction.
pub async fn set(
    conn: &mut PgConnection,
    viewer: &Viewer,
    wanted: MailCopy,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = get(conn, viewer).await?;
    if !(1..=1440).contains(&wanted.after_minutes) {
        return Err(ClientError::Invalid {
            field: "after_minutes",
            reason: "Срок — от одной минуты до суток (1440 минут).",
        });
    }
    if before == wanted {
        return Ok(());
    }
    store::set(conn, wanted).await?;
    let subject = Subject::new("bridge", "mail_copy");
    let actor = Actor::User(viewer);
    audit::record(conn, &actor, "bridge.mail_copy", subject, Some(json!(before)), Some(json!(wanted)), now)
        .await?;
    Ok(())
}

/// Writes to everybody who is bound, when the oldest of what waits and stood in no letter yet waits too long: one letter with
/// all of it that he may read. Returns how many messages were told. Repeats safely.
pub async fn review(conn: &mut PgConnection, zone: Tz, now: DateTime<Utc>) -> sqlx::Result<usize> {
    let mut tx = conn.begin().await?;
    let settings = store::lock(&mut tx).await?;
    let before = now - TimeDelta::minutes(settings.after_minutes.into());
    if !settings.enabled || !store::is_due(&mut tx, before).await? {
        return Ok(0);
    }
    let waiting = store::take(&mut tx, now).await?;
    let (mut told, mut read, mut unaddressed) = (false, false, false);
    for user in super::binding::bound(&mut tx).await? {
        let viewer = access::viewer_unscoped(&mut tx, user).await?;
        let Some(viewer) = viewer.filter(|viewer| viewer.scope(Right::BridgeUse).is_some()) else { continue };
        read = true;
        let said = said::by_reader(&mut tx, &viewer, &waiting).await?;
        let lines: Vec<_> = waiting.iter().zip(said).filter_map(|(row, said)| Some((row, said?))).collect();
        if lines.is_empty() {
            continue;
        }
        let written = mail::to_user(&mut tx, user, &letter(&lines, zone), now).await?;
        (told, unaddressed) = (told || written, unaddressed || !written);
    }
    // Without anybody to write to it is tried again: an address may be given meanwhile. What nobody may read is let go.
    if told || (read && !unaddressed) {
        tx.commit().await?;
    }
    Ok(if told { waiting.len() } else { 0 })
}

fn letter(waiting: &[(&Waiting, Said)], zone: Tz) -> Words {
    let mut lines = vec![
        "Telegram недоступен, или бота нет в группе руководителя. Эти сообщения ждут и уйдут туда по порядку:"
            .to_owned(),
    ];
    let mut chat = None;
    for (message, said) in waiting {
        if chat != Some(&message.chat) {
            lines.push(format!("\n«{}»", message.chat));
            chat = Some(&message.chat);
        }
        lines.push(line(message, said, zone));
    }
    let count = waiting.len();
    Words {
        subject: format!("Не уходит в Telegram: ждут отправки сообщения ({count})"),
        text: lines.join("\n"),
    }
}

/// `02.11 09:01 Анна (исправлено): Машина вышла [накладная.pdf]`
fn line(message: &Waiting, said: &Said, zone: Tz) -> String {
    let at = message.at.with_timezone(&zone).format("%d.%m %H:%M");
    if said.deleted {
        return format!("{at} {} (удалено)", said.author);
    }
    let mark =
        if matches!(message.act.as_str(), "edit" | "correction") { " (исправлено)" } else { "" };
    let files = if said.files.is_empty() { String::new() } else { format!(" [{}]", said.files.join(", ")) };
    format!("{at} {}{mark}: {}", said.author, format!("{}{files}", said.text).trim())
}

#[cfg(test)]
mod tests;
