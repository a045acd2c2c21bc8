//! The memory of a process, sampled all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::hub::resident_kb;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(100);

/// Samples the resident memory of a process until it is dropped; the process may be replaced by its next start.
#[derive(Clone, Default)]
pub(super) struct Watch {
    pid: Arc<AtomicU32>,
    peak_kb: Arc<AtomicU64>,
}

impl Watch {
    pub fn start() -> Self {
        let watch = Self::default();
        let (pid, peak) = (Arc::downgrade(&watch.pid), watch.peak_kb.clone());
        tokio::spawn(async move {
            while let Some(pid) = pid.upgrade().map(|pid| pid.load(Ordering::Relaxed)) {
                peak.fetch_max(resident_kb(pid).unwrap_or(0), Ordering::Relaxed);
                tokio::time::sleep(EVERY).await;
            }
        });
        watch
    }

    pub fn follow(&self, pid: Option<u32>) {
        self.pid.store(pid.unwrap_or(0), Ordering::Relaxed);
    }

    /// In megabytes.
    #[expect(clippy::cast_precision_loss, reason = "megabytes of one process")]
    pub fn peak_mb(&self) -> f64 {
        self.peak_kb.load(Ordering::Relaxed) as f64 / 1024.0
    }
}
