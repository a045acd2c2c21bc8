//! What people give for a term comes back by itself.

use chrono::{DateTime, TimeDelta, Utc};
use crm_core::clients::handover::{self, Outcome};
use crm_core::clients::loan;
use crm_core::schedule::{Plan, Report};

use sqlx::PgPool;

use super::schedule::Tasks;

const EVERY_MINUTE: Plan = Plan::Every(TimeDelta::minutes(1));

/// Adds the tasks. A term that ends before the next minute is waited for to the second.
pub fn add(tasks: &mut Tasks) {
    tasks.add(
        "clients.loans",
        "Окончание доступа к чужим клиентам",
        EVERY_MINUTE,
        |pool, now| async move {
            let mut tx = pool.begin().await?;
            let (ended, next) = loan::end_due_unscoped(&mut tx, now).await?;
            tx.commit().await?;
            let report = Report::done(match ended {
                0 => "Закрывать нечего.".to_owned(),
                ended => format!("Доступ закончился: {ended}."),
            });
            Ok(soon(report, next, now))
        },
    );
    tasks.add(
        "clients.handovers",
        "Возврат клиентов, переданных на время",
        EVERY_MINUTE,
        |pool, now| async move { give_back(&pool, now).await },
    );
}

fn soon(report: Report, next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Report {
    match next.filter(|next| *next < now + TimeDelta::minutes(1)) {
        Some(at) => report.next_at(at),
        None => report,
    }
}

async fn give_back(pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Report> {
    let (due, next) = handover::due_unscoped(&mut *pool.acquire().await?, now).await?;
    let (mut returned, mut left) = (0, 0);
    for id in due {
        // Each alone: one card that somebody holds keeps no other from its time.
        let mut tx = pool.begin().await?;
        match handover::end_due_unscoped(&mut tx, id, now).await? {
            Some(Outcome::Returned) => returned += 1,
            Some(_) => left += 1,
            None => {}
        }
        tx.commit().await?;
    }
    let report = Report::done(match (returned, left) {
        (0, 0) => "Возвращать некого.".to_owned(),
        (_, 0) => format!("Вернулось клиентов: {returned}."),
        _ => format!("Вернулось клиентов: {returned}, не вернулось: {left}. Причины — в карточках."),
    });
    Ok(soon(report, next, now))
}
