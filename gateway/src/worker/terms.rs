//! What has a term: access that people give and dialogs that they put off come back by themselves, tasks remind of
//! themselves.

use chrono::{DateTime, TimeDelta, Utc};
use crm_core::HandoverId;
use crm_core::clients::handover::{self, Outcome};
use crm_core::clients::loan;
use crm_core::schedule::{Plan, Report};
use crm_core::tasks as work;
use crm_core::timeline::conversation::rest;
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
            Ok(to_the_second(report, next, now))
        },
    );
    tasks.add(
        "conversations.deferred",
        "Возврат отложенных диалогов",
        EVERY_MINUTE,
        |pool, now| async move {
            let mut tx = pool.begin().await?;
            let (taken_up, next) = rest::take_up_due_unscoped(&mut tx, now).await?;
            tx.commit().await?;
            let report = Report::done(match taken_up {
                0 => "Возвращать нечего.".to_owned(),
                taken_up => format!("Вернулось диалогов: {taken_up}."),
            });
            Ok(to_the_second(report, next, now))
        },
    );
    tasks.add(
        "clients.handovers",
        "Возврат клиентов, переданных на время",
        EVERY_MINUTE,
        |pool, now| async move { give_back(&pool, now).await },
    );
    tasks.add(work::NOTICES, "Напоминания о задачах", EVERY_MINUTE, |pool, now| async move {
        let mut tx = pool.begin().await?;
        let (told, next) = work::tell_due_unscoped(&mut tx, now).await?;
        tx.commit().await?;
        let report = Report::done(match told {
            0 => "Напоминать не о чем.".to_owned(),
            told => format!("Напоминаний: {told}."),
        });
        Ok(to_the_second(report, next, now))
    });
}

fn to_the_second(report: Report, next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Report {
    match next.filter(|next| *next < now + TimeDelta::minutes(1)) {
        Some(at) => report.next_at(at.max(now)),
        None => report,
    }
}

async fn give_back(pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Report> {
    let (due, next) = handover::due_unscoped(&mut *pool.acquire().await?, now).await?;
    let (mut returned, mut left) = (0, 0);
    let mut failed = None;
    for id in due {
        match give_back_one(pool, id, now).await {
            Ok(Some(Outcome::Returned)) => returned += 1,
            Ok(Some(_)) => left += 1,
            Ok(None) => {}
            // One that fails keeps no other from its time; the next minute tries it again.
            Err(error) => {
                tracing::error!(handover = %id.0, %error, "a client was not given back");
                failed = Some(error);
            }
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let report = Report::done(match (returned, left) {
        (0, 0) => "Возвращать некого.".to_owned(),
        (_, 0) => format!("Вернулось клиентов: {returned}."),
        _ => format!("Вернулось клиентов: {returned}, не вернулось: {left}. Причины — в карточках."),
    });
    Ok(to_the_second(report, next, now))
}

async fn give_back_one(pool: &PgPool, id: HandoverId, now: DateTime<Utc>) -> anyhow::Result<Option<Outcome>> {
    let mut tx = pool.begin().await?;
    let outcome = handover::end_due_unscoped(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok(outcome)
}
