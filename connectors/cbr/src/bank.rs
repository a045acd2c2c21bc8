//! Asking: one request, one answer, no repeats.

use std::time::Duration;

use bytes::BytesMut;
use chrono::{Days, NaiveDate};
use reqwest::header::{ACCEPT, USER_AGENT};
use reqwest::{Client, Method, Request, StatusCode};

use super::{Daily, Dynamic, ParseError, Question, parse_daily, parse_dynamic, parse_mirror};

/// For the whole answer.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// A document of all currencies has 20 kB, a year of one has 50.
const MAX_BODY_BYTES: usize = 1 << 20;
/// The mirror has no document for days without a record; the longest gap is the New Year's.
const MAX_STEPS_BACK: u64 = 13;

/// Where to ask, and as whom.
#[derive(Debug, Clone)]
pub struct Config {
    /// The bank's address without a slash at the end: `https://www.cbr.ru/scripts`.
    pub url: String,
    /// The mirror's address, where one is to be used: `https://www.cbr-xml-daily.ru`.
    pub mirror_url: Option<String>,
    /// Who asks. The bank's protection refuses those who do not say it.
    pub user_agent: String,
}

/// Asks the bank and the mirror.
#[derive(Debug, Clone)]
pub struct Bank {
    config: Config,
    http: Client,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The request failed on its way.
    #[error("the bank cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// An answer without a document.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// A document that is larger than any of theirs.
    #[error("the answer is larger than any document of rates")]
    TooLarge,
    /// A document that we cannot use.
    #[error(transparent)]
    Document(#[from] ParseError),
    /// The mirror is not configured.
    #[error("no mirror is configured")]
    NoMirror,
}

impl FetchError {
    /// Whether the same question can have a better answer later. Otherwise it must not be repeated.
    pub fn is_temporary(&self) -> bool {
        !matches!(self, Self::Document(ParseError::Refused(_)) | Self::NoMirror)
    }
}

impl Bank {
    /// Asks by this client, which should follow redirects.
    pub fn new(config: Config, http: Client) -> Self {
        Self { config, http }
    }

    /// Whether there is a mirror to ask.
    pub fn has_mirror(&self) -> bool {
        self.config.mirror_url.is_some()
    }

    /// The latest document there is. In the afternoon its date lies in the future.
    pub async fn latest(&self) -> Result<Daily, FetchError> {
        Ok(parse_daily(&self.ask(&Question::Latest).await?)?)
    }

    /// The rates in force on a day: of the day itself, or of the last record before it.
    pub async fn on(&self, day: NaiveDate) -> Result<Daily, FetchError> {
        let answer = parse_daily(&self.ask(&Question::Day(day)).await?)?;
        // A misspelt parameter is not noticed there and brings the latest document.
        if answer.effective_on > day {
            let words = format!("{} instead of {day}", answer.effective_on);
            return Err(ParseError::OffQuestion(words).into());
        }
        Ok(answer)
    }

    /// One currency over a period, both days included. A year at most.
    pub async fn period(
        &self,
        bank_id: &str,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Dynamic, FetchError> {
        let question = Question::Period { bank_id: bank_id.to_owned(), from, until };
        Ok(parse_dynamic(&self.ask(&question).await?, bank_id, from, until)?)
    }

    /// The mirror's latest document.
    pub async fn mirror_latest(&self) -> Result<Daily, FetchError> {
        let url = format!("{}/daily_json.js", self.mirror()?);
        Ok(parse_mirror(&self.get(&url).await?)?)
    }

    /// The mirror's document in force on a day: a day without a record is not found there, so it steps back day by day,
    /// but never before `not_before`. `None` when there is none so far back.
    pub async fn mirror_on(
        &self,
        day: NaiveDate,
        not_before: NaiveDate,
    ) -> Result<Option<Daily>, FetchError> {
        let days = (0..=MAX_STEPS_BACK).map_while(|back| day.checked_sub_days(Days::new(back)));
        for day in days.take_while(|day| *day >= not_before) {
            let url = format!("{}/archive/{}/daily_json.js", self.mirror()?, day.format("%Y/%m/%d"));
            match self.get(&url).await {
                Ok(body) => return Ok(Some(parse_mirror(&body)?)),
                Err(FetchError::Status(404)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    fn mirror(&self) -> Result<&str, FetchError> {
        self.config.mirror_url.as_deref().ok_or(FetchError::NoMirror)
    }

    async fn ask(&self, question: &Question) -> Result<Vec<u8>, FetchError> {
        self.get(&format!("{}/{}", self.config.url, question.path())).await
    }

    fn request(&self, url: &str) -> Result<Request, reqwest::Error> {
        self.http
            .request(Method::GET, url)
            .timeout(TIME_LIMIT)
            .header(USER_AGENT, &self.config.user_agent)
            .header(ACCEPT, "application/xml, text/xml, application/json, */*")
            .build()
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let request = self.request(url).map_err(FetchError::Unreachable)?;
        let mut response = self.http.execute(request).await.map_err(FetchError::Unreachable)?;
        // The error document may come with any status; a protection page is told by its content.
        if response.status() == StatusCode::NOT_FOUND || response.status().is_server_error() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let status = response.status();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(FetchError::Unreachable)? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() && !matches!(super::parse(&body), Err(ParseError::Refused(_))) {
            return Err(FetchError::Status(status.as_u16()));
        }
        Ok(body.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank() -> Bank {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = Config {
            url: "http://127.0.0.1:9/scripts".to_owned(),
            mirror_url: None,
            user_agent: "uzel/0 (+https://uzel.example.ru)".to_owned(),
        };
        Bank::new(config, reqwest::Client::builder().build().unwrap())
    }

    /// Check 17 of the sheet, first half.
    #[test]
    fn a_request_says_who_asks_and_has_the_date_with_slashes() {
        let day = NaiveDate::from_ymd_opt(2024, 11, 10).unwrap();
        let request = bank().request(&format!("http://bank/{}", Question::Day(day).path())).unwrap();
        assert_eq!(request.headers()[USER_AGENT], "uzel/0 (+https://uzel.example.ru)");
        assert_eq!(request.headers()[ACCEPT], "application/xml, text/xml, application/json, */*");
        assert_eq!(request.url().path(), "/XML_daily.asp");
        assert_eq!(request.url().query(), Some("date_req=10/11/2024"));
        let period = Question::Period { bank_id: "R01235".to_owned(), from: day, until: day };
        assert_eq!(
            period.path(),
            "XML_dynamic.asp?date_req1=10/11/2024&date_req2=10/11/2024&VAL_NM_RQ=R01235"
        );
    }

    #[test]
    fn only_a_refused_question_is_final() {
        assert!(!FetchError::from(ParseError::Refused("Error in parameters".to_owned())).is_temporary());
        assert!(FetchError::from(ParseError::NotRates("html".to_owned())).is_temporary());
        assert!(FetchError::Status(403).is_temporary());
    }
}
