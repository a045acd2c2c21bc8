//! What the bridge does by time: the morning's summary, and copies by mail while the messenger is away.

use chrono::TimeDelta;
use crm_core::bridge::duty::{self, Context};
use crm_core::bridge::mail_copy;
use crm_core::schedule::{Plan, Report};

use super::schedule::Tasks;

/// Adds the tasks. Their settings are looked at in each run, so that a new time counts at once.
pub fn add(tasks: &mut Tasks, context: Context) {
    let zone = context.zone;
    let every_minute = Plan::Every(TimeDelta::minutes(1));
    tasks.add(
        "bridge.digest",
        "Утренняя сводка в Telegram",
        every_minute,
        move |pool, now| {
            let context = context.clone();
            async move {
                let sent = duty::send(&mut *pool.acquire().await?, &context, now).await?;
                Ok(Report::done(match sent {
                    0 => "Сейчас отправлять нечего.".to_owned(),
                    people => format!("Сводка отправлена, получателей: {people}."),
                }))
            }
        },
    );
    tasks.add(
        "bridge.mail_copy",
        "Копия по почте, пока Telegram недоступен",
        every_minute,
        move |pool, now| async move {
            let written = mail_copy::review(&mut *pool.acquire().await?, zone, now).await?;
            Ok(Report::done(match written {
                0 => "Ничего не ждёт слишком долго.".to_owned(),
                messages => format!("Письмо написано, сообщений в нём: {messages}."),
            }))
        },
    );
}
