//! The morning's summary: once a day at a set time by the clock of the company, to everybody who is bound.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{Command, Context, figures, store, tell, told, words};
use crate::{
    access::{
        self, Right, Scope, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
};

/// When the summary goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BridgeDigest)]
pub struct Digest {
    /// It goes every day.
    pub enabled: bool,
    /// `09:00`, by the clock of the company.
    pub at: String,
}

/// When the summary goes.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer) -> Result<Digest> {
    viewer.require(Right::BridgeManage)?;
    let (enabled, at) = store::digest(conn).await?;
    Ok(Digest { enabled, at: at.format("%H:%M").to_string() })
}

/// Sets when the summary goes. Where the time of today is over, the first one goes tomorrow. Wants a transaction.
pub async fn set(
    conn: &mut PgConnection,
    viewer: &Viewer,
    wanted: &Digest,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = get(conn, viewer).await?;
    let at = NaiveTime::parse_from_str(&wanted.at, "%H:%M")
        .map_err(|_| ClientError::Invalid {
            field: "at", reason: "Время пишется как «09:00»."
        })?;
    if before == *wanted {
        return Ok(());
    }
    let local = now.with_timezone(&zone).naive_local();
    let over = (local.time() >= at).then(|| local.date());
    store::set_digest(conn, wanted.enabled, at, over).await?;
    let subject = Subject::new("bridge", "digest");
    let actor = Actor::User(viewer);
    audit::record(conn, &actor, "bridge.digest", subject, Some(json!(before)), Some(json!(wanted)), now)
        .await?;
    Ok(())
}

/// Sends the summary when its time has come and it was not sent today. Returns to how many people. Run twice it sends once.
pub async fn send(conn: &mut PgConnection, context: &Context, now: DateTime<Utc>) -> sqlx::Result<usize> {
    let local = now.with_timezone(&context.zone).naive_local();
    let mut tx = conn.begin().await?;
    if !store::claim_digest(&mut tx, local.date(), local.time()).await? {
        return Ok(0);
    }
    // Counted once for all: the same figures for everybody, while the row is locked.
    let yesterday = yesterday(&mut tx, context, now).await?;
    let mut sent = 0;
    for bound in store::bound(&mut tx).await? {
        let viewer = access::viewer_unscoped(&mut tx, bound.user_id).await?;
        let Some(viewer) = viewer.filter(|viewer| viewer.scope(Right::BridgeUse).is_some()) else { continue };
        let text = summary(&mut tx, &viewer, yesterday.as_deref(), context, now).await?;
        tell(&mut tx, bound.account_id, &bound.chat, text, now).await?;
        sent += 1;
    }
    tx.commit().await?;
    Ok(sent)
}

/// Yesterday's figures, rates and debts, each as far as the reader may know them.
async fn summary(
    conn: &mut PgConnection,
    viewer: &Viewer,
    yesterday: Option<&str>,
    context: &Context,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    let mut parts = vec!["Доброе утро! Сводка Узла.".to_owned()];
    if viewer.scope(Right::ClientsRead) == Some(Scope::All) {
        parts.extend(yesterday.map(str::to_owned));
    }
    parts.push(told(conn, viewer, Command::Rates, context, now).await?);
    if viewer.scope(Right::ClientsRead).is_some() {
        parts.push(told(conn, viewer, Command::Debts, context, now).await?);
    }
    Ok(parts.join("\n\n"))
}

async fn yesterday(
    conn: &mut PgConnection,
    context: &Context,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    let Some(day) = now.with_timezone(&context.zone).date_naive().pred_opt() else { return Ok(None) };
    let figures = figures::of_day(conn, day, context.zone).await?;
    Ok(Some(words::day("Вчера", day, &figures)))
}
