//! One batch, one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};

use super::plan::{Plan, Row};
use super::{ApplyError, ReadRaw, calls, consents, echoes, failures, names, parties, store};
use crate::bridge;
use crate::consent::stop_words;
use crate::delivery::lane;
use crate::templates;
use crate::timeline::conversation::rest;
use crate::timeline::feed::{self, Changes};
use crate::timeline::raw_event::{self, Outcome, RawState};
use crate::{AccountId, ContactId, InteractionId, RawEventId};

/// Applies a batch in one transaction: people, rows, facts, outcomes and the live feed together. Repeats safely.
///
/// Returns whether [`settle`](super::settle) has something to do.
pub async fn apply(
    conn: &mut PgConnection,
    batch: &[ReadRaw],
    now: DateTime<Utc>,
) -> Result<bool, ApplyError> {
    let mut tx = conn.begin().await?;
    // The raw events are durable already: a crash of the server at worst makes them be applied again.
    store::commit_without_waiting(&mut tx).await?;
    store::share_identity_lock(&mut tx).await?;
    let mut plan = Plan::of(batch, stop_words::all(&mut tx).await?);
    if earlier_is_under_way(&mut tx, batch, &plan, now).await? {
        return Err(ApplyError::Earlier);
    }
    let computed = calls::compute(&mut tx, &mut plan).await?;
    // Cards first, heads last: the order of locks of everybody, or a press and a batch would wait for each other in a ring.
    let in_books = store::roots_in_phone_book(&mut tx, &plan.phone_book).await?;
    let people = parties::resolve(&mut tx, &plan.parties, &in_books, now).await?;
    store::begin_conversations(&mut tx, plan.conversations.values(), &people, now).await?;
    echoes::fall_together(&mut tx, &mut plan).await?;
    let rows: Vec<&Row> = plan.rows.values().collect();
    store::insert_rows(&mut tx, &rows, &people).await?;
    store::write_calls(&mut tx, &computed, &people).await?;
    let failing = failures::conversations(&mut tx, &plan).await?;
    store::insert_facts(&mut tx, &plan.facts).await?;
    store::insert_aliases(&mut tx, &plan.aliases).await?;
    lane::prove(&mut tx, &plan.proofs, now).await?;
    let told = consents::write(&mut tx, &plan.consents, &people, now).await?;
    store::want_media(&mut tx, &plan.media).await?;
    store::use_media(&mut tx, &plan.media_uses).await?;
    store::write_states(&mut tx, &plan.states).await?;
    store::insert_notices(&mut tx, &plan.notices).await?;
    templates::sync::heard(&mut tx, &plan.template_news(), now).await?;
    store::write_phone_book(&mut tx, &plan.phone_book).await?;
    let mut unsettled = people.unsettled;
    for invitation in &plan.invitations {
        if let Some(resolved) = people.of(invitation.party) {
            unsettled |=
                store::use_invitation(&mut tx, &invitation.token, resolved.identity_id, invitation.at)
                    .await?;
        }
    }
    store::move_heads(&mut tx, plan.conversations.values(), &people, &failing).await?;
    let opened = rest::open_unscoped(&mut tx, &failing).await?;
    if !people.renamed.is_empty() {
        let renamed: Vec<ContactId> = people.renamed.iter().copied().collect();
        names::refresh(&mut tx, &renamed, now).await?;
    }
    bridge::arrive::take(&mut tx, &plan.bridged, now).await?;
    let outcomes: Vec<Outcome> = batch.iter().map(outcome).collect();
    raw_event::record_outcomes(&mut tx, &outcomes, now).await?;
    let changes = Changes {
        interactions: changed(&plan, &computed, told.rows),
        contacts: told.contacts.into_iter().chain(opened).collect(),
        notices: !plan.notices.is_empty(),
        ..Changes::default()
    };
    if changes != Changes::default() {
        feed::tell(&mut tx, &changes, now).await?;
    }
    tx.commit().await?;
    Ok(unsettled)
}

/// An earlier event that has not come through by then waits for something else than its turn: a spool, a copy of the program
/// that died.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(30);

/// Chats of employees are as they are told, and each of them stands behind the one before.
async fn earlier_is_under_way(
    conn: &mut PgConnection,
    batch: &[ReadRaw],
    plan: &Plan,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    for account in plan.bridged.iter().map(|event| event.account_id).collect::<BTreeSet<AccountId>>() {
        let own: Vec<RawEventId> =
            batch.iter().filter(|raw| raw.account_id == account).map(|raw| raw.raw_id).collect();
        if raw_event::is_any_before(conn, account, &own, now - LONGEST_WAIT).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Records that a raw event could not be applied.
pub async fn quarantine(
    conn: &mut PgConnection,
    raw: &ReadRaw,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let outcome = Outcome { state: RawState::Quarantined, reason: Some(reason.to_owned()), ..outcome(raw) };
    raw_event::record_outcomes(conn, &[outcome], now).await
}

fn outcome(raw: &ReadRaw) -> Outcome {
    let (state, events, ignored, unknown, reason) = match &raw.parsed {
        Err(error) => (RawState::Quarantined, 0, 0, 0, Some(error.clone())),
        Ok(parsed) => {
            let first = parsed
                .unknown
                .first()
                .or_else(|| parsed.ignored.first().filter(|_| parsed.events.is_empty()));
            let reason = first.map(|part| format!("{}: {}", part.path, part.reason));
            let state = if !parsed.unknown.is_empty() {
                RawState::Quarantined
            } else if parsed.events.is_empty() {
                RawState::Ignored
            } else {
                RawState::Applied
            };
            (state, parsed.events.len(), parsed.ignored.len(), parsed.unknown.len(), reason)
        }
    };
    let count = |parts: usize| i32::try_from(parts).unwrap_or(i32::MAX);
    Outcome {
        raw_id: raw.raw_id,
        received_at: raw.received_at,
        account_id: raw.account_id,
        state,
        events: count(events),
        ignored: count(ignored),
        unknown: count(unknown),
        reason: reason.map(|reason| super::without_nul(&reason)),
    }
}

/// Rows of the timeline that look different now; facts count for the row that shows them.
fn changed(plan: &Plan, calls: &calls::Calls, stopped: Vec<InteractionId>) -> Vec<InteractionId> {
    let rows = plan.rows.keys().copied();
    let facts = plan.facts.keys().map(|(of, _, _)| plan.aliases.get(of).copied().unwrap_or(*of));
    let called = calls.rows.iter().map(|row| row.id);
    let all: BTreeSet<InteractionId> = rows.chain(facts).chain(called).chain(stopped).collect();
    all.into_iter().collect()
}
