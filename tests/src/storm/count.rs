//! What reached the phones, compared with what was pressed.

use std::collections::BTreeMap;

use anyhow::Context;
use mocks::{Fakes, Provider};
use serde::Serialize;

use super::press::Press;
use crate::hub::Api;

/// What became of the presses of one channel.
#[derive(Debug, Default, Serialize)]
pub struct Channel {
    pressed: usize,
    /// Presses that reached the phone.
    received: usize,
    /// Presses that reached it more than once.
    doubled: usize,
    /// Presses that the hub says were sent and that no phone has.
    lost: usize,
    /// Presses that came before an earlier press of their conversation.
    out_of_order: usize,
    /// Presses of which the hub says that nobody can tell.
    in_doubt: usize,
    /// Presses that the hub gave up, with the reason shown.
    failed: usize,
    /// Presses without an end: neither sent, nor failed, nor in doubt.
    unfinished: usize,
    /// The provider can be asked what became of a lost answer.
    can_tell: bool,
}

impl Channel {
    /// One copy per press and none out of order; doubt only where the provider cannot tell.
    pub fn holds(&self) -> bool {
        let whole = self.doubled == 0 && self.lost == 0 && self.out_of_order == 0 && self.unfinished == 0;
        whole && (!self.can_tell || (self.in_doubt == 0 && self.received + self.failed == self.pressed))
    }
}

/// Counts all channels.
pub(super) async fn count(
    api: &Api,
    fakes: &Fakes,
    presses: &[Press],
) -> anyhow::Result<BTreeMap<&'static str, Channel>> {
    let mut channels: BTreeMap<&'static str, Channel> = BTreeMap::new();
    for provider in super::WRITTEN {
        let arrivals = fakes.phone().all(provider);
        let mut counted = Channel { can_tell: can_tell(provider), ..Channel::default() };
        let mut last: BTreeMap<usize, usize> = BTreeMap::new();
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        let by_text: BTreeMap<String, &Press> = presses
            .iter()
            .filter(|press| press.provider == provider)
            .map(|press| (press.text(), press))
            .collect();
        for arrival in arrivals.iter().filter(|arrival| arrival.kind == "text") {
            let Some(text) = arrival.text.as_deref() else { continue };
            let Some(press) = by_text.get(text) else { continue };
            let times = copies.entry(text.to_owned()).or_default();
            *times += 1;
            if *times > 1 {
                continue;
            }
            let newest = last.entry(press.conversation).or_default();
            if press.place < *newest {
                counted.out_of_order += 1;
                eprintln!("{}: place {} came behind {newest}", provider.name(), press.place);
            }
            *newest = (*newest).max(press.place);
        }
        counted.pressed = by_text.len();
        counted.received = copies.len();
        counted.doubled = copies.values().filter(|times| **times > 1).count();
        for (text, press) in &by_text {
            let arrived = copies.contains_key(text);
            state(api, press, arrived, &mut counted).await?;
        }
        channels.insert(provider.name(), counted);
    }
    Ok(channels)
}

async fn state(api: &Api, press: &Press, arrived: bool, counted: &mut Channel) -> anyhow::Result<()> {
    let entry = api.get(&format!("/api/interactions/{}", press.id)).await?;
    match entry["delivery"]["step"].as_str().context("a pressed message has a delivery")? {
        "accepted" if arrived => {}
        "accepted" => {
            counted.lost += 1;
            eprintln!("{}: {} is said to be sent and is on no phone", press.provider.name(), press.id);
        }
        "unknown" => counted.in_doubt += 1,
        "failed" if !arrived => {
            counted.failed += 1;
            eprintln!("{}: {} failed: {}", press.provider.name(), press.id, entry["delivery"]["reason"]);
        }
        step => {
            counted.unfinished += 1;
            eprintln!("{}: {} is {step}, arrived: {arrived}", press.provider.name(), press.id);
        }
    }
    Ok(())
}

/// WhatsApp gives our reference back with every state, MAX shows its history, SMSC knows our own ids.
fn can_tell(provider: Provider) -> bool {
    matches!(provider, Provider::WhatsApp | Provider::Max | Provider::Smsc)
}
