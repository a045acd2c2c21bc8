//! The stop: asked for by a signal, graceful once, at once when asked again.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::run::STOP_WITHIN;

/// What is still at work after this is cut off; everything acknowledged is durable by then.
const CUT_OFF: Duration = STOP_WITHIN.saturating_add(Duration::from_secs(1));

/// Cancelled by the first SIGTERM or SIGINT. A second one ends the process at once, and so does a stop that lasts too
/// long.
pub fn on_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    // Listened to from here on, also before the task is first run.
    let signals =
        signal(SignalKind::terminate()).and_then(|term| Ok((term, signal(SignalKind::interrupt())?)));
    match signals {
        Ok((mut terminate, mut interrupt)) => {
            tokio::spawn(async move {
                next(&mut terminate, &mut interrupt).await;
                stop.cancel();
                let code = tokio::select! {
                    () = next(&mut terminate, &mut interrupt) => 130,
                    () = tokio::time::sleep(CUT_OFF) => 1,
                };
                tracing::warn!("the stop is cut off");
                std::process::exit(code);
            });
        }
        Err(error) => tracing::error!(%error, "signals cannot be heard; only killing stops the hub"),
    }
    token
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
