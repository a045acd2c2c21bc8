//! The one clock of the program. Everything else gets the time as an argument.

use chrono::{DateTime, Utc};

/// Where the time comes from; tests give another.
pub type Clock = fn() -> DateTime<Utc>;

/// The clock of the machine.
#[expect(clippy::disallowed_methods, reason = "this is the one home of the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
