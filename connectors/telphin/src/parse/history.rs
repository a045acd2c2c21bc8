//! A call of the history, read as facts about its legs. The ids of the legs are ours: the history does not tell the
//! provider's, so that the core joins them to those of webhooks.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use connector_api::{
    Address, CallOutcome, CallPhase, CallUpdate, Direction, Event, EventKind, Extension, ExternalId, LegSide,
    MediaKind, MediaRef, ParseError, Parsed, Part, Party, RawEvent,
};

use super::{LONGEST_TALK_US, is_believable, is_withheld, told};
use crate::numbering::{Numbering, short};
use crate::wire::history::{WireCall, WireLeg};

/// Reads one call. One that has not ended yet comes again when it has.
pub(super) fn parse(raw: &RawEvent, numbering: &Numbering) -> Result<Parsed, ParseError> {
    let wire = WireCall::read(&raw.body)?;
    let mut parsed = Parsed::default();
    if wire.call_uuid.is_empty() {
        parsed.unknown.push(Part::new("$", "a call of the history without call_uuid"));
        return Ok(parsed);
    }
    let Some(ended_at) = moment(&wire.whole.hangup_time_gmt, raw.received_at) else {
        parsed.ignored.push(Part::new("$", "the call has not ended"));
        return Ok(parsed);
    };
    let call = Call { id: wire.call_uuid.to_lowercase(), wire: &wire, ended_at, numbering, raw };
    parsed.events = call.events();
    if parsed.events.is_empty() {
        parsed.ignored.push(Part::new("$", "a call without legs of people"));
    }
    Ok(parsed)
}

struct Call<'a> {
    id: String,
    wire: &'a WireCall,
    ended_at: DateTime<Utc>,
    numbering: &'a Numbering,
    raw: &'a RawEvent,
}

impl Call<'_> {
    fn events(&self) -> Vec<Event> {
        let legs = self.legs();
        let mut events: Vec<Event> = legs.iter().flat_map(|leg| self.of_leg(leg)).collect();
        let anybody = legs.iter().any(WireLeg::was_answered) || self.wire.whole.was_connected();
        if self.wire.whole.flow == "in" && !anybody {
            events.extend(self.groups().filter_map(|(rank, group)| self.of_group(rank, group)));
        }
        events
    }

    /// Legs of people. Without any list of legs the call itself tells of one.
    fn legs(&self) -> Vec<WireLeg> {
        let is_group = |leg: &&WireLeg| rank(&leg.extension_type).is_some();
        let legs: Vec<WireLeg> = self.wire.cdr.iter().filter(|leg| !is_group(leg)).cloned().collect();
        let whole = &self.wire.whole;
        if !legs.is_empty() {
            legs
        } else if rank(&whole.extension_type).is_none() {
            vec![whole.clone()]
        } else if let Some(talked) = told(&whole.bridged_username) {
            vec![WireLeg { extension_name: talked.to_owned(), extension_id: String::new(), ..whole.clone() }]
        } else {
            Vec::new()
        }
    }

    fn groups(&self) -> impl Iterator<Item = (u8, &WireLeg)> {
        let all = std::iter::once(&self.wire.whole).chain(&self.wire.cdr);
        all.filter_map(|leg| Some((rank(&leg.extension_type)?, leg)))
    }

    fn of_leg(&self, leg: &WireLeg) -> Vec<Event> {
        let Some(started_at) = [&leg.init_time_gmt, &leg.start_time_gmt]
            .into_iter()
            .find_map(|time| moment(time, self.raw.received_at))
        else {
            return Vec::new();
        };
        let ended_at = moment(&leg.hangup_time_gmt, self.raw.received_at).unwrap_or(self.ended_at);
        let seen = Seen::of(leg, self.numbering);
        let leg_id = format!("history:{}:{}:{}", self.id, seen.own_name(leg), started_at.timestamp_millis());
        let recording = leg.recording();
        let answered_at = leg.answered_at(started_at, ended_at, self.raw.received_at);
        let talk_us = answered_at
            .and_then(|answered_at| (ended_at - answered_at).num_microseconds())
            .filter(|talk| (0..=LONGEST_TALK_US).contains(talk));
        let ended = CallPhase::Ended {
            outcome: outcome(&leg.result),
            status: leg.result.clone(),
            talk_us,
            recording: recording.clone().map(|id| MediaRef::new(id, MediaKind::Recording)),
        };
        let mut phases = vec![(started_at, "started".to_owned(), CallPhase::Started)];
        phases.extend(answered_at.map(|at| (at, "answered".to_owned(), CallPhase::Answered)));
        // A recording that came late makes it another fact, which wins by its name.
        phases.push((ended_at, format!("ended:{}", recording.unwrap_or_default()), ended));
        let event = |(at, word, phase)| Event {
            external_id: ExternalId::new(format!("{leg_id}:{word}")),
            occurred_at: at,
            kind: EventKind::Call(self.update(&leg_id, seen.clone(), LegSide::Person, phase)),
        };
        phases.into_iter().map(event).collect()
    }

    /// Nobody answered behind this menu or queue.
    fn of_group(&self, rank: u8, group: &WireLeg) -> Option<Event> {
        let at = moment(&group.hangup_time_gmt, self.raw.received_at).unwrap_or(self.ended_at);
        let seen = Seen::of(&WireLeg { flow: "in".to_owned(), ..group.clone() }, self.numbering);
        let leg_id = format!("history:{}:{}", self.id, seen.own_name(group));
        let phase = CallPhase::GroupEnded { connected: false, status: group.result.clone() };
        // A colleague who called the queue is nobody's missed call.
        (!seen.internal).then(|| Event {
            external_id: ExternalId::new(format!("{leg_id}:lost")),
            occurred_at: at,
            kind: EventKind::Call(self.update(&leg_id, seen, LegSide::Group { rank }, phase)),
        })
    }

    fn update(&self, leg_id: &str, seen: Seen, side: LegSide, phase: CallPhase) -> CallUpdate {
        let line: String = self.wire.whole.did_number.chars().filter(char::is_ascii_digit).collect();
        let by_api = self.wire.cdr.iter().chain([&self.wire.whole]).any(|leg| leg.application == "callback");
        CallUpdate {
            call: ExternalId::new(self.id.clone()),
            leg: ExternalId::new(leg_id),
            side,
            direction: seen.direction,
            forwarded: seen.forwarded,
            internal: seen.internal,
            party: seen.party,
            party_text: seen.party_text,
            line: (!line.is_empty()).then_some(line),
            extension: seen.extension,
            from_history: true,
            phase,
            control: None,
            requested: by_api.then(|| ExternalId::new(self.id.clone())),
        }
    }
}

/// Who is on the two ends of a leg.
#[derive(Clone)]
struct Seen {
    direction: Direction,
    forwarded: bool,
    internal: bool,
    party: Option<Party>,
    party_text: Option<String>,
    extension: Option<Extension>,
}

impl Seen {
    fn of(leg: &WireLeg, numbering: &Numbering) -> Self {
        let own = short(&leg.extension_name);
        let is_ours = |number: &str| numbering.is_extension(number, &[own]);
        let forwarded = leg.flow == "transfer";
        let dialled = told(&leg.dest_number).unwrap_or(&leg.to_username);
        // A forwarding leg names the extension that it reached as the number dialled.
        let reached = forwarded && is_ours(dialled);
        let direction = if leg.flow == "in" || reached { Direction::Inbound } else { Direction::Outbound };
        let outside = if direction == Direction::Inbound { &leg.from_username } else { &leg.to_username };
        let internal = !forwarded && is_ours(outside);
        let tells = !forwarded && !internal && (direction == Direction::Inbound || !outside.is_empty());
        let party = tells.then(|| Party {
            addresses: numbering.phone(outside).map(Address::Phone).into_iter().collect(),
            ..Party::default()
        });
        let (number, id) = if reached { (short(dialled), "") } else { (own, leg.extension_id.as_str()) };
        let extension = told(number).map(|number| Extension {
            id: told(id).map(str::to_owned),
            number: number.to_owned(),
            name: None,
        });
        let party_text = (tells && !is_withheld(outside)).then(|| outside.clone());
        Self { direction, forwarded, internal, party, party_text, extension }
    }

    fn own_name<'a>(&'a self, leg: &'a WireLeg) -> &'a str {
        let number = self.extension.as_ref().map(|extension| extension.number.as_str());
        number.or(told(&leg.extension_id)).unwrap_or("-")
    }
}

impl WireLeg {
    fn was_answered(&self) -> bool {
        outcome(&self.result) == CallOutcome::Answered
    }

    fn was_connected(&self) -> bool {
        !self.bridged_username.is_empty()
            || !self.bridged_time_gmt.is_empty()
            || self.bridged_duration.parse::<i64>().is_ok_and(|seconds| seconds > 0)
    }

    /// Told by itself, or by how long they talked, or as the start of a leg that was answered.
    fn answered_at(
        &self,
        started_at: DateTime<Utc>,
        ended_at: DateTime<Utc>,
        received_at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if !self.was_answered() {
            return None;
        }
        let by_talk = || {
            let seconds: i64 = self.bridged_duration.parse().ok().filter(|seconds| *seconds > 0)?;
            Some(ended_at - chrono::TimeDelta::try_seconds(seconds)?)
        };
        let found = moment(&self.bridged_time_gmt, received_at)
            .or_else(by_talk)
            .or_else(|| moment(&self.start_time_gmt, received_at));
        Some(found.unwrap_or(started_at).clamp(started_at.trunc_subsecs(0), ended_at.max(started_at)))
    }

    /// A recording of no bytes is not ready.
    fn recording(&self) -> Option<String> {
        (!self.record_uuid.is_empty() && self.record_file_size != "0")
            .then(|| self.record_uuid.to_lowercase())
    }
}

/// Menus and queues, by how much their word counts.
fn rank(extension_type: &str) -> Option<u8> {
    match extension_type {
        "ivr" => Some(0),
        "queue" => Some(1),
        _ => None,
    }
}

fn outcome(result: &str) -> CallOutcome {
    match result.to_ascii_lowercase().as_str() {
        "answered" | "bridged" => CallOutcome::Answered,
        "busy" | "rejected" => CallOutcome::Busy,
        "not answered" | "voicemail" => CallOutcome::NotAnswered,
        "answered elsewhere" => CallOutcome::Cancelled,
        "failed" => CallOutcome::Failed,
        _ => CallOutcome::Unknown,
    }
}

/// `2026-03-17 09:15:04`, in UTC, perhaps with a fraction behind a dot or a comma.
fn moment(text: &str, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let naive = NaiveDateTime::parse_from_str(&text.replace(',', "."), "%Y-%m-%d %H:%M:%S%.f").ok()?;
    Some(naive.and_utc()).filter(|time| is_believable(time.timestamp_micros(), received_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_15_moments_are_read_with_a_dot_a_comma_and_without_a_fraction() {
        let received_at = DateTime::from_timestamp(1_773_750_000, 0).expect("a moment");
        let read = |text| moment(text, received_at).map(|time| time.timestamp_millis());
        assert_eq!(read("2026-03-17 09:15:04.76"), Some(1_773_738_904_760));
        assert_eq!(read("2026-03-17 09:15:04,60"), Some(1_773_738_904_600));
        assert_eq!(read("2026-03-17 09:15:04"), Some(1_773_738_904_000));
        assert_eq!(read(""), None);
        assert_eq!(read("1970-01-01 00:00:00"), None);
    }
}
