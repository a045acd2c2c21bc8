//! Calls of a batch: the facts are stored, and each call touched is computed again from all of its facts.

use connector_api::{LinkReason, Origin};
use sqlx::PgConnection;

use super::plan::{Media, Plan, PlannedParty, Row, to_json};
use super::store;
use crate::timeline::call::{Call, assemble};
use crate::timeline::payload::InteractionPayload;
use crate::{InteractionId, MediaId};

/// What became of the calls of a batch.
#[derive(Default)]
pub(super) struct Calls {
    /// Rows to write over what is there.
    pub rows: Vec<Row>,
    /// Calls whose facts give no row (any more).
    pub gone: Vec<InteractionId>,
}

/// Stores the facts and computes the calls. Two transactions with facts of one call wait for each other here.
pub(super) async fn compute(conn: &mut PgConnection, plan: &mut Plan) -> sqlx::Result<Calls> {
    let mut calls = Calls::default();
    if plan.call_facts.is_empty() {
        return Ok(calls);
    }
    let mut ids: Vec<InteractionId> = plan.call_facts.keys().map(|(call, _)| *call).collect();
    ids.dedup();
    store::lock_calls(conn, &ids).await?;
    store::insert_call_facts(conn, &plan.call_facts).await?;
    let mut stored = store::call_facts(conn, &ids).await?;
    for id in ids {
        let facts = stored.remove(&id).unwrap_or_default();
        match assemble(&facts) {
            Some(call) => {
                let row = row(plan, id, &call);
                calls.rows.push(row);
            }
            None => calls.gone.push(id),
        }
    }
    Ok(calls)
}

fn row(plan: &mut Plan, id: InteractionId, call: &Call) -> Row {
    let planned = plan.call_facts.range((id, String::new())..).next().map(|(_, fact)| {
        (fact.account_id, fact.received_at, fact.mapping, fact.raw_id, fact.update.call.to_string())
    });
    let (account_id, received_at, mapping, raw_id, external_id) =
        planned.expect("a call is computed because this batch holds a fact of it");
    let party = (!call.party.addresses.is_empty()).then(|| {
        plan.parties.push(PlannedParty {
            party: call.party.clone(),
            at: call.started_at,
            reason: LinkReason::SameMessage,
        });
        plan.parties.len() - 1
    });
    for recording in &call.view.recordings {
        let file = MediaId::derived(account_id, recording.id.as_str());
        plan.media_uses.insert((file, id));
        plan.media.entry(file).or_insert_with(|| Media {
            account_id,
            media: recording.clone(),
            interaction: id,
            wanted_at: received_at,
        });
    }
    let payload =
        InteractionPayload { call: Some(Box::new(call.view.clone())), ..InteractionPayload::default() };
    Row {
        id,
        party,
        account_id,
        conversation: None,
        kind: "call",
        direction: Some(call.direction),
        origin: Origin::Live,
        occurred_at: call.started_at,
        received_at,
        author_name: None,
        body: None,
        content: Some(to_json(&payload)),
        fullness: 3,
        mapping,
        external_id,
        raw_id,
    }
}
