//! What people give for a term comes back by itself.

use chrono::TimeDelta;
use crm_core::clients::loan;
use crm_core::schedule::{Plan, Report};

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
            let soon = next.filter(|next| *next < now + TimeDelta::minutes(1));
            Ok(match soon {
                Some(at) => report.next_at(at),
                None => report,
            })
        },
    );
}
