//! Partitions made ahead; old raw events, the head of the live feed, expired sessions dropped. In every role: copies that
//! only take webhooks need tomorrow's partitions too.

use chrono::TimeDelta;
use crm_core::access::sweep;
use crm_core::bridge::binding;
use crm_core::mail;
use crm_core::schedule::{Plan, Report};
use crm_core::timeline::{feed, raw_event};

use super::schedule::Tasks;

/// A browser that was away for longer reads its screens anew.
const KEEP_FEED: TimeDelta = TimeDelta::hours(24);

/// Whoever asks what was written when, asks within a quarter of a year.
const KEEP_MAILS: TimeDelta = TimeDelta::days(90);

const HOURLY: Plan = Plan::Every(TimeDelta::hours(1));

/// Adds the tasks; each by itself, so that one that fails does not keep the others from their work.
pub fn add(tasks: &mut Tasks, keep_raw: TimeDelta) {
    tasks.add(
        "housekeeping.partitions",
        "Место для событий следующих дней",
        HOURLY,
        |pool, now| async move {
            raw_event::make_partitions(&mut *pool.acquire().await?, now).await?;
            Ok(Report::done("Место на неделю вперёд готово."))
        },
    );
    tasks.add(
        "housekeeping.raw_events",
        "Удаление старых событий каналов",
        HOURLY,
        move |pool, now| async move {
            let days = raw_event::forget_older_than(&mut *pool.acquire().await?, keep_raw, now).await?;
            Ok(Report::done(format!("Удалено дней: {}.", days.len())))
        },
    );
    tasks.add(
        "housekeeping.live_feed",
        "Удаление прочитанного из живой ленты",
        HOURLY,
        |pool, now| async move {
            let rows = feed::forget_before(&mut *pool.acquire().await?, now - KEEP_FEED).await?;
            Ok(Report::done(format!("Удалено записей: {rows}.")))
        },
    );
    tasks.add(
        "housekeeping.sessions",
        "Удаление истёкших входов и ссылок",
        HOURLY,
        |pool, now| async move {
            let mut conn = pool.acquire().await?;
            let rows =
                sweep::expired_unscoped(&mut conn, now).await? + binding::sweep(&mut conn, now).await?;
            Ok(Report::done(format!("Удалено записей: {rows}.")))
        },
    );
    tasks.add(
        "housekeeping.mails",
        "Удаление старых писем узла",
        HOURLY,
        |pool, now| async move {
            let rows = mail::forget_before(&mut *pool.acquire().await?, now - KEEP_MAILS).await?;
            Ok(Report::done(format!("Удалено писем: {rows}.")))
        },
    );
}
