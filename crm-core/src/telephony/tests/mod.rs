mod call_requests;
mod debts;
mod ring_cards;
mod seats_and_routes;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Address, CallOutcome, CallPhase, CallUpdate, Channel, Content, Direction, Event, EventKind, Extension,
    ExternalId, LegSide, Message, Origin, Parsed, Party, PhoneNumber, Region,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::fixture::minute;
use crate::timeline::ingest::{ReadRaw, apply};
use crate::{AccountId, InteractionId, RawEventId};

/// Seconds into the day.
fn at(second: i64) -> DateTime<Utc> {
    minute(0) + TimeDelta::seconds(second)
}

fn number(last: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("+7900{last:07}"), Region::Russia).expect("a number")
}

fn party(last: u32) -> Party {
    Party { addresses: vec![Address::Phone(number(last))], ..Party::default() }
}

/// A fact of a call whose one leg has the id of the call.
fn told(call: &str, second: i64, word: &str, update: CallUpdate) -> Event {
    Event {
        external_id: ExternalId::new(format!("{word}:{call}")),
        occurred_at: at(second),
        kind: EventKind::Call(update),
    }
}

fn update(call: &str, direction: Direction, caller: u32, extension: &str, phase: CallPhase) -> CallUpdate {
    CallUpdate {
        call: ExternalId::new(call),
        leg: ExternalId::new(format!("leg-{call}-{extension}")),
        side: LegSide::Person,
        direction,
        forwarded: false,
        internal: false,
        party: Some(party(caller)),
        party_text: None,
        line: Some("74950000101".to_owned()),
        extension: Some(Extension { id: None, number: extension.to_owned(), name: None }),
        from_history: false,
        phase,
        control: None,
        requested: None,
    }
}

fn ended(outcome: CallOutcome, talk_s: i64) -> CallPhase {
    CallPhase::Ended { outcome, status: "X".to_owned(), talk_us: Some(talk_s * 1_000_000), recording: None }
}

fn rings(call: &str, second: i64, caller: u32, extension: &str) -> Event {
    told(
        call,
        second,
        &format!("ring-{extension}"),
        update(call, Direction::Inbound, caller, extension, CallPhase::Started),
    )
}

fn gives_up(call: &str, second: i64, caller: u32, extension: &str) -> Event {
    let phase = ended(CallOutcome::Cancelled, 0);
    told(
        call,
        second,
        &format!("end-{extension}"),
        update(call, Direction::Inbound, caller, extension, phase),
    )
}

fn talked(call: &str, second: i64, direction: Direction, caller: u32) -> Event {
    let phase = ended(CallOutcome::Answered, 5);
    told(call, second + 5, "end", update(call, direction, caller, "101", phase))
}

/// We wrote to somebody.
fn wrote(id: &str, second: i64, to: u32, direction: Direction, origin: Origin) -> Event {
    let message = Message {
        conversation: ExternalId::new(number(to).digits()),
        party: party(to),
        direction,
        origin,
        author_name: None,
        content: Content::Text { text: "перезвоню".to_owned() },
        quote: None,
        forward: None,
        referral: None,
        album: None,
        delivery: None,
        placeholder: false,
    };
    Event { external_id: ExternalId::new(id), occurred_at: at(second), kind: EventKind::Message(message) }
}

/// Applies one event as one batch.
async fn happens(conn: &mut PgConnection, account: AccountId, event: Event) {
    let raw = ReadRaw {
        raw_id: RawEventId(Uuid::now_v7()),
        received_at: at(86_400),
        account_id: account,
        channel: Channel::Telephony,
        mapping: 1,
        parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
    };
    apply(conn, &[raw], at(86_400)).await.expect("applied");
}

fn call_id(account: AccountId, call: &str) -> InteractionId {
    InteractionId::derived(account, "call", call)
}
