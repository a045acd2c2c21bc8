//! What happens to the hub, and when.

use std::time::{Duration, Instant};

use mocks::dice::Dice;

use super::Storm;
use crate::hub::{Hub, Stop};

/// One disaster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// SIGKILL of the hub.
    Hub,
    /// The database goes first, and the hub dies while it works without it.
    DatabaseThenHub(Stop),
    /// Both at once.
    Both(Stop),
}

/// Disasters, each when so many requests have come to their end: the storm is never over before them, however fast the
/// machine is.
pub(super) struct Disasters {
    planned: Vec<(usize, Kind)>,
}

impl Disasters {
    pub(super) fn plan(dice: &mut Dice, kills: u32, posts: usize) -> Self {
        let mut moments: Vec<usize> = (0..kills).map(|_| dice.below((posts * 19 / 20).max(1))).collect();
        moments.sort_unstable();
        let kinds = (1..=kills).map(|number| match (number % 4, dice.below(5)) {
            (0, 0) => Kind::Both(Stop::Immediate),
            (0, 1) => Kind::Both(Stop::Kill),
            (0, 2) => Kind::DatabaseThenHub(Stop::Kill),
            (0, _) => Kind::DatabaseThenHub(Stop::Immediate),
            _ => Kind::Hub,
        });
        Self { planned: moments.into_iter().zip(kinds).collect() }
    }

    /// Strikes and starts the hub again, each time on the same port and data. Returns kills and stops of the database.
    pub(super) async fn strike(
        &self,
        hub: &mut Hub,
        storm: &Storm,
        dice: &mut Dice,
        started: Instant,
    ) -> anyhow::Result<(u32, u32)> {
        let (mut kills, mut stops) = (0, 0);
        for &(moment, kind) in &self.planned {
            while storm.finished() < moment && !storm.is_over() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(dice.between(0, 150))).await;
            match kind {
                Kind::Hub => hub.kill9(),
                Kind::DatabaseThenHub(how) => {
                    stops += u32::from(hub.postgres().stop(how));
                    tokio::time::sleep(Duration::from_millis(dice.between(50, 1_500))).await;
                    let spooled = hub.folder().spooled_bytes();
                    hub.kill9();
                    eprintln!("  the hub died with {spooled} bytes in the spool");
                }
                Kind::Both(how) => {
                    stops += u32::from(hub.postgres().stop(how));
                    hub.kill9();
                }
            }
            kills += 1;
            let (dead, finished) = (Instant::now(), storm.finished());
            // A killed hub is not always started at once.
            tokio::time::sleep(Duration::from_millis(dice.between(0, 300))).await;
            hub.start().await?;
            eprintln!(
                "{}s: kill {kills} ({kind:?}) after {finished} requests, up again in {} ms",
                started.elapsed().as_secs(),
                dead.elapsed().as_millis()
            );
        }
        Ok((kills, stops))
    }
}
