//! What goes wrong at Telegram, by chance.

use std::time::Duration;

use mocks::dice::Dice;
use mocks::fault::{Chance, Fault, Operation, Outage, Plan};
use mocks::{Fakes, Provider};

/// A bad day: every tenth request meets something.
pub(super) fn plan(fakes: &Fakes, seed: u64) {
    let chance = |on, fault, per_mille| Chance { on: Some(on), fault, per_mille };
    let on_send = |fault, per_mille| chance(Operation::Send, fault, per_mille);
    let chances = vec![
        on_send(Fault::LostAnswer, 10),
        on_send(Fault::TruncatedBody, 8),
        on_send(Fault::Hang { seconds: 2, done: true }, 4),
        on_send(Fault::Hang { seconds: 2, done: false }, 4),
        on_send(Fault::TooMany { retry_after: Some(1) }, 15),
        on_send(Fault::TooMany { retry_after: None }, 4),
        on_send(Fault::ServerError { status: 503, done: false }, 15),
        on_send(Fault::ServerError { status: 502, done: true }, 5),
        chance(Operation::Download, Fault::LostAnswer, 10),
        chance(Operation::Download, Fault::TruncatedBody, 10),
        chance(Operation::Download, Fault::ServerError { status: 503, done: false }, 10),
        chance(Operation::Ask, Fault::ServerError { status: 503, done: false }, 20),
        chance(Operation::Ask, Fault::TooMany { retry_after: Some(1) }, 20),
    ];
    fakes.faults().plan(Plan { provider: Some(Provider::Telegram), seed, chances });
}

/// Telegram is away for a moment.
pub(super) async fn outage(fakes: &Fakes, dice: &mut Dice) {
    let manner = *dice.pick(&[Outage::Refusing, Outage::Hanging]);
    fakes.faults().outage(Provider::Telegram, manner);
    tokio::time::sleep(Duration::from_millis(dice.between(500, 2500))).await;
    fakes.faults().outage(Provider::Telegram, Outage::None);
}

/// How many requests there were of which nobody can know whether they were obeyed.
pub(super) fn doubtful(fakes: &Fakes) -> u64 {
    let is_doubtful = |fault: &Fault| {
        matches!(
            fault,
            Fault::LostAnswer | Fault::TruncatedBody | Fault::Hang { .. } | Fault::ServerError { .. }
        )
    };
    let struck = fakes.faults().struck();
    let fits = |(provider, on, fault, times): (Provider, Operation, Fault, u64)| {
        (provider == Provider::Telegram && on == Operation::Send && is_doubtful(&fault)).then_some(times)
    };
    struck.into_iter().filter_map(fits).sum()
}
