//! A few tasks of the demo: late, of today, later, given by somebody else, closed, opened again.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use crm_core::access::Viewer;
use crm_core::tasks::{Due, NewTask, TaskKind, close, create, reopen};
use crm_core::{ClientId, TaskId};
use sqlx::PgConnection;

struct Line<'a> {
    author: &'a Viewer,
    kind: TaskKind,
    title: &'a str,
    due: Due,
    /// Which of the manager's clients.
    client: Option<usize>,
    set_at: DateTime<Utc>,
}

/// Writes them for a manager. `clients` are his.
pub(super) async fn write(
    conn: &mut PgConnection,
    (director, manager): (&Viewer, &Viewer),
    clients: &[ClientId],
    zone: Tz,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut ids = Vec::new();
    for line in lines(director, manager, zone, now) {
        let new = NewTask {
            id: TaskId::at(line.set_at),
            responsible_id: Some(manager.user_id),
            kind: line.kind,
            title: line.title.to_owned(),
            text: None,
            due: line.due,
            client_id: line.client.and_then(|at| clients.get(at).copied()),
            interaction_id: None,
        };
        ids.push(create(conn, line.author, new, zone, line.set_at).await?.id);
    }
    let ago = |hours: i64| now - TimeDelta::hours(hours);
    let [answer, details, ..] = ids[..] else { return Ok(()) };
    close(conn, manager, answer, Some("Ответ отправлен, клиент согласен".to_owned()), ago(31)).await?;
    close(conn, manager, details, Some("Не берут трубку".to_owned()), ago(6)).await?;
    reopen(conn, director, details, ago(5)).await?;
    close(conn, director, details, Some("Реквизиты прислали письмом".to_owned()), ago(1)).await?;
    Ok(())
}

/// The first two are closed afterwards. What is late was set two days ago.
fn lines<'a>(director: &'a Viewer, manager: &'a Viewer, zone: Tz, now: DateTime<Utc>) -> [Line<'a>; 6] {
    let today = now.with_timezone(&zone).date_naive();
    let long_ago = now - TimeDelta::days(2);
    let in_hours = |hours: i64| Due::At { at: now + TimeDelta::hours(hours) };
    let in_days = |days: u64| Due::Day { day: today + Days::new(days) };
    let line = |author, kind, title, due, client, set_at| Line { author, kind, title, due, client, set_at };
    [
        line(manager, TaskKind::Letter, "Ответить по рекламации", in_hours(-30), Some(0), long_ago),
        line(director, TaskKind::Call, "Уточнить реквизиты", in_hours(5), Some(1), long_ago),
        line(
            manager,
            TaskKind::Call,
            "Перезвонить: обещали ответ по срокам",
            in_hours(-20),
            Some(0),
            long_ago,
        ),
        line(director, TaskKind::Document, "Прислать подписанный договор", in_days(0), Some(1), now),
        line(manager, TaskKind::Letter, "Отправить прайс-лист", in_days(2), Some(2), now),
        line(manager, TaskKind::Other, "Собрать отзывы о новой упаковке", Due::Never {}, None, now),
    ]
}
