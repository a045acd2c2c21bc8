//! A call, computed from the whole set of what a provider told about it.

mod joined;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{CallOutcome, CallPhase, CallUpdate, Direction, Extension, LegSide, MediaRef, Party};
use serde::{Deserialize, Serialize};

/// One stored fact about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFact {
    /// The provider's id of the fact; breaks ties of time.
    pub external_id: String,
    /// The provider's time.
    pub at: DateTime<Utc>,
    /// The fact.
    pub update: CallUpdate,
}

/// A call as a row of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// Where the call stands.
    pub outcome: CallState,
    /// The provider's own word, where it ended without a conversation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<String>,
    /// When the two were connected.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered_at: Option<DateTime<Utc>>,
    /// When the last leg ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<DateTime<Utc>>,
    /// How long the answered extension rang, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ring_us: Option<i64>,
    /// Talk time of all segments together, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub talk_us: Option<i64>,
    /// Our public number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<String>,
    /// Who talked first; for a missed call the queue or menu that lost it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
    /// The number as it came, where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number_text: Option<String>,
    /// The caller withheld the number.
    #[serde(default)]
    pub number_withheld: bool,
    /// The provider's handle to control the call while it runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub control: Option<String>,
    /// The request of ours that started it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requested: Option<String>,
    /// Who was rung and who talked, in order of time.
    pub segments: Vec<CallSegment>,
    /// Recordings, one per recorded segment.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub recordings: Vec<MediaRef>,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Nobody picked up yet.
    Ringing,
    /// The two are talking.
    Talking,
    /// There was a conversation.
    Answered,
    /// Inbound without a conversation.
    Missed,
    /// Outbound: busy.
    Busy,
    /// Outbound: nobody picked up.
    NotAnswered,
    /// Outbound: our side gave up.
    Cancelled,
    /// Outbound: not reachable.
    Unavailable,
    /// Outbound: the network failed.
    Failed,
    /// It ended with a word we do not know.
    Unknown,
}

/// One ringing of one extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSegment {
    /// Seen from the company.
    pub direction: Direction,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
    /// Caused by forwarding.
    #[serde(default)]
    pub forwarded: bool,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// When it was picked up.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Talk time in microseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub talk_us: Option<i64>,
    /// How it ended, in the provider's own word.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<String>,
}

/// A call together with what places it on a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Seen from the company.
    pub direction: Direction,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The outside person; no addresses when the number is withheld or unreadable.
    pub party: Party,
    /// The row.
    pub view: CallView,
}

/// Computes a call from its facts, whatever their order and repetition. `None` while the facts give no call with the
/// outside: talks between extensions, a queue that only passed a call on.
pub fn assemble(facts: &[CallFact]) -> Option<Call> {
    let facts = joined::joined(facts);
    let mut facts: Vec<&CallFact> = facts.iter().collect();
    facts.sort_by(|a, b| (a.at, step(a), &a.external_id).cmp(&(b.at, step(b), &b.external_id)));
    facts.dedup_by(|a, b| a.external_id == b.external_id);

    let mut legs: BTreeMap<&str, Leg<'_>> = BTreeMap::new();
    for fact in &facts {
        legs.entry(fact.update.leg.as_str()).or_default().add(fact);
    }
    let mut legs: Vec<Leg<'_>> = legs.into_values().collect();
    legs.sort_by_key(|leg| (leg.started_at(), leg.key()));

    let lost_in_group = group_verdict(&facts).filter(|(connected, _)| !connected).map(|(_, fact)| fact);
    let outside_legs: Vec<&Leg<'_>> = legs.iter().filter(|leg| leg.is_with_outside()).collect();
    if outside_legs.is_empty() && lost_in_group.is_none() {
        return None;
    }
    let segments: Vec<&Leg<'_>> =
        legs.iter().filter(|leg| !leg.group && !leg.is_internal_only(&outside_legs)).collect();

    let talked: Vec<&Leg<'_>> = segments.iter().copied().filter(|leg| leg.is_answered()).collect();
    let direction = direction_of(&facts);
    let state = state_of(direction, lost_in_group.is_some(), &segments, &talked);
    let answered =
        matches!(state, CallState::Answered | CallState::Talking).then(|| talked.first()).flatten();
    let extension = match (answered, lost_in_group) {
        (Some(leg), _) => leg.extension(),
        (None, Some(fact)) => fact.update.extension.clone(),
        (None, None) => segments.first().and_then(|leg| leg.extension()),
    };
    let (party, number_text, number_withheld) = outside_person(&facts);
    let started_at = legs.iter().map(Leg::started_at).min()?;
    Some(Call {
        direction,
        started_at,
        party,
        view: CallView {
            outcome: state,
            status: (answered.is_none()).then(|| last_status(lost_in_group, &segments)).flatten(),
            answered_at: answered.and_then(|leg| leg.answered_at()),
            ended_at: ended_at(state, &segments, lost_in_group),
            ring_us: answered.and_then(|leg| leg.ring_us()),
            talk_us: answered.and_then(|_| total_talk_us(&talked)),
            line: facts.iter().find_map(|fact| fact.update.line.clone()),
            extension,
            number_text,
            number_withheld,
            control: facts.iter().rev().find_map(|fact| fact.update.control.clone()),
            requested: facts.iter().find_map(|fact| fact.update.requested.as_ref().map(ToString::to_string)),
            segments: segments.iter().map(|leg| leg.segment()).collect(),
            recordings: recordings(&facts),
        },
    })
}

/// Order of facts of one moment: began, answered, ended.
fn step(fact: &CallFact) -> u8 {
    match fact.update.phase {
        CallPhase::Started => 0,
        CallPhase::Answered => 1,
        CallPhase::Ended { .. } => 2,
        CallPhase::GroupEnded { .. } => 3,
    }
}

/// What queues and menus say of the call: the highest rank counts, then the latest.
fn group_verdict<'a>(facts: &[&'a CallFact]) -> Option<(bool, &'a CallFact)> {
    facts
        .iter()
        .filter_map(|fact| match (&fact.update.phase, fact.update.side) {
            (CallPhase::GroupEnded { connected, .. }, LegSide::Group { rank }) => {
                Some((rank, *connected, *fact))
            }
            (CallPhase::GroupEnded { connected, .. }, LegSide::Person) => Some((0, *connected, *fact)),
            _ => None,
        })
        .max_by(|a, b| (a.0, a.2.at, &a.2.external_id).cmp(&(b.0, b.2.at, &b.2.external_id)))
        .map(|(_, connected, fact)| (connected, fact))
}

/// The direction of the first leg that somebody outside or one of us began; a forwarded leg began by itself.
fn direction_of(facts: &[&CallFact]) -> Direction {
    let own = |fact: &&&CallFact| !fact.update.forwarded && !fact.update.internal;
    facts
        .iter()
        .filter(own)
        .find(|fact| fact.update.party.is_some())
        .or_else(|| facts.iter().find(own))
        .or_else(|| facts.first())
        .map_or(Direction::Inbound, |fact| fact.update.direction)
}

fn state_of(
    direction: Direction,
    lost_in_group: bool,
    segments: &[&Leg<'_>],
    talked: &[&Leg<'_>],
) -> CallState {
    if lost_in_group {
        return CallState::Missed;
    }
    if !talked.is_empty() {
        let running = talked.iter().any(|leg| leg.ended.is_none());
        return if running { CallState::Talking } else { CallState::Answered };
    }
    if segments.iter().any(|leg| leg.ended.is_none()) {
        return CallState::Ringing;
    }
    let last = segments.iter().filter_map(|leg| leg.ended).max_by_key(|fact| (fact.at, &fact.external_id));
    let outcome = last.and_then(|fact| match &fact.update.phase {
        CallPhase::Ended { outcome, .. } => Some(*outcome),
        _ => None,
    });
    match (direction, outcome) {
        (_, Some(CallOutcome::Unknown)) => CallState::Unknown,
        (Direction::Inbound, _) => CallState::Missed,
        (Direction::Outbound, Some(CallOutcome::Busy)) => CallState::Busy,
        (Direction::Outbound, Some(CallOutcome::Cancelled)) => CallState::Cancelled,
        (Direction::Outbound, Some(CallOutcome::Unavailable)) => CallState::Unavailable,
        (Direction::Outbound, Some(CallOutcome::Failed)) => CallState::Failed,
        (Direction::Outbound, _) => CallState::NotAnswered,
    }
}

/// The outside person by the earliest beginning of a leg that nobody forwarded; other facts only where no beginning
/// tells. Returns also the unreadable number and whether it was withheld.
fn outside_person(facts: &[&CallFact]) -> (Party, Option<String>, bool) {
    let telling =
        |fact: &&&CallFact| !fact.update.forwarded && !fact.update.internal && fact.update.party.is_some();
    let known =
        |fact: &&CallFact| fact.update.party.as_ref().is_some_and(|party| !party.addresses.is_empty());
    let begins = |fact: &&CallFact| fact.update.phase == CallPhase::Started;
    let candidates: Vec<&CallFact> = facts.iter().filter(telling).copied().collect();
    let found = candidates
        .iter()
        .find(|fact| known(fact) && begins(fact))
        .or_else(|| candidates.iter().find(|fact| known(fact)));
    if let Some(fact) = found {
        return (fact.update.party.clone().unwrap_or_default(), None, false);
    }
    let text = candidates.iter().find_map(|fact| fact.update.party_text.clone());
    let withheld = text.is_none() && !candidates.is_empty();
    (Party::default(), text, withheld)
}

fn last_status(lost_in_group: Option<&CallFact>, segments: &[&Leg<'_>]) -> Option<String> {
    let ended = segments.iter().filter_map(|leg| leg.ended).max_by_key(|fact| (fact.at, &fact.external_id));
    match &lost_in_group.or(ended)?.update.phase {
        CallPhase::Ended { status, .. } | CallPhase::GroupEnded { status, .. } => Some(status.clone()),
        _ => None,
    }
}

fn ended_at(
    state: CallState,
    segments: &[&Leg<'_>],
    lost_in_group: Option<&CallFact>,
) -> Option<DateTime<Utc>> {
    if matches!(state, CallState::Ringing | CallState::Talking) {
        return None;
    }
    segments.iter().filter_map(|leg| leg.ended).chain(lost_in_group).map(|fact| fact.at).max()
}

/// Legs that were only passed on count when nobody else talked: otherwise they repeat the talk of the leg they serve.
fn total_talk_us(talked: &[&Leg<'_>]) -> Option<i64> {
    let own: Vec<i64> = talked.iter().filter(|leg| !leg.forwarded).filter_map(|leg| leg.talk_us()).collect();
    let all: Vec<i64> = talked.iter().filter_map(|leg| leg.talk_us()).collect();
    let counted = if own.is_empty() { all } else { own };
    (!counted.is_empty()).then(|| counted.iter().sum())
}

fn recordings(facts: &[&CallFact]) -> Vec<MediaRef> {
    let mut recordings: Vec<MediaRef> = Vec::new();
    for fact in facts {
        if let CallPhase::Ended { recording: Some(recording), .. } = &fact.update.phase
            && !recordings.iter().any(|known| known.id == recording.id)
        {
            recordings.push(recording.clone());
        }
    }
    recordings
}

/// One leg, from its facts in order of time.
#[derive(Default)]
struct Leg<'a> {
    facts: Vec<&'a CallFact>,
    started: Option<&'a CallFact>,
    answered: Option<&'a CallFact>,
    ended: Option<&'a CallFact>,
    group: bool,
    forwarded: bool,
}

impl<'a> Leg<'a> {
    /// Takes the earliest beginning and answer and the latest end.
    fn add(&mut self, fact: &'a CallFact) {
        self.facts.push(fact);
        self.group |= matches!(fact.update.side, LegSide::Group { .. });
        self.forwarded |= fact.update.forwarded;
        match fact.update.phase {
            CallPhase::Started => _ = self.started.get_or_insert(fact),
            CallPhase::Answered => _ = self.answered.get_or_insert(fact),
            CallPhase::Ended { .. } => self.ended = Some(fact),
            CallPhase::GroupEnded { .. } => self.group = true,
        }
    }

    fn key(&self) -> &'a str {
        self.facts[0].update.leg.as_str()
    }

    fn extension(&self) -> Option<Extension> {
        self.facts.iter().find_map(|fact| fact.update.extension.clone())
    }

    /// A leg of a person with somebody outside, withheld numbers included. A forwarded leg is no call by itself.
    fn is_with_outside(&self) -> bool {
        !self.group
            && !self.forwarded
            && self.facts.iter().any(|fact| fact.update.party.is_some() && !fact.update.internal)
    }

    /// A leg between two of ours that is no part of a call with the outside.
    fn is_internal_only(&self, outside: &[&Leg<'_>]) -> bool {
        outside.is_empty() && self.facts.iter().any(|fact| fact.update.internal)
    }

    fn ended_as(&self) -> Option<(CallOutcome, Option<i64>)> {
        match &self.ended?.update.phase {
            CallPhase::Ended { outcome, talk_us, .. } => Some((*outcome, *talk_us)),
            _ => None,
        }
    }

    /// Only an end by "answered" is a conversation, and only when talk time or an answer proves it.
    fn is_answered(&self) -> bool {
        match self.ended_as() {
            Some((CallOutcome::Answered, talk)) => self.answered.is_some() || talk.is_some_and(|us| us > 0),
            Some(_) => false,
            None => self.answered.is_some(),
        }
    }

    fn talk_us(&self) -> Option<i64> {
        if !self.is_answered() {
            return None;
        }
        let told = self.ended_as().and_then(|(_, talk)| talk);
        told.or_else(|| (self.ended?.at - self.answered?.at).num_microseconds())
    }

    fn answered_at(&self) -> Option<DateTime<Utc>> {
        if !self.is_answered() {
            return None;
        }
        let by_talk = || Some(self.ended?.at - TimeDelta::microseconds(self.talk_us()?));
        self.answered.map(|fact| fact.at).or_else(by_talk)
    }

    fn ring_us(&self) -> Option<i64> {
        (self.answered_at()? - self.started?.at).num_microseconds()
    }

    /// The beginning; where it was lost, the start of the talk.
    fn started_at(&self) -> DateTime<Utc> {
        self.started.map(|fact| fact.at).or_else(|| self.answered_at()).unwrap_or(self.facts[0].at)
    }

    fn segment(&self) -> CallSegment {
        CallSegment {
            direction: self.facts[0].update.direction,
            extension: self.extension(),
            forwarded: self.forwarded,
            started_at: self.started_at(),
            answered_at: self.answered_at(),
            ended_at: self.ended.map(|fact| fact.at),
            talk_us: self.talk_us(),
            status: self.ended.and_then(|fact| match &fact.update.phase {
                CallPhase::Ended { status, .. } => Some(status.clone()),
                _ => None,
            }),
        }
    }
}
