//! What the PBX remembers of its calls: the history with its legs, and the recordings.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Config;

/// What becomes of the next recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fate {
    /// It is there only so long after the call.
    pub late_seconds: u32,
    /// It never comes.
    pub absent: bool,
    /// The size of its sound; 0 for as much as was said, at most a minute.
    pub size_bytes: u64,
}

/// A recording of one leg.
#[derive(Debug, Clone)]
pub(super) struct Recording {
    pub(super) there_at: DateTime<Utc>,
    pub(super) absent: bool,
    pub(super) size_bytes: u64,
}

#[derive(Debug, Clone, Default)]
struct Leg {
    extension_id: String,
    /// `10129*101`
    extension: String,
    outgoing: bool,
    transferred: bool,
    from: String,
    to: String,
    rang_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    status: String,
    recording: Option<String>,
    /// Of menus and queues: whether anybody answered.
    bridged: Option<bool>,
}

#[derive(Debug, Clone, Default)]
struct Call {
    legs: BTreeMap<String, Leg>,
    did: String,
    by_api: bool,
}

/// Everything that happened, as the events told it, whether or not anybody heard them.
#[derive(Debug, Default)]
pub(super) struct Archive {
    calls: BTreeMap<String, Call>,
    pub(super) recordings: BTreeMap<String, Recording>,
    fates: Vec<Fate>,
}

impl Archive {
    /// The next recording meets this fate; several wait in order.
    pub(super) fn arrange(&mut self, fate: Fate) {
        self.fates.push(fate);
    }

    /// Remembers one event by its fields.
    pub(super) fn observe(&mut self, fields: &[(String, String)]) {
        let field = |name: &str| {
            fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let at = field("EventTime").parse().ok().and_then(DateTime::from_timestamp_micros);
        let (Some(at), id) = (at, field("CallID")) else { return };
        let (kind, leg_id) = (field("EventType"), field("SubCallID"));
        if id.is_empty() || leg_id.is_empty() {
            return;
        }
        let call = self.calls.entry(id).or_default();
        call.by_api |= !field("CallBackID").is_empty();
        if call.did.is_empty() {
            call.did = field("CalledDID");
        }
        let outgoing = field("CallFlow") == "out";
        let leg = call.legs.entry(leg_id).or_default();
        let side = if outgoing { "CallerExtension" } else { "CalledExtension" };
        leg.extension_id = field(&format!("{side}ID"));
        field(side).split('@').next().unwrap_or_default().clone_into(&mut leg.extension);
        leg.outgoing = outgoing;
        leg.transferred |= field("Transfered") == "yes";
        leg.from = field("CallerIDNum");
        leg.to = field("CalledNumber");
        match kind.as_str() {
            "dial-in" | "dial-out" => leg.rang_at = Some(at),
            "answer" => leg.answered_at = Some(at),
            "hangup" => {
                leg.ended_at = Some(at);
                leg.status = field("CallStatus");
                leg.bridged = match field("Bridged").as_str() {
                    "yes" => Some(true),
                    "no" => Some(false),
                    _ => None,
                };
                let talked = field("Duration").parse::<u64>().unwrap_or_default() / 1_000_000;
                self.keep_recording(&field("SubCallID"), &field("RecID"), at, talked, &field("CallID"));
            }
            _ => {}
        }
    }

    fn keep_recording(&mut self, leg: &str, record: &str, at: DateTime<Utc>, talked_s: u64, call: &str) {
        if record.is_empty() || self.recordings.contains_key(record) {
            return;
        }
        let fate = if self.fates.is_empty() { Fate::default() } else { self.fates.remove(0) };
        let size_bytes = if fate.size_bytes > 0 { fate.size_bytes } else { talked_s.clamp(1, 60) * 8000 };
        let there_at = at + TimeDelta::seconds(i64::from(fate.late_seconds));
        let recording = Recording { there_at, absent: fate.absent, size_bytes };
        self.recordings.insert(record.to_owned(), recording);
        if let Some(leg) = self.calls.get_mut(call).and_then(|call| call.legs.get_mut(leg)) {
            leg.recording = Some(record.to_owned());
        }
    }

    /// Calls that ended within the interval, by their beginning.
    pub(super) fn between(
        &self,
        config: &Config,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<Value> {
        let mut found: Vec<(DateTime<Utc>, Value)> = self
            .calls
            .iter()
            .filter_map(|(id, call)| Some((call.began()?, self.told(config, id, call, now)?)))
            .filter(|(began, _)| (from..=until).contains(began))
            .collect();
        found.sort_by_key(|(began, _)| *began);
        found.into_iter().map(|(_, call)| call).collect()
    }

    /// One call, by its id in any letter case; `None` while it goes on.
    pub(super) fn one(&self, config: &Config, id: &str, now: DateTime<Utc>) -> Option<Value> {
        let id = id.to_lowercase();
        self.told(config, &id, self.calls.get(&id)?, now)
    }

    fn told(&self, config: &Config, id: &str, call: &Call, now: DateTime<Utc>) -> Option<Value> {
        let (began, ended) = (call.began()?, call.ended().filter(|ended| *ended <= now)?);
        let mut legs: Vec<&Leg> = call.legs.values().collect();
        legs.sort_by_key(|leg| leg.rang_at.or(leg.ended_at));
        let talked = legs.iter().find(|leg| leg.answered_at.is_some());
        let first = legs.first()?;
        let incoming = !legs.iter().any(|leg| leg.outgoing && !leg.transferred);
        let (owner_id, owner, kind) = if incoming {
            (config.ivr.id.to_string(), format!("{}*{}", config.prefix, config.ivr.number), "ivr")
        } else {
            (first.extension_id.clone(), first.extension.clone(), "phone")
        };
        let result = match (talked.is_some(), incoming) {
            (true, true) => "answered",
            (true, false) => "bridged",
            (false, _) => "not answered",
        };
        let bridged_at = talked.and_then(|leg| leg.answered_at);
        let bridged_with = talked.map(|leg| if incoming { leg.extension.clone() } else { leg.to.clone() });
        let cdr: Vec<Value> = legs.iter().map(|leg| self.leg(config, leg, now, call.by_api)).collect();
        Some(json!({
            "call_uuid": id.to_uppercase(),
            "flow": if incoming { "in" } else { "out" },
            "init_time_gmt": seconds(began),
            "start_time_gmt": seconds(began),
            "bridged_time_gmt": bridged_at.map(seconds),
            "hangup_time_gmt": seconds(ended),
            "duration": (ended - began).num_seconds(),
            "bridged_duration": bridged_at.map(|at| (ended - at).num_seconds()),
            "result": result,
            "hangup_cause": "NORMAL_CLEARING",
            "hangup_disposition": "caller_bye",
            "from_username": if first.from.is_empty() { Value::Null } else { first.from.clone().into() },
            "from_domain": DOMAIN,
            "to_username": if incoming { owner.clone() } else { first.to.clone() },
            "to_domain": DOMAIN,
            "bridged_username": bridged_with,
            "did_number": (!call.did.is_empty()).then(|| call.did.clone()),
            "extension_id": owner_id.parse::<u32>().ok(),
            "extension_name": format!("{owner}@{DOMAIN}"),
            "extension_type": kind,
            "client_owner_id": config.prefix.parse::<u32>().ok(),
            "cdr": cdr,
        }))
    }

    fn leg(&self, config: &Config, leg: &Leg, now: DateTime<Utc>, by_api: bool) -> Value {
        let began = leg.rang_at.or(leg.answered_at).or(leg.ended_at);
        let kind = if leg.extension_id == config.ivr.id.to_string() {
            "ivr"
        } else if leg.extension_id == config.queue.id.to_string() {
            "queue"
        } else {
            "phone"
        };
        let result = match (leg.answered_at.is_some(), leg.status.as_str(), leg.outgoing) {
            (true, _, true) => "bridged",
            (true, _, false) => "answered",
            (_, "CANCEL", false) => "answered elsewhere",
            (_, "BUSY", _) => "busy",
            _ if leg.bridged == Some(true) => "answered",
            _ => "not answered",
        };
        let record = leg.recording.as_ref().filter(|record| {
            self.recordings.get(*record).is_some_and(|known| !known.absent && known.there_at <= now)
        });
        let talk = leg.answered_at.zip(leg.ended_at).map_or(0, |(from, until)| (until - from).num_seconds());
        json!({
            "flow": if leg.transferred { "transfer" } else if leg.outgoing { "out" } else { "in" },
            "result": result,
            "extension_id": leg.extension_id.parse::<u32>().ok(),
            "extension_type": kind,
            "extension_name": format!("{}@{DOMAIN}", leg.extension),
            "init_time_gmt": began.map(hundredths),
            "start_time_gmt": leg.answered_at.or(began).map(seconds),
            "hangup_time_gmt": leg.ended_at.map(seconds),
            "duration": talk,
            "from_username": leg.from,
            "to_username": leg.to,
            "dest_number": leg.to,
            "source_number": Value::Null,
            "record_uuid": record.map(|record| record.to_uppercase()),
            "record_file_size": record.and_then(|record| self.recordings.get(record)).map(|known| known.size_bytes + 44),
            "hangup_cause": "NORMAL_CLEARING",
            "application": by_api.then_some("callback"),
        })
    }
}

const DOMAIN: &str = "sipproxy.telphin.ru";

impl Call {
    fn began(&self) -> Option<DateTime<Utc>> {
        self.legs.values().filter_map(|leg| leg.rang_at.or(leg.ended_at)).min()
    }

    /// `None` while a leg goes on.
    fn ended(&self) -> Option<DateTime<Utc>> {
        let ends: Option<Vec<DateTime<Utc>>> = self.legs.values().map(|leg| leg.ended_at).collect();
        ends?.into_iter().max()
    }
}

/// Legs count hundredths, calls do not.
fn hundredths(at: DateTime<Utc>) -> String {
    format!("{}.{:02}", seconds(at), at.timestamp_subsec_millis() / 10)
}

fn seconds(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
