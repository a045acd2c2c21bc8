//! A task: its types and rules, no SQL.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{
    ClientId, InteractionId, TaskId, UserId,
    clients::{
        ClientError,
        client::{Person, present},
        error::Result,
        text::words,
    },
    schedule::moment,
};

const LONGEST_TITLE: usize = 300;
const LONGEST_TEXT: usize = 10_000;
/// When people are reminded of what is due on a day.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("nine o'clock exists");

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum TaskKind {
    /// «Звонок»
    Call,
    /// «Письмо»
    Letter,
    /// «Документ»
    Document,
    /// «Встреча»
    Meeting,
    /// «Другое»
    Other,
}

/// By when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = TaskDue)]
pub enum Due {
    /// Whenever.
    Never {},
    /// By a moment.
    At {
        /// Which.
        at: DateTime<Utc>,
    },
    /// Some time on a day by the company's clocks.
    Day {
        /// Which.
        day: NaiveDate,
    },
}

impl Due {
    /// The moment from which it is late.
    pub fn ends_at(self, zone: Tz) -> Option<DateTime<Utc>> {
        match self {
            Self::Never {} => None,
            Self::At { at } => Some(at),
            Self::Day { day } => {
                day.checked_add_days(Days::new(1)).map(|next| moment(next, NaiveTime::MIN, zone))
            }
        }
    }

    /// When to remind of it; nothing for what is past.
    pub(super) fn notice_at(self, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = match self {
            Self::Never {} => None,
            Self::At { at } => Some(at),
            Self::Day { day } => Some(moment(day, MORNING, zone)),
        };
        at.filter(|at| *at > now)
    }

    pub(super) fn day(self) -> Option<NaiveDate> {
        if let Self::Day { day } = self { Some(day) } else { None }
    }

    pub(super) fn stored(due_at: Option<DateTime<Utc>>, due_day: Option<NaiveDate>) -> Self {
        match (due_day, due_at) {
            (Some(day), _) => Self::Day { day },
            (None, Some(at)) => Self::At { at },
            (None, None) => Self::Never {},
        }
    }

    /// Refuses what is late already.
    pub(super) fn ahead(self, zone: Tz, now: DateTime<Utc>) -> Result<Self> {
        let late = self.ends_at(zone).is_some_and(|ends_at| ends_at <= now);
        let endless = matches!(self, Self::Day { .. }) && self.ends_at(zone).is_none();
        if late || endless {
            return Err(ClientError::Invalid {
                field: "due", reason: "Этот срок уже прошёл."
            });
        }
        Ok(self)
    }
}

/// The client of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TaskClient {
    /// The root card.
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// One closing of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TaskClosing {
    /// Who.
    pub closed_by: Person,
    /// When.
    pub closed_at: DateTime<Utc>,
    /// What came of it.
    #[schema(required = true)]
    pub result: Option<String>,
    /// Who opened it again.
    #[schema(required = true)]
    pub reopened_by: Option<Person>,
    /// When.
    #[schema(required = true)]
    pub reopened_at: Option<DateTime<Utc>>,
}

/// Something that somebody is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Task {
    /// Made by whoever set it.
    pub id: TaskId,
    /// Who set it.
    pub author: Person,
    /// Who is to do it.
    pub responsible: Person,
    /// What kind of work.
    pub kind: TaskKind,
    /// In a few words.
    pub title: String,
    /// In more.
    #[schema(required = true)]
    pub text: Option<String>,
    /// By when.
    pub due: Due,
    /// The moment from which it is late.
    #[schema(required = true)]
    pub due_at: Option<DateTime<Utc>>,
    /// Its client; `null` where there is none or the viewer does not read it.
    #[schema(required = true)]
    pub client: Option<TaskClient>,
    /// There is a client that the viewer does not read.
    pub client_hidden: bool,
    /// The row of the timeline from which it came.
    #[schema(required = true)]
    pub interaction_id: Option<InteractionId>,
    /// When it was set.
    pub created_at: DateTime<Utc>,
    /// When it was closed; `null` while it is open.
    #[schema(required = true)]
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    #[schema(required = true)]
    pub closed_by: Option<Person>,
    /// Every closing, those too that were taken back; the oldest first.
    pub closings: Vec<TaskClosing>,
}

/// A task to be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// Made by the screen, a UUID: the same id again is the same task.
    pub id: TaskId,
    /// Who is to do it; oneself where absent.
    #[serde(default)]
    pub responsible_id: Option<UserId>,
    /// What kind of work.
    pub kind: TaskKind,
    /// In a few words, up to 300 signs.
    pub title: String,
    /// In more.
    #[serde(default)]
    pub text: Option<String>,
    /// By when.
    pub due: Due,
    /// Of which client.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// From which row of a timeline.
    #[serde(default)]
    pub interaction_id: Option<InteractionId>,
}

/// What to change on a task. An absent field stays.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskEdit {
    /// Who is to do it.
    #[serde(default)]
    pub responsible_id: Option<UserId>,
    /// What kind of work.
    #[serde(default)]
    pub kind: Option<TaskKind>,
    /// Not empty.
    #[serde(default)]
    pub title: Option<String>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub text: Option<Option<String>>,
    /// By when.
    #[serde(default)]
    pub due: Option<Due>,
}

pub(super) fn title_of(text: String) -> Result<String> {
    let title = words(Some(text))
        .ok_or(ClientError::Invalid {
            field: "title", reason: "Напишите, что нужно сделать."
        })?;
    if title.chars().count() > LONGEST_TITLE {
        return Err(ClientError::Invalid {
            field: "title",
            reason: "Не больше 300 знаков: подробности пишите в описании.",
        });
    }
    Ok(title)
}

/// Of a description or a result.
pub(super) fn text_of(field: &'static str, text: Option<String>) -> Result<Option<String>> {
    let text = words(text);
    if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(ClientError::Invalid { field, reason: "Не больше 10 000 знаков." });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_day_ends_with_the_companys_midnight_and_is_told_in_its_morning() {
        let day = Due::Day { day: "2026-11-24".parse().unwrap() };
        let zone = chrono_tz::Asia::Novosibirsk;
        assert_eq!(day.ends_at(zone), Some("2026-11-24T17:00:00Z".parse().unwrap()));
        let eve: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!(day.notice_at(zone, eve), Some("2026-11-24T02:00:00Z".parse().unwrap()));
        let evening = "2026-11-24T12:00:00Z".parse().unwrap();
        assert_eq!(day.notice_at(zone, evening), None);
        assert!(day.ahead(zone, evening).is_ok());
        assert!(day.ahead(zone, "2026-11-24T17:00:00Z".parse().unwrap()).is_err());
    }
}
