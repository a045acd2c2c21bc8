//! Stories in SMS, of both providers.

use mocks::people::Person;
use mocks::smsc::Action;
use mocks::smsru::Entry;
use mocks::{Outgoing, Providers};
use proptest::prelude::*;

use super::moves::{MOVES, moment, who};

#[derive(Debug, Clone)]
pub enum Move {
    /// SMSC: which message, to whom, the state.
    Report(u64, Person, i32),
    /// SMSC: who writes, and whether the provider gives an id.
    Inbound(Person, bool),
    /// SMSC: a verification call.
    Call(Person),
    /// SMS.ru: messages and their states in one request.
    Reports(Vec<(u64, u32)>),
}

pub fn story() -> impl Strategy<Value = Vec<Move>> {
    let state = prop_oneof![Just(-1), Just(0), Just(1), Just(3), Just(20), Just(22), Just(77)];
    let code = prop_oneof![Just(100u32), Just(101), Just(102), Just(103), Just(104), Just(999)];
    let one = prop_oneof![
        4 => (1..4u64, who(), state).prop_map(|(id, who, state)| Move::Report(id, who, state)),
        3 => (who(), any::<bool>()).prop_map(|(who, named)| Move::Inbound(who, named)),
        1 => who().prop_map(Move::Call),
        3 => proptest::collection::vec((1..4u64, code), 1..4).prop_map(Move::Reports),
    ];
    proptest::collection::vec(one, 8..MOVES)
}

pub fn perform(providers: &Providers, story: &[Move]) -> Vec<Outgoing> {
    let smsc = |action: Action| providers.smsc.request(&action);
    let request = |(place, one): (usize, &Move)| match one {
        Move::Report(id, who, status) => {
            smsc(Action::Report { id: *id, phone: who.phone.clone(), status: *status, at: moment(place) })
        }
        Move::Inbound(who, named) => smsc(Action::Inbound {
            id: named.then_some(9_000 + place as u64),
            phone: who.phone_with_eight(),
            text: format!("сообщение {place}"),
            at: moment(place),
        }),
        Move::Call(who) => smsc(Action::Call { phone: who.phone.clone(), at: moment(place) }),
        Move::Reports(entries) => {
            let entry = |&(id, code): &(u64, u32)| Entry::Report {
                id: format!("202647-{id}"),
                code,
                at: moment(place),
            };
            providers.smsru.request(&entries.iter().map(entry).collect::<Vec<_>>())
        }
    };
    story.iter().enumerate().map(request).collect()
}
