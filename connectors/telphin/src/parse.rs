//! One event request becomes one fact about one leg; a call of the history becomes the facts of all its legs.

mod history;

use chrono::{DateTime, Utc};
use connector_api::{
    Address, CallOutcome, CallPhase, CallUpdate, Direction, Event, EventKind, Extension, ExternalId, LegSide,
    MediaKind, MediaRef, ParseError, Parsed, Part, Party, RawEvent,
};

use crate::numbering::{Numbering, short};
use crate::wire::{WireEvent, is_yes};

/// 2015-01-01, before which no event can be; a time in milliseconds or nanoseconds falls out of the range.
const EARLIEST_US: i64 = 1_420_070_400_000_000;
const DAY_US: i64 = 86_400_000_000;
/// A longer talk is a mistake, and times computed with it would leave the calendar.
const LONGEST_TALK_US: i64 = 31 * DAY_US;

/// Reads one event. Events of other kinds are left as unknown parts.
pub(crate) fn parse(raw: &RawEvent, numbering: &Numbering) -> Result<Parsed, ParseError> {
    if raw.source == "history" {
        return history::parse(raw, numbering);
    }
    let wire = WireEvent::read(raw)?;
    let mut parsed = Parsed::default();
    let Some(kind) = Kind::of(&wire.event_type) else {
        match wire.event_type.to_ascii_lowercase().as_str() {
            "call_interactive" => parsed.ignored.push(Part::new("$", "call_interactive asks for a route")),
            _ => parsed.unknown.push(Part::new("$", unknown_type(&wire))),
        }
        return Ok(parsed);
    };
    if wire.call_id.is_empty() {
        parsed.unknown.push(Part::new("$", format!("{} without CallID", kind.as_str())));
        return Ok(parsed);
    }
    let leg = Leg { wire: &wire, kind, numbering };
    let update = leg.update();
    if matches!(update.phase, CallPhase::GroupEnded { .. }) && !wire.rec_id.is_empty() {
        parsed
            .ignored
            .push(Part::new("RecID", "a group's fact carries no recording; the call history lists it"));
    }
    parsed.events.push(Event {
        external_id: leg.fact_id(&update.leg),
        occurred_at: event_time(&wire.event_time, raw.received_at).unwrap_or(raw.received_at),
        kind: EventKind::Call(update),
    });
    Ok(parsed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    DialIn,
    DialOut,
    Answer,
    Hangup,
}

impl Kind {
    fn of(event_type: &str) -> Option<Self> {
        [Self::DialIn, Self::DialOut, Self::Answer, Self::Hangup]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(event_type))
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::DialIn => "dial-in",
            Self::DialOut => "dial-out",
            Self::Answer => "answer",
            Self::Hangup => "hangup",
        }
    }
}

/// Who is on the other end, as far as one event tells.
enum Counterpart<'a> {
    /// This event does not tell.
    Untold,
    /// One of our extensions.
    Ours,
    /// Somebody outside; the text may be empty or a word such as `anonymous`.
    Outside { number: &'a str, name: Option<&'a str> },
}

/// One event of a leg with what is needed to read it.
struct Leg<'a> {
    wire: &'a WireEvent,
    kind: Kind,
    numbering: &'a Numbering,
}

impl Leg<'_> {
    fn update(&self) -> CallUpdate {
        let wire = self.wire;
        let direction = self.direction();
        let extension = self.extension(direction);
        let number = extension.as_ref().map(|extension| extension.number.as_str());
        let side = self.numbering.side(number, self.extension_id(direction), !wire.bridged.is_empty());
        let counterpart = self.counterpart(direction);
        let internal = matches!(counterpart, Counterpart::Ours);
        let (party, party_text) = self.party(&counterpart);
        let line: String = wire.called_did.chars().filter(char::is_ascii_digit).collect();
        CallUpdate {
            call: ExternalId::new(wire.call_id.to_lowercase()),
            leg: ExternalId::new(self.leg_id(direction)),
            side,
            direction,
            forwarded: self.is_forwarded(),
            internal,
            party,
            party_text,
            line: (!line.is_empty()).then_some(line),
            extension,
            from_history: false,
            phase: self.phase(side),
            control: told(&wire.call_api_id).map(str::to_owned),
            requested: told(&wire.call_back_id).map(|id| ExternalId::new(id.to_lowercase())),
        }
    }

    /// (`EventType`, `SubCallID`, `EventTime`) is the provider's key of a fact.
    fn fact_id(&self, leg: &ExternalId) -> ExternalId {
        let time =
            self.wire.event_time.parse::<i64>().map_or_else(|_| "-".to_owned(), |time| time.to_string());
        ExternalId::new(format!("{}:{leg}:{time}", self.kind.as_str()))
    }

    fn leg_id(&self, direction: Direction) -> String {
        if let Some(id) = told(&self.wire.sub_call_id) {
            return id.to_lowercase();
        }
        let own = self.extension_id(direction).unwrap_or_else(|| short(self.extension_text(direction)));
        format!("{}:{own}", self.wire.call_id.to_lowercase())
    }

    /// `CallFlow` is of this leg, relative to the extension. Without it the event's type tells, or which end is ours.
    fn direction(&self) -> Direction {
        let wire = self.wire;
        match wire.call_flow.to_ascii_lowercase().as_str() {
            "in" => return Direction::Inbound,
            "out" => return Direction::Outbound,
            _ => {}
        }
        let called_is_ours = !wire.called_extension.is_empty() || self.is_ours(&wire.called_number);
        match self.kind {
            Kind::DialIn => Direction::Inbound,
            Kind::DialOut => Direction::Outbound,
            _ if self.is_ours(&wire.caller_id_num) && !called_is_ours => Direction::Outbound,
            _ => Direction::Inbound,
        }
    }

    fn is_ours(&self, number: &str) -> bool {
        let named = [short(&self.wire.called_extension), short(&self.wire.caller_extension)];
        self.numbering.is_extension(number, &named)
    }

    fn is_forwarded(&self) -> bool {
        is_yes(&self.wire.transfered)
    }

    /// Our end as the event writes it, with prefix and domain; empty when it does not.
    fn extension_text(&self, direction: Direction) -> &str {
        let wire = self.wire;
        let (named, number) = match direction {
            Direction::Inbound => (&wire.called_extension, &wire.called_number),
            Direction::Outbound => (&wire.caller_extension, &wire.caller_id_num),
        };
        match told(named) {
            Some(named) => named,
            None if self.is_ours(number) => number,
            None => "",
        }
    }

    /// Told in a field of its own, and in front of `SubCallID`.
    fn extension_id(&self, direction: Direction) -> Option<&str> {
        let wire = self.wire;
        let id = match direction {
            Direction::Inbound => &wire.called_extension_id,
            Direction::Outbound => &wire.caller_extension_id,
        };
        let prefix = || wire.sub_call_id.split_once('-').map(|(prefix, _)| prefix);
        let is_id = |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        told(id).or_else(|| prefix().filter(is_id))
    }

    fn extension(&self, direction: Direction) -> Option<Extension> {
        let wire = self.wire;
        let number = told(short(self.extension_text(direction)))?.to_owned();
        let id = self.extension_id(direction).map(str::to_owned);
        // Of a forwarded or requested leg the name may be anybody's.
        let own_name =
            direction == Direction::Outbound && !self.is_forwarded() && wire.call_back_id.is_empty();
        let name = own_name.then(|| real_name(&wire.caller_id_name, &wire.caller_id_num)).flatten();
        Some(Extension { id, number, name: name.map(str::to_owned) })
    }

    fn counterpart(&self, direction: Direction) -> Counterpart<'_> {
        let wire = self.wire;
        if !wire.remote_number.is_empty() && !self.is_ours(&wire.remote_number) {
            // CallerIDName is here the employee's who transferred the call.
            return Counterpart::Outside { number: &wire.remote_number, name: None };
        }
        let number = match direction {
            Direction::Inbound => &wire.caller_id_num,
            Direction::Outbound => &wire.called_number,
        };
        match direction {
            _ if self.is_ours(number) => Counterpart::Ours,
            Direction::Inbound => {
                Counterpart::Outside { number, name: real_name(&wire.caller_id_name, number) }
            }
            // A forwarded leg dials an employee's mobile: the client is known from the leg before.
            Direction::Outbound if self.is_forwarded() || number.is_empty() => Counterpart::Untold,
            Direction::Outbound => Counterpart::Outside { number, name: None },
        }
    }

    fn party(&self, counterpart: &Counterpart<'_>) -> (Option<Party>, Option<String>) {
        let Counterpart::Outside { number, name } = counterpart else { return (None, None) };
        let addresses = self.numbering.phone(number).map(Address::Phone).into_iter().collect();
        let party = Party { addresses, name: name.map(str::to_owned), username: None };
        (Some(party), (!is_withheld(number)).then(|| (*number).to_owned()))
    }

    fn phase(&self, side: LegSide) -> CallPhase {
        let wire = self.wire;
        let status = wire.call_status.clone();
        match (self.kind, side) {
            (Kind::DialIn | Kind::DialOut, _) => CallPhase::Started,
            (Kind::Answer, _) => CallPhase::Answered,
            (Kind::Hangup, LegSide::Group { .. }) => {
                CallPhase::GroupEnded { connected: is_yes(&wire.bridged), status }
            }
            (Kind::Hangup, LegSide::Person) => CallPhase::Ended {
                outcome: outcome(&status),
                status,
                talk_us: wire.duration.parse().ok().filter(|talk| (0..=LONGEST_TALK_US).contains(talk)),
                recording: told(&wire.rec_id)
                    .map(|id| MediaRef::new(id.to_lowercase(), MediaKind::Recording)),
            },
        }
    }
}

fn outcome(status: &str) -> CallOutcome {
    match status.to_ascii_uppercase().as_str() {
        "ANSWER" => CallOutcome::Answered,
        "BUSY" => CallOutcome::Busy,
        "NOANSWER" => CallOutcome::NotAnswered,
        "CANCEL" => CallOutcome::Cancelled,
        "CONGESTION" => CallOutcome::Failed,
        "CHANUNAVAIL" => CallOutcome::Unavailable,
        _ => CallOutcome::Unknown,
    }
}

/// `None` for times that cannot be; clocks may differ a little, so tomorrow is still believed.
fn event_time(text: &str, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = text.parse::<i64>().ok()?;
    is_believable(time, received_at).then(|| DateTime::from_timestamp_micros(time)).flatten()
}

fn is_believable(time_us: i64, received_at: DateTime<Utc>) -> bool {
    let latest = received_at.timestamp_micros().saturating_add(DAY_US);
    (EARLIEST_US..=latest).contains(&time_us)
}

/// A name that is not the number itself, nor a word for a number withheld.
fn real_name<'a>(name: &'a str, number: &str) -> Option<&'a str> {
    let is_name = name.contains(char::is_alphabetic) && name != number && !is_withheld(name);
    is_name.then_some(name)
}

fn is_withheld(number: &str) -> bool {
    ["", "anonymous", "unknown", "restricted", "private"].iter().any(|word| number.eq_ignore_ascii_case(word))
}

fn told(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn unknown_type(wire: &WireEvent) -> String {
    match told(&wire.event_type).or_else(|| told(&wire.snake_event_type)) {
        Some(name) => format!("unknown event type {:?}", name.chars().take(40).collect::<String>()),
        None => "no EventType".to_owned(),
    }
}
