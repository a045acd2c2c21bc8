//! Whole calls as the events of their legs, in time order.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::event::{Call, Ending, Event, Extension, Hangup, Kind, Leg, Side, full_number};
use super::{Config, FakeTelphin};
use crate::dice::Dice;

/// One stretch of talk: with whom, and for how long.
#[derive(Debug, Clone)]
pub struct Talk {
    /// Whose phone.
    pub with: Extension,
    /// How long it rang before the answer.
    pub rang: Duration,
    /// How long they talked.
    pub talked: Duration,
}

/// A call from outside.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// When the first phone rings.
    pub at: DateTime<Utc>,
    /// `CallerIDNum` as it comes; `None` for a hidden number.
    pub caller: Option<String>,
    /// Phones that ring at once. One of them may be the first of `talks`; the others stop ringing.
    pub ringing: Vec<Extension>,
    /// In order: who answered first, to whom that person passed the call, and so on. Empty: missed.
    pub talks: Vec<Talk>,
    /// How long a missed call rings.
    pub patience: Duration,
}

/// A call that an employee makes.
#[derive(Debug, Clone)]
pub struct Outgoer {
    /// When it is dialled.
    pub at: DateTime<Utc>,
    /// Who calls.
    pub from: Extension,
    /// As dialled.
    pub number: String,
    /// How long it rings at the other end.
    pub rang: Duration,
    /// How long they talked; `None` if nobody answered.
    pub talked: Option<Duration>,
}

impl FakeTelphin {
    /// All events of an incoming call, by time. The ids come from the dice.
    pub fn incoming(&self, dice: &mut Dice, incoming: &Incoming) -> Vec<Event> {
        Script { config: self.config(), dice, call: None, events: Vec::new() }.incoming(incoming)
    }

    /// All events of a call that was started through the API, by time: they name its id once more as `CallBackID`.
    pub fn called_back(&self, dice: &mut Dice, call: &Outgoer) -> Vec<Event> {
        let mut script = Script { config: self.config(), dice, call: None, events: Vec::new() };
        let mut started = script.call();
        started.callback_id = Some(started.id.clone());
        script.call = Some(started);
        script.outgoing(call)
    }

    /// All events of an outgoing call, by time.
    pub fn outgoing(&self, dice: &mut Dice, call: &Outgoer) -> Vec<Event> {
        Script { config: self.config(), dice, call: None, events: Vec::new() }.outgoing(call)
    }
}

struct Script<'a> {
    config: &'a Config,
    dice: &'a mut Dice,
    call: Option<Call>,
    events: Vec<Event>,
}

/// Sibling events are some milliseconds apart.
const A_MOMENT: Duration = Duration::from_micros(20_007);
/// The queue's hangup comes a fraction of a second after the menu's.
const A_LITTLE_LATER: Duration = Duration::from_micros(300_011);

impl Script<'_> {
    fn call(&mut self) -> Call {
        if self.call.is_none() {
            let api_number = u32::try_from(self.dice.between(1_000_000_000, 3_999_999_999)).unwrap_or(1);
            self.call = Some(Call { id: self.dice.hex32(), api_number, callback_id: None });
        }
        self.call.clone().expect("it was just put there")
    }

    fn push(&mut self, at: DateTime<Utc>, leg: &Leg, kind: Kind) {
        let call = self.call();
        self.events.push(Event { at, call, leg: leg.clone(), kind });
    }

    fn leg_in(&mut self, extension: &Extension, caller: Option<&str>, via: Option<&Extension>) -> Leg {
        Leg {
            id: format!("{}-{}", extension.id, self.dice.hex32()),
            extension: extension.clone(),
            side: Side::In { caller: caller.map(str::to_owned), via: via.cloned(), remote: None },
        }
    }

    fn incoming(mut self, incoming: &Incoming) -> Vec<Event> {
        let (ivr, queue) = (self.config.ivr.clone(), self.config.queue.clone());
        let caller = incoming.caller.as_deref();
        let menu_leg = self.leg_in(&ivr, caller, None);
        let queue_leg = self.leg_in(&queue, caller, Some(&ivr));
        let mut at = incoming.at;
        let mut legs = Vec::new();
        for extension in &incoming.ringing {
            let leg = self.leg_in(extension, caller, Some(&queue));
            self.push(at, &leg, Kind::Ring);
            legs.push(leg);
            at += A_MOMENT;
        }
        let Some(first) = incoming.talks.first() else {
            return self.missed(incoming, &legs, &menu_leg, &queue_leg);
        };
        let answered = legs.iter().find(|leg| leg.extension == first.with).cloned();
        let mut leg = answered.unwrap_or_else(|| {
            let leg = self.leg_in(&first.with, caller, Some(&queue));
            self.push(at, &leg, Kind::Ring);
            leg
        });
        let mut answered_at = incoming.at + first.rang;
        self.push(answered_at, &leg, Kind::Answer);
        for other in legs.iter().filter(|other| other.id != leg.id) {
            self.push(answered_at + A_MOMENT, other, Kind::Hangup(Hangup::without_talk(Ending::Cancel)));
        }
        let mut talk = first;
        for next in &incoming.talks[1..] {
            let passed_at = answered_at + talk.talked;
            let mut next_leg =
                self.leg_in(&next.with, Some(&full_number(self.config, &talk.with)), Some(&talk.with));
            if let Side::In { remote, .. } = &mut next_leg.side {
                remote.clone_from(&incoming.caller);
            }
            self.push(passed_at, &next_leg, Kind::Ring);
            let next_answer = passed_at + next.rang;
            self.push(next_answer, &next_leg, Kind::Answer);
            self.hang_up(next_answer + A_MOMENT, &leg, answered_at);
            (leg, answered_at, talk) = (next_leg, next_answer, next);
        }
        let ended_at = answered_at + talk.talked;
        self.hang_up(ended_at, &leg, answered_at);
        self.push(ended_at + A_MOMENT, &menu_leg, Kind::Hangup(Hangup::of_queue(true)));
        self.push(ended_at + A_LITTLE_LATER, &queue_leg, Kind::Hangup(Hangup::of_queue(true)));
        self.in_time_order()
    }

    fn missed(mut self, incoming: &Incoming, legs: &[Leg], menu_leg: &Leg, queue_leg: &Leg) -> Vec<Event> {
        let ended_at = incoming.at + incoming.patience;
        for leg in legs {
            self.push(ended_at, leg, Kind::Hangup(Hangup::without_talk(Ending::NoAnswer)));
        }
        self.push(ended_at + A_MOMENT, menu_leg, Kind::Hangup(Hangup::of_queue(false)));
        self.push(ended_at + A_LITTLE_LATER, queue_leg, Kind::Hangup(Hangup::of_queue(false)));
        self.in_time_order()
    }

    fn outgoing(mut self, call: &Outgoer) -> Vec<Event> {
        // On a plain outgoing call the hex part of the leg's id is the call's; on one started through the API it differs.
        let started = self.call();
        let id = if started.callback_id.is_some() { self.dice.hex32() } else { started.id };
        let leg = Leg {
            id: format!("{}-{id}", call.from.id),
            extension: call.from.clone(),
            side: Side::Out { number: call.number.clone(), transferred: false },
        };
        self.push(call.at, &leg, Kind::Ring);
        let answered_at = call.at + call.rang;
        match call.talked {
            Some(talked) => {
                self.push(answered_at, &leg, Kind::Answer);
                self.hang_up(answered_at + talked, &leg, answered_at);
            }
            None => self.push(answered_at, &leg, Kind::Hangup(Hangup::without_talk(Ending::NoAnswer))),
        }
        self.in_time_order()
    }

    /// `Duration` is the time from the answer to the hangup of the same leg, to the microsecond.
    fn hang_up(&mut self, at: DateTime<Utc>, leg: &Leg, answered_at: DateTime<Utc>) {
        let recording = format!("{}-{}", leg.extension.id, self.dice.hex32());
        let hangup = Hangup {
            ending: Ending::Answer,
            talked: (at - answered_at).to_std().ok(),
            recording: Some(recording),
            bridged: None,
        };
        self.push(at, leg, Kind::Hangup(hangup));
    }

    fn in_time_order(mut self) -> Vec<Event> {
        self.events.sort_by_key(|event| event.at);
        self.events
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn fake() -> FakeTelphin {
        FakeTelphin::new(Config::example("http://127.0.0.1:1/hooks/telphin/s"))
    }

    fn incoming(talks: usize) -> Incoming {
        let staff = fake().config().staff.clone();
        Incoming {
            at: DateTime::from_timestamp_micros(1_773_738_904_120_045).expect("in range"),
            caller: Some("+79000000001".to_owned()),
            ringing: staff[..2].to_vec(),
            talks: staff[1..]
                .iter()
                .take(talks)
                .map(|with| Talk {
                    with: with.clone(),
                    rang: Duration::from_secs(7),
                    talked: Duration::from_micros(134_739_958),
                })
                .collect(),
            patience: Duration::from_secs(31),
        }
    }

    fn wire(events: &[Event]) -> Vec<BTreeMap<String, String>> {
        let read = |event: &Event| form_urlencoded::parse(&fake().request(event).body).into_owned().collect();
        events.iter().map(read).collect()
    }

    #[test]
    fn an_incoming_call_rings_two_phones_and_one_answers() {
        let events = wire(&fake().incoming(&mut Dice::new(1), &incoming(1)));
        let words: Vec<&str> = events.iter().map(|event| event["EventType"].as_str()).collect();
        assert_eq!(words, ["dial-in", "dial-in", "answer", "hangup", "hangup", "hangup", "hangup"]);
        let first = &events[0];
        assert_eq!(first["EventTime"], "1773738904120045");
        assert_eq!(first["CallerIDNum"], "+79000000001");
        assert_eq!(first["CalledNumber"], "10129*101");
        assert_eq!(first["CalledExtension"], "10129*101@sipproxy.telphin.ru");
        assert_eq!(first["CallID"].len(), 32);
        assert_eq!(first["CallAPIID"].matches('-').count(), 5);
        assert!(first["SubCallID"].starts_with("410101-"));
        assert!(events.iter().all(|event| event["CallID"] == first["CallID"]));
        assert_eq!(events[3]["CallStatus"], "CANCEL");
        assert!(!events[3].contains_key("Duration"));
        assert_eq!(events[4]["Duration"], "134739958");
        assert!(events[4]["RecID"].starts_with("410102-"));
        assert_eq!(events[6]["Bridged"], "yes");
    }

    #[test]
    fn a_transferred_call_keeps_its_call_id_and_names_the_remote_number() {
        let events = wire(&fake().incoming(&mut Dice::new(1), &incoming(3)));
        let passed: Vec<_> = events.iter().filter(|event| event.contains_key("RemoteNumber")).collect();
        assert_eq!(passed.len(), 2);
        assert_eq!(passed[0]["CallerIDNum"], "10129*102");
        assert_eq!(passed[1]["CallerIDNum"], "10129*103");
        assert!(passed.iter().all(|event| event["RemoteNumber"] == "+79000000001"));
        assert!(events.iter().all(|event| event["CallID"] == events[0]["CallID"]));
    }

    #[test]
    fn a_missed_call_ends_in_the_menu_and_then_in_the_queue() {
        let events = wire(&fake().incoming(&mut Dice::new(1), &incoming(0)));
        let last = &events[events.len() - 2..];
        assert_eq!(last[0]["CalledNumber"], "10129*099");
        assert_eq!(last[1]["CalledNumber"], "10129*200");
        assert!(last.iter().all(|event| event["Bridged"] == "no"));
    }

    #[test]
    fn a_hidden_number_is_absent() {
        let hidden = Incoming { caller: None, ..incoming(1) };
        let events = wire(&fake().incoming(&mut Dice::new(1), &hidden));
        assert!(events.iter().all(|event| !event.contains_key("CallerIDNum")));
    }

    #[test]
    fn an_outgoing_call_repeats_the_call_id_in_its_leg() {
        let call = Outgoer {
            at: incoming(0).at,
            from: fake().config().staff[0].clone(),
            number: "89000000001".to_owned(),
            rang: Duration::from_secs(20),
            talked: None,
        };
        let events = wire(&fake().outgoing(&mut Dice::new(1), &call));
        assert_eq!(events.len(), 2);
        assert_eq!(events[0]["EventType"], "dial-out");
        assert_eq!(events[0]["SubCallID"], format!("410101-{}", events[0]["CallID"]));
        assert_eq!(events[1]["CallStatus"], "NOANSWER");
        assert_eq!(events[1]["CalledNumber"], "89000000001");
        assert!(!events[1].contains_key("CalledDID"));
    }
}
