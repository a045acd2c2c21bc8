//! While the messenger is away: what waits for it too long goes to the director by mail, many messages in one letter. What
//! waits goes on waiting, and gets to the messenger in its order as soon as it can.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Connection, PgConnection};

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

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting {
    chat: String,
    author: String,
    at: DateTime<Utc>,
    act: String,
    text: Option<String>,
    files: Vec<String>,
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

/// Writes one letter to everybody who is bound about all that waits and stood in no letter yet, when the oldest of it waits
/// too long. Returns how many messages it holds. Repeats safely.
pub async fn review(conn: &mut PgConnection, zone: Tz, now: DateTime<Utc>) -> sqlx::Result<usize> {
    let mut tx = conn.begin().await?;
    let settings = store::lock(&mut tx).await?;
    let before = now - TimeDelta::minutes(settings.after_minutes.into());
    if !settings.enabled || !store::is_due(&mut tx, before).await? {
        return Ok(0);
    }
    let waiting = store::take(&mut tx, now).await?;
    let words = letter(&waiting, zone);
    let mut told = false;
    for user in super::binding::bound(&mut tx).await? {
        let viewer = access::viewer_unscoped(&mut tx, user).await?;
        if viewer.is_some_and(|viewer| viewer.scope(Right::BridgeUse).is_some()) {
            told |= mail::to_user(&mut tx, user, &words, now).await?;
        }
    }
    // Without anybody to write to it is tried again: an address may be given meanwhile.
    if told {
        tx.commit().await?;
    }
    Ok(if told { waiting.len() } else { 0 })
}

fn letter(waiting: &[Waiting], zone: Tz) -> Words {
    let mut lines = vec![
        "Telegram сейчас недоступен. Эти сообщения ждут отправки и уйдут туда по порядку, когда связь вернётся:"
            .to_owned(),
    ];
    for (index, message) in waiting.iter().enumerate() {
        if index == 0 || waiting[index - 1].chat != message.chat {
            lines.push(format!("\n«{}»", message.chat));
        }
        lines.push(line(message, zone));
    }
    let count = waiting.len();
    Words {
        subject: format!("Telegram недоступен: ждут отправки сообщения ({count})"),
        text: lines.join("\n"),
    }
}

/// `02.11 09:01 Анна (исправлено): Машина вышла [накладная.pdf]`
fn line(message: &Waiting, zone: Tz) -> String {
    let at = message.at.with_timezone(&zone).format("%d.%m %H:%M");
    let mark = match message.act.as_str() {
        "edit" => " (исправлено)",
        "deletion" => " (удалено)",
        _ => "",
    };
    let text = message.text.as_deref().unwrap_or_default();
    let files =
        if message.files.is_empty() { String::new() } else { format!(" [{}]", message.files.join(", ")) };
    format!("{at} {}{mark}: {}", message.author, format!("{text}{files}").trim())
}

#[cfg(test)]
mod tests;
