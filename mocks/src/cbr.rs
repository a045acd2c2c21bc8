//! The Bank of Russia: rates that take effect on the day after a working day, and all that can go wrong on the way.
//!
//! `FakeBank` is pure: a path, a header and a moment in, an answer out. `Server` serves it on a loopback port, with the
//! private mirror of it and a way to make it misbehave.

mod calendar;
mod server;
mod sheet;
mod wire;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;

pub use calendar::is_working;
pub use server::Server;
pub use sheet::{CURRENCIES, Published, Sheet};

/// The bank's time: UTC+3 all year.
const SECONDS_EAST: i32 = 3 * 3600;
/// What the bank knows no rates before.
const FIRST_YEAR: i32 = 1992;

/// How the bank behaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As described.
    #[default]
    Well,
    /// 502 to everything.
    Down,
    /// A page of the protection against attacks, with this status: 200 and 403 occur.
    Protection(u16),
    /// An error page of a proxy, well-formed, with the status 200.
    ProxyPage,
    /// «Error in parameters».
    ErrorDocument,
    /// The first half of the document.
    Truncated,
    /// 200 without a body.
    Empty,
    /// 302 once, then well.
    Moved,
    /// The document lacks this currency.
    Without(String),
    /// The value of this currency is that of ten times the nominal, without a word of it.
    Tenfold(String),
    /// The value of this currency is 0,0000.
    Zero(String),
    /// The period is answered for another currency.
    OtherCurrency,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// The header `Location`.
    pub location: Option<String>,
    /// The body; XML is windows-1251.
    pub body: Vec<u8>,
}

/// The bank.
#[derive(Debug, Clone)]
pub struct FakeBank {
    sheet: Sheet,
    /// How it behaves.
    pub mode: Mode,
    /// How its mirror behaves: `Well`, or `Down` for anything else.
    pub mirror_mode: Mode,
}

impl FakeBank {
    /// A bank whose rates come from the seed, with `fixed` figures for some days.
    pub fn new(seed: u64, fixed: BTreeMap<(String, NaiveDate), (u32, Decimal)>) -> Self {
        Self { sheet: Sheet::new(seed, fixed), mode: Mode::Well, mirror_mode: Mode::Well }
    }

    /// What it publishes.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Answers a request to `/scripts/…` or `/mirror/…`. `introduced`: whether the request says who asks.
    pub fn answer(&self, path: &str, query: &str, introduced: bool, now: DateTime<Utc>) -> Answer {
        if let Some(path) = path.strip_prefix("/mirror") {
            return self.mirror(path, now);
        }
        if !introduced {
            return wire::protection(403);
        }
        match &self.mode {
            Mode::Down => return wire::text(502, "Bad Gateway"),
            Mode::Protection(status) => return wire::protection(*status),
            Mode::ProxyPage => return wire::proxy_page(),
            Mode::ErrorDocument => return wire::error_document(),
            Mode::Empty => return wire::xml(String::new()),
            Mode::Moved if !query.contains("moved") => {
                let location = Some(format!("{path}?{query}&moved=1"));
                return Answer { status: 302, location, ..wire::text(302, "") };
            }
            _ => {}
        }
        let asked = Asked::read(query);
        let mut answer = match path {
            "/scripts/XML_daily.asp" => self.daily(&asked, now),
            "/scripts/XML_dynamic.asp" => self.dynamic(&asked, now),
            _ => wire::text(404, "Not Found"),
        };
        if self.mode == Mode::Truncated {
            answer.body.truncate(answer.body.len() / 2);
        }
        answer
    }

    fn daily(&self, asked: &Asked, now: DateTime<Utc>) -> Answer {
        let latest = self.latest(now);
        let day = match asked.get("date_req") {
            None => Some(latest),
            Some(Err(())) => None,
            Some(Ok(day)) => Some(day.min(latest)),
        };
        let day = day.filter(|day| day.year() >= FIRST_YEAR);
        let Some(effective_on) = day.and_then(sheet::effective_on_or_before) else {
            return wire::error_document();
        };
        let rates = CURRENCIES.iter().map(|currency| self.sheet.published(currency, effective_on));
        let rates: Vec<Published> = rates.filter_map(|rate| self.spoilt(rate)).collect();
        wire::daily(effective_on, &rates)
    }

    fn dynamic(&self, asked: &Asked, now: DateTime<Utc>) -> Answer {
        let currency =
            asked.text("VAL_NM_RQ").and_then(|id| CURRENCIES.iter().find(|known| known.bank_id == id));
        let (Some(Ok(from)), Some(Ok(until)), Some(currency)) =
            (asked.get("date_req1"), asked.get("date_req2"), currency)
        else {
            return wire::error_document();
        };
        let latest = self.latest(now);
        let rates: Vec<Published> = from
            .iter_days()
            .take_while(|day| *day <= until && *day <= latest)
            .filter(|day| sheet::takes_effect_on(*day))
            .filter_map(|day| self.spoilt(self.sheet.published(currency, day)))
            .collect();
        let id = if self.mode == Mode::OtherCurrency { "R01239" } else { currency.bank_id };
        wire::dynamic(id, from, until, &rates)
    }

    fn mirror(&self, path: &str, now: DateTime<Utc>) -> Answer {
        if self.mirror_mode != Mode::Well {
            return wire::text(502, "Bad Gateway");
        }
        let latest = self.latest(now);
        let day = if path == "/daily_json.js" {
            Some(latest)
        } else {
            let date = path.strip_prefix("/archive/").and_then(|rest| rest.strip_suffix("/daily_json.js"));
            date.and_then(|date| NaiveDate::parse_from_str(date, "%Y/%m/%d").ok())
        };
        match day.filter(|day| sheet::takes_effect_on(*day) && *day <= latest) {
            Some(day) => wire::mirror(day, &CURRENCIES.map(|currency| self.sheet.published(&currency, day))),
            None => wire::text(404, "Not Found"),
        }
    }

    /// The effective date of the latest document: tomorrow's once today's sheet is out.
    fn latest(&self, now: DateTime<Utc>) -> NaiveDate {
        let local = now.with_timezone(&FixedOffset::east_opt(SECONDS_EAST).expect("three hours"));
        let (today, tomorrow) = (local.date_naive(), local.date_naive() + Days::new(1));
        let is_out = sheet::takes_effect_on(tomorrow) && local.time() >= self.sheet.published_at(today);
        if is_out { tomorrow } else { sheet::effective_on_or_before(today).unwrap_or(today) }
    }

    fn spoilt(&self, rate: Published) -> Option<Published> {
        match &self.mode {
            Mode::Without(code) if code == rate.currency.code => None,
            Mode::Tenfold(code) if code == rate.currency.code => {
                Some(Published { value: rate.value * Decimal::TEN, ..rate })
            }
            Mode::Zero(code) if code == rate.currency.code => {
                Some(Published { value: Decimal::ZERO, ..rate })
            }
            _ => Some(rate),
        }
    }
}

/// The parameters of a question. Names that are not known are not noticed, as there.
struct Asked(Vec<(String, String)>);

impl Asked {
    fn read(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A date with slashes or dots; `Err` for what is none.
    fn get(&self, name: &str) -> Option<Result<NaiveDate, ()>> {
        let text = self.text(name)?.replace('.', "/");
        Some(NaiveDate::parse_from_str(&text, "%d/%m/%Y").map_err(|_| ()))
    }
}
