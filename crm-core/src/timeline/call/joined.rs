//! Facts told by history, joined to the legs that webhooks told: history numbers legs in its own way and counts seconds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{CallOutcome, CallPhase, ExternalId, LegSide, MediaRef};

use super::CallFact;

/// History cuts moments to seconds, and its clock need not be that of the events.
const SLACK: TimeDelta = TimeDelta::seconds(5);

/// The facts of a call in which every leg stands once: of history there stay the legs that webhooks did not tell of, and
/// what is missing in those that they did. Depends on the set of the facts alone.
pub(super) fn joined(facts: &[CallFact]) -> Vec<CallFact> {
    let mut sorted: Vec<&CallFact> = facts.iter().collect();
    sorted.sort_by_key(|fact| (fact.at, &fact.external_id));
    let (told, live): (Vec<&CallFact>, Vec<&CallFact>) =
        sorted.into_iter().partition(|fact| fact.update.from_history);
    if told.is_empty() || live.is_empty() {
        return facts.to_vec();
    }
    let live_legs = legs(&live);
    // Whether anybody answered is known from the events.
    let fate_told_live =
        live_legs.iter().any(|leg| leg.has(group_ended) || leg.has(answered) || knows_talk(leg));
    let mut all: Vec<CallFact> = live.iter().map(|fact| (*fact).clone()).collect();
    let mut taken: BTreeSet<&ExternalId> = BTreeSet::new();
    let mut history: Vec<Leg<'_>> = legs(&told);
    history.sort_by_key(|leg| (leg.from, leg.id));
    for leg in history {
        if leg.is_group {
            if !fate_told_live {
                all.extend(leg.facts.iter().map(|fact| (*fact).clone()));
            }
            continue;
        }
        let same = live_legs
            .iter()
            .filter(|live| !taken.contains(live.id) && live.is_same(&leg))
            .min_by_key(|live| ((live.from - leg.from).abs(), live.id));
        match same {
            Some(live) => {
                taken.insert(live.id);
                complete(&mut all, live, &leg);
            }
            None => all.extend(leg.facts.iter().map(|fact| (*fact).clone())),
        }
    }
    all
}

/// A leg as one of the two sources tells it.
struct Leg<'a> {
    id: &'a ExternalId,
    facts: Vec<&'a CallFact>,
    extension: Option<&'a str>,
    is_group: bool,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

fn legs<'a>(facts: &[&'a CallFact]) -> Vec<Leg<'a>> {
    let mut by_id: BTreeMap<&ExternalId, Vec<&'a CallFact>> = BTreeMap::new();
    for fact in facts {
        by_id.entry(&fact.update.leg).or_default().push(fact);
    }
    by_id.into_iter().map(|(id, facts)| Leg::of(id, facts)).collect()
}

impl<'a> Leg<'a> {
    fn of(id: &'a ExternalId, facts: Vec<&'a CallFact>) -> Self {
        let extension = facts.iter().find_map(|fact| Some(fact.update.extension.as_ref()?.number.as_str()));
        // A lone end tells by the talk when it began.
        let began = |fact: &&CallFact| match fact.update.phase {
            CallPhase::Ended { talk_us: Some(talk), .. } => fact.at - TimeDelta::microseconds(talk),
            _ => fact.at,
        };
        let from = facts.iter().map(began).min().unwrap_or_default();
        let until = facts.iter().map(|fact| fact.at).max().unwrap_or_default();
        let is_group = facts.iter().any(|fact| matches!(fact.update.side, LegSide::Group { .. }));
        Self { id, facts, extension, is_group, from, until }
    }

    /// The same extension at the same time.
    fn is_same(&self, other: &Leg<'_>) -> bool {
        !self.is_group
            && self.extension.is_some()
            && self.extension == other.extension
            && self.from <= other.until + SLACK
            && other.from <= self.until + SLACK
    }

    fn has(&self, phase: fn(&CallPhase) -> bool) -> bool {
        self.facts.iter().any(|fact| phase(&fact.update.phase))
    }
}

fn began(phase: &CallPhase) -> bool {
    matches!(phase, CallPhase::Started)
}

fn answered(phase: &CallPhase) -> bool {
    matches!(phase, CallPhase::Answered)
}

fn group_ended(phase: &CallPhase) -> bool {
    matches!(phase, CallPhase::GroupEnded { .. })
}

fn ended(phase: &CallPhase) -> bool {
    matches!(phase, CallPhase::Ended { .. })
}

/// Adds to a leg what only history tells of it: a beginning, an answer or an end that was lost, the recording.
fn complete(all: &mut Vec<CallFact>, live: &Leg<'_>, history: &Leg<'_>) {
    let talked = history.has(answered);
    let refused = live.facts.iter().any(|fact| {
        matches!(fact.update.phase, CallPhase::Ended { outcome, .. } if outcome != CallOutcome::Answered)
    });
    for fact in &history.facts {
        let wanted = match &fact.update.phase {
            phase if began(phase) => !live.has(began),
            // An answer that webhooks deny is not believed.
            phase if answered(phase) => !live.has(answered) && !refused && !knows_talk(live),
            phase if ended(phase) => !live.has(ended),
            _ => false,
        };
        if wanted {
            let mut fact = (*fact).clone();
            fact.update.leg = live.id.clone();
            all.push(fact);
        }
    }
    if talked && live.has(ended) {
        let recording = history.facts.iter().rev().find_map(|fact| recording_of(&fact.update.phase));
        for fact in all.iter_mut().filter(|fact| fact.update.leg == *live.id) {
            if let CallPhase::Ended { recording: known @ None, .. } = &mut fact.update.phase {
                *known = recording.cloned();
            }
        }
    }
}

/// The end of a leg tells how long they talked, more exactly than history.
fn knows_talk(leg: &Leg<'_>) -> bool {
    leg.has(|phase| matches!(phase, CallPhase::Ended { talk_us: Some(talk), .. } if *talk > 0))
}

fn recording_of(phase: &CallPhase) -> Option<&MediaRef> {
    match phase {
        CallPhase::Ended { recording, .. } => recording.as_ref(),
        _ => None,
    }
}
