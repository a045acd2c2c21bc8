//! What became of a document, and failures, as an administrator reads them.

use std::fmt;

use cbr::{FetchError, ParseError};
use chrono::NaiveDate;
use crm_core::rates::{Currency, Taken};

/// What became of the records of a document.
#[derive(Debug, Default)]
pub(super) struct Tally {
    new: u32,
    known: u32,
    from_mirror: u32,
    /// Stored or not, a person should look.
    in_doubt: Vec<Currency>,
    refused: Vec<Currency>,
    /// Not in the document, or refused when it was read.
    pub(super) missing: Vec<Currency>,
}

impl Tally {
    pub(super) fn count(&mut self, currency: Currency, taken: Taken) {
        match taken {
            Taken::New => self.new += 1,
            Taken::Known => self.known += 1,
            Taken::ReplacedMirror => self.from_mirror += 1,
            Taken::NewWithJump => {
                self.new += 1;
                self.in_doubt.push(currency);
            }
            Taken::Differs => self.in_doubt.push(currency),
            Taken::RefusedTenfold => self.refused.push(currency),
        }
    }

    /// Whether every currency has its record.
    pub(super) fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.refused.is_empty()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.known += other.known;
        self.from_mirror += other.from_mirror;
        self.in_doubt.extend(other.in_doubt);
        self.refused.extend(other.refused);
        self.missing.extend(other.missing);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "новых {}, известных {}", self.new, self.known)?;
        if self.from_mirror > 0 {
            write!(f, ", подтверждено после зеркала {}", self.from_mirror)?;
        }
        for (words, currencies) in [
            ("нужна проверка", &self.in_doubt),
            ("не приняты как ошибка номинала", &self.refused),
            ("нет в документе", &self.missing),
        ] {
            if !currencies.is_empty() {
                let mut codes: Vec<&str> = currencies.iter().map(Currency::as_str).collect();
                codes.dedup();
                write!(f, "; {words}: {}", codes.join(", "))?;
            }
        }
        Ok(())
    }
}

/// `05.06.2026`.
pub(super) fn russian(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// For the screen. The exact cause is in the log.
pub(super) fn in_words(error: &FetchError) -> &'static str {
    match error {
        FetchError::Unreachable(_) => "не отвечает",
        FetchError::Status(_) => "отвечает ошибкой",
        FetchError::TooLarge => "слишком большой ответ",
        FetchError::NoMirror => "зеркало не настроено",
        FetchError::Document(ParseError::Refused(_)) => "не принял вопрос",
        FetchError::Document(ParseError::NotRates(_)) => {
            "вместо курсов пришла другая страница (защита сайта или прокси)"
        }
        FetchError::Document(ParseError::Damaged(_)) => "документ оборван или повреждён",
        FetchError::Document(ParseError::OffQuestion(_)) => "ответ не на тот вопрос",
    }
}
