//! The job against the fake bank, on a clock that the tests move.

mod answers;
mod year;

use std::collections::BTreeMap;
use std::sync::Arc;

use cbr::{Bank, Config};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Moscow;
use crm_core::access::Viewer;
use crm_core::rates::{self, Currency, RateSource, RatesNow};
use crm_core::schedule::{self, ScheduledTask};
use mocks::cbr::{CURRENCIES, FakeBank, Mode, Server};
use rust_decimal::Decimal;
use sqlx::PgPool;

use crate::http::testing::{now, wait};
use crate::http_client;
use crate::worker::schedule::{Scheduler, Tasks};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A time in Moscow.
fn moscow(text: &str) -> DateTime<Utc> {
    format!("{text}:00+03:00").parse().unwrap()
}

fn go_to(moment: DateTime<Utc>) {
    wait(moment - now());
}

/// A hub that does nothing but ask a fake bank.
struct Stand {
    pool: PgPool,
    server: Server,
    sheet: FakeBank,
    scheduler: Scheduler,
    root: Viewer,
}

impl Stand {
    /// With a mirror, at a moment of Moscow's clock. Nothing has been asked yet.
    async fn new(pool: PgPool, start: &str) -> Self {
        go_to(moscow(start));
        let sheet = FakeBank::new(1, BTreeMap::new());
        let server = Server::start(sheet.clone(), Arc::new(now)).await.unwrap();
        let config = Config {
            url: format!("{}/scripts", server.url()),
            mirror_url: Some(format!("{}/mirror", server.url())),
            user_agent: "uzel/0 (+https://uzel.example.ru)".to_owned(),
        };
        let bank = Bank::new(config, http_client::build_for_public_pages(None).unwrap());
        let mut tasks = Tasks::default();
        super::add(&mut tasks, bank, Currency::USUAL.to_vec());
        let scheduler = Scheduler::new(pool.clone(), now, tasks);
        scheduler.register().await.unwrap();
        let root = crm_core::fixture::user(&mut pool.acquire().await.unwrap(), "root", "administrator").await;
        Self { pool, server, sheet, scheduler, root }
    }

    /// Lets time pass; everything that is due meanwhile runs at its time. When the next task is due.
    async fn until(&self, end: DateTime<Utc>) -> DateTime<Utc> {
        loop {
            let due = self.scheduler.next_due().await.unwrap().unwrap();
            if due > end {
                go_to(end);
                return due;
            }
            go_to(due.max(now()));
            self.scheduler.run_due().await.unwrap();
        }
    }

    async fn overview(&self) -> RatesNow {
        let mut conn = self.pool.acquire().await.unwrap();
        rates::overview(&mut conn, &Currency::USUAL, now()).await.unwrap()
    }

    async fn task(&self, name: &str) -> ScheduledTask {
        let mut conn = self.pool.acquire().await.unwrap();
        let tasks = schedule::list(&mut conn, &self.root, now()).await.unwrap();
        tasks.into_iter().find(|task| task.name == name).unwrap()
    }

    async fn report(&self, name: &str) -> String {
        self.task(name).await.report.unwrap()
    }

    /// Effective date, rubles per unit and source of what is in force.
    async fn in_force(&self, currency: Currency, on: &str) -> Option<(String, Decimal, RateSource)> {
        let mut conn = self.pool.acquire().await.unwrap();
        let rate = rates::in_force(&mut conn, currency, day(on)).await.unwrap()?;
        Some((rate.effective_on.to_string(), rate.unit_rate, rate.source))
    }

    /// What the bank has published for a day with a record.
    fn told(&self, currency: Currency, on: NaiveDate) -> Decimal {
        let known = CURRENCIES.iter().find(|known| known.code == currency.as_str()).unwrap();
        let published = self.sheet.sheet().published(known, on);
        (published.value / Decimal::from(published.nominal)).normalize()
    }

    fn behave(&self, mode: Mode) {
        self.server.behave(mode);
    }

    /// How often the bank and its mirror have been asked.
    fn asked(&self) -> u64 {
        self.server.log().last().map_or(0, |last| last.number)
    }
}
