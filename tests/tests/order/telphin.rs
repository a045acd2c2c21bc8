//! Stories on the telephone.

use std::time::Duration;

use mocks::dice::Dice;
use mocks::people::Person;
use mocks::telphin::{Incoming, Outgoer, Talk};
use mocks::{Outgoing, Providers};
use proptest::prelude::*;

use super::moves::{moment, who};

#[derive(Debug, Clone)]
pub enum Move {
    /// Who calls (nobody: withheld), how many phones ring, how many talks.
    In(Option<Person>, usize, usize),
    /// Whom we call, how we dial, whether he answers.
    Out(Person, usize, bool),
}

pub fn story() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (proptest::option::weighted(0.8, who()), 1..4usize, 0..4usize)
            .prop_map(|(who, ringing, talks)| Move::In(who, ringing, talks)),
        (who(), 0..3usize, any::<bool>())
            .prop_map(|(who, dialled, answers)| Move::Out(who, dialled, answers)),
    ];
    proptest::collection::vec(one, 1..4)
}

pub fn perform(providers: &Providers, story: &[Move]) -> Vec<Outgoing> {
    let mut dice = Dice::new(story.len() as u64);
    let staff = &providers.telphin.config().staff;
    let mut requests = Vec::new();
    for (place, one) in story.iter().enumerate() {
        let events = match one {
            Move::In(person, ringing, talks) => {
                let talk = |turn: usize| Talk {
                    with: staff[(place + turn) % staff.len()].clone(),
                    rang: Duration::from_secs(5),
                    talked: Duration::from_secs(20 + turn as u64),
                };
                let incoming = Incoming {
                    at: moment(place),
                    caller: person.as_ref().map(Person::phone_e164),
                    ringing: (0..*ringing).map(|turn| staff[(place + turn) % staff.len()].clone()).collect(),
                    talks: (0..*talks).map(talk).collect(),
                    patience: Duration::from_secs(25),
                };
                providers.telphin.incoming(&mut dice, &incoming)
            }
            Move::Out(person, dialled, answers) => {
                let numbers =
                    [person.phone_e164(), person.phone_with_eight(), person.phone_bare().to_owned()];
                let call = Outgoer {
                    at: moment(place),
                    from: staff[place % staff.len()].clone(),
                    number: numbers[*dialled].clone(),
                    rang: Duration::from_secs(4),
                    talked: answers.then(|| Duration::from_secs(30)),
                };
                providers.telphin.outgoing(&mut dice, &call)
            }
        };
        requests.extend(events.iter().map(|event| providers.telphin.request(event)));
    }
    requests
}
