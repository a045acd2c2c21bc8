//! What goes wrong at the providers, by chance.

use mocks::fault::{Chance, Fault, Operation, Plan};
use mocks::{Fakes, Provider};

/// A bad day: every eighth request meets something.
pub(super) fn plan(fakes: &Fakes, seed: u64) {
    for (provider, seed) in Provider::ALL.into_iter().zip(seed..) {
        let on_send = |fault, per_mille| Chance { on: Some(Operation::Send), fault, per_mille };
        let of_states = |fault, per_mille| Chance { on: None, fault, per_mille };
        let chances = vec![
            on_send(Fault::LostAnswer, 15),
            on_send(Fault::TruncatedBody, 10),
            on_send(Fault::TooMany { retry_after: Some(1) }, 10),
            on_send(Fault::TooMany { retry_after: None }, 5),
            on_send(Fault::ServerError { status: 503, done: false }, 15),
            on_send(Fault::ServerError { status: 502, done: true }, 5),
            of_states(Fault::ReorderedStates, 50),
            of_states(Fault::DoubledStates, 50),
            of_states(Fault::LateStates { seconds: 2 }, 50),
        ];
        fakes.faults().plan(Plan { provider: Some(provider), seed, chances });
    }
}
