//! What clients said while nobody heard them, at a provider that can be asked by conversation only: after a long absence of
//! the hub or a gap of the subscription every known conversation is asked about. The answers take the road of webhooks and
//! repeat safely.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{ConversationHistory, ExternalId, FetchError};
use crm_core::accounts::health::{self, Subscription};
use crm_core::timeline::conversation::{self, ConversationName};
use crm_core::timeline::raw_event::{StoredRaw, insert_polled, poll_cursor};
use crm_core::{AccountId, ConversationId};
use sqlx::PgPool;
use uuid::Uuid;

use super::apply::ApplyQueue;

/// How often it is noted that all is heard.
const EVERY: TimeDelta = TimeDelta::minutes(10);
/// Shorter absences are covered by the provider, which repeats its webhooks.
const ABSENCE: TimeDelta = TimeDelta::hours(1);
/// A provider gives a subscription up after hours without an answer of ours, and what came in those hours is lost too.
const BEFORE_LOSS: TimeDelta = TimeDelta::hours(12);
/// What happened longer ago stays with the provider.
const AT_MOST: TimeDelta = TimeDelta::days(31);
/// So many conversations are asked about before it is noted down how far it went.
const AT_ONCE: i64 = 20;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Asks about what was missed, if anything may have been, and stores it. Returns how many events were stored, or `None` where
/// there was nothing to ask. What one run does not finish the next one goes on with.
pub(super) async fn ask(
    pool: &PgPool,
    apply: &ApplyQueue,
    account: AccountId,
    history: &dyn ConversationHistory,
    now: DateTime<Utc>,
) -> Result<Option<usize>, BoxError> {
    let mut stored = None;
    loop {
        let mut conn = pool.acquire().await?;
        let Some(kept) = poll_cursor(&mut conn, account).await? else { return Ok(None) };
        let cursor = kept.as_deref().and_then(|text| text.parse::<Cursor>().ok());
        let subscription = health::subscription(&mut conn, account).await?;
        let Some(next) = next(cursor, subscription, now) else { return Ok(stored) };
        let (group, next, is_over) = match next {
            Cursor::Heard(_) => (Vec::new(), next, true),
            Cursor::Asking(gap) => {
                let names = conversation::of_account_unscoped(&mut conn, account, gap.after, AT_ONCE).await?;
                // No connection is held while the provider lets us wait.
                drop(conn);
                let found = gap.read(account, history, &names, now).await?;
                (found.group, found.next, found.is_limited)
            }
        };
        let moved = insert_polled(
            &mut *pool.acquire().await?,
            account,
            &group,
            kept.as_deref(),
            Some(&next.to_string()),
            !apply.is_here(),
        )
        .await?;
        if !moved {
            // Another copy asks.
            return Ok(stored);
        }
        if matches!(next, Cursor::Asking(_)) || !group.is_empty() {
            stored = Some(stored.unwrap_or(0) + group.len());
        }
        apply.offer(group);
        if is_over || matches!(next, Cursor::Heard(_)) {
            return Ok(stored);
        }
    }
}

/// How far we heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    /// Everything up to this moment.
    Heard(DateTime<Utc>),
    /// Conversations are being asked about a gap.
    Asking(Gap),
}

/// A time of which something may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Conversations up to this one were asked about.
    after: ConversationId,
}

/// What a few conversations said.
struct Found {
    group: Vec<StoredRaw>,
    next: Cursor,
    /// The provider wants a pause.
    is_limited: bool,
}

impl Gap {
    async fn read(
        self,
        account: AccountId,
        history: &dyn ConversationHistory,
        names: &[ConversationName],
        now: DateTime<Utc>,
    ) -> Result<Found, BoxError> {
        let mut group = Vec::new();
        let mut after = self.after;
        for name in names {
            let external_id = ExternalId::new(name.external_id.clone());
            match history.fetch_conversation(&external_id, self.since, self.until, now).await {
                Ok(raw) => group.extend(raw.into_iter().map(|raw| StoredRaw::new(account, raw))),
                Err(FetchError::RateLimited { .. }) => {
                    let next = Cursor::Asking(Gap { after, ..self });
                    return Ok(Found { group, next, is_limited: true });
                }
                // Closed to us: the others are not.
                Err(FetchError::Refused(reason)) => {
                    tracing::info!(account.id = %account, conversation.id = %name.id, reason, "a history is refused");
                }
                Err(error) => return Err(error.into()),
            }
            after = name.id;
        }
        let next = match names {
            [] => Cursor::Heard(self.until),
            _ => Cursor::Asking(Gap { after, ..self }),
        };
        Ok(Found { group, next, is_limited: false })
    }
}

/// Where it goes on; `None` while there is nothing to do or nobody would answer for what is missed from now on.
fn next(cursor: Option<Cursor>, subscription: Subscription, now: DateTime<Utc>) -> Option<Cursor> {
    let heard = match cursor {
        Some(Cursor::Heard(until)) => until,
        asking @ Some(Cursor::Asking(_)) => return asking,
        // Nothing is known yet, or it was polled before.
        None => return Some(Cursor::Heard(now)),
    };
    let gap = |before: TimeDelta| {
        let since = (heard - before).max(now - AT_MOST);
        Some(Cursor::Asking(Gap { since, until: now, after: ConversationId(Uuid::nil()) }))
    };
    if subscription.is_lost {
        None
    } else if subscription.made_anew_at.is_some_and(|at| at >= heard) {
        gap(BEFORE_LOSS)
    } else if now - heard >= ABSENCE {
        gap(TimeDelta::zero())
    } else if now - heard >= EVERY {
        Some(Cursor::Heard(now))
    } else {
        None
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heard(until) => write!(out, "{}", until.to_rfc3339()),
            Self::Asking(gap) => {
                write!(out, "{} {} {}", gap.since.to_rfc3339(), gap.until.to_rfc3339(), gap.after)
            }
        }
    }
}

impl FromStr for Cursor {
    type Err = BoxError;

    fn from_str(text: &str) -> Result<Self, BoxError> {
        match text.split(' ').collect::<Vec<_>>()[..] {
            [until] => Ok(Self::Heard(until.parse()?)),
            [since, until, after] => Ok(Self::Asking(Gap {
                since: since.parse()?,
                until: until.parse()?,
                after: ConversationId(after.parse()?),
            })),
            _ => Err("not a cursor".into()),
        }
    }
}

#[cfg(test)]
mod tests;
