//! The figures of one day.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use sqlx::PgConnection;

use super::store;
use crate::schedule::moment;

/// What happened on one day, over the whole company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayFigures {
    /// Messages of clients.
    pub messages_in: i64,
    /// Messages to clients; automatic ones are not counted.
    pub messages_out: i64,
    /// Calls of clients.
    pub calls_in: i64,
    /// Those of them that nobody took.
    pub calls_missed: i64,
    /// Calls to clients.
    pub calls_out: i64,
    /// New cards.
    pub new_clients: i64,
    /// Half of the questions that were answered the same day were answered sooner.
    pub first_answer: Option<TimeDelta>,
}

/// The figures of a day by the clock of a zone.
pub(super) async fn of_day(conn: &mut PgConnection, day: NaiveDate, zone: Tz) -> sqlx::Result<DayFigures> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    let (from, until) = (moment(day, NaiveTime::MIN, zone), moment(next, NaiveTime::MIN, zone));
    store::figures(conn, from, until).await
}
