//! What the client's phone received: the truth that a test compares the hub's deliveries with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::outgoing::Provider;

/// Entries in one answer of the control port.
const PAGE: usize = 1000;

/// One thing that reached a phone. Several hundred thousand are kept, so texts are boxed and absent ones cost little.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// Counts from 1 in the order of arrival; given by [`Phone::add`].
    pub number: u64,
    /// Which fake.
    pub provider: Provider,
    /// Which of our accounts, as the provider names it: a phone number id, a bot, a sender.
    pub account: Box<str>,
    /// Whose phone, as the provider names it: digits, a chat id.
    pub to: Box<str>,
    /// The provider's id of the message.
    pub id: Box<str>,
    /// `text`, `image`, `video`, `audio`, `voice`, `document`, `sticker`, `location`, `contacts`, `template`, `reaction`,
    /// `edit`, `deletion`, `read`, `typing`, `topic`, `press_answer`.
    pub kind: &'static str,
    /// Text, caption, emoji or the place's name, as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    /// The message quoted, edited, deleted, read or reacted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Box<str>>,
    /// What stands on the buttons under it, row by row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<String>,
    /// The file, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Box<File>>,
    /// What the hub sent along for itself: callback data, a client-side id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Box<str>>,
    /// The fake's clock.
    pub at: DateTime<Utc>,
}

impl Arrival {
    /// Without text, file, quote or reference.
    pub fn new(
        provider: Provider,
        account: &str,
        to: &str,
        id: &str,
        kind: &'static str,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            number: 0,
            provider,
            account: account.into(),
            to: to.into(),
            id: id.into(),
            kind,
            text: None,
            about: None,
            buttons: Vec::new(),
            file: None,
            reference: None,
            at,
        }
    }
}

/// A file as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// 64 lower-case hex digits.
    pub sha256: Box<str>,
    /// Exact.
    pub size_bytes: u64,
    /// As sent along.
    pub mime_type: Box<str>,
    /// As sent along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
}

/// Everything that arrived at all fakes that share it.
#[derive(Debug, Clone, Default)]
pub struct Phone(Arc<Mutex<Vec<Arc<Arrival>>>>);

impl Phone {
    /// Writes it down and gives it its number.
    pub fn add(&self, arrival: Arrival) -> u64 {
        let mut arrivals = self.lock();
        let number = arrivals.len() as u64 + 1;
        arrivals.push(Arc::new(Arrival { number, ..arrival }));
        number
    }

    /// Those after this number that are wanted, at most `limit`, in order.
    pub fn after(&self, number: u64, limit: usize, wanted: impl Fn(&Arrival) -> bool) -> Vec<Arc<Arrival>> {
        let arrivals = self.lock();
        let from = usize::try_from(number).unwrap_or(usize::MAX).min(arrivals.len());
        arrivals[from..].iter().filter(|arrival| wanted(arrival)).take(limit).cloned().collect()
    }

    /// All of one provider, in order.
    pub fn all(&self, provider: Provider) -> Vec<Arc<Arrival>> {
        self.after(0, usize::MAX, |arrival| arrival.provider == provider)
    }

    /// How much arrived of each provider and kind, and what arrived twice under one reference.
    pub fn sums(&self) -> Sums {
        let arrivals = self.lock();
        let mut sums = Sums { arrived: arrivals.len(), ..Sums::default() };
        let mut seen: HashMap<(Provider, &str), u32> = HashMap::new();
        for arrival in arrivals.iter() {
            *sums.kinds.entry(arrival.provider.name()).or_default().entry(arrival.kind).or_default() += 1;
            match &arrival.reference {
                Some(reference) => *seen.entry((arrival.provider, reference)).or_default() += 1,
                None => sums.without_reference += 1,
            }
        }
        let doubled = seen.into_iter().filter(|(_, count)| *count > 1);
        sums.doubled = doubled.map(|((_, reference), _)| reference.to_owned()).collect();
        sums.doubled.sort_unstable();
        sums
    }

    /// `/phone…` of the control port; its help text has the questions.
    pub fn routes(&self) -> Router {
        let page = async |State(phone): State<Self>, Query(asked): Query<Asked>| Json(phone.page(&asked));
        let sums = async |State(phone): State<Self>| Json(phone.sums());
        Router::new().route("/phone", get(page)).route("/phone/sums", get(sums)).with_state(self.clone())
    }

    /// `next` is the number to go on after; absent on the last page.
    fn page(&self, asked: &Asked) -> Value {
        let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE);
        let mut arrivals = self.after(asked.after.unwrap_or(0), limit + 1, |arrival| asked.wants(arrival));
        let more = arrivals.len() > limit;
        arrivals.truncate(limit);
        let next = arrivals.last().filter(|_| more).map(|last| last.number);
        let arrivals: Vec<&Arrival> = arrivals.iter().map(AsRef::as_ref).collect();
        json!({ "arrivals": arrivals, "next": next })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Arrival>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sums over everything that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// All of it.
    pub arrived: usize,
    /// By provider and kind.
    pub kinds: HashMap<&'static str, HashMap<&'static str, usize>>,
    /// How many came without a reference of ours.
    pub without_reference: usize,
    /// References that arrived more than once, sorted. Must be empty.
    pub doubled: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    after: Option<u64>,
    limit: Option<usize>,
    provider: Option<Provider>,
    to: Option<String>,
    reference: Option<String>,
    kind: Option<String>,
}

impl Asked {
    fn wants(&self, arrival: &Arrival) -> bool {
        self.provider.is_none_or(|provider| provider == arrival.provider)
            && self.to.as_deref().is_none_or(|to| to == &*arrival.to)
            && self.kind.as_deref().is_none_or(|kind| kind == arrival.kind)
            && self.reference.as_deref().is_none_or(|wanted| arrival.reference.as_deref() == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(to: &str, reference: Option<&str>) -> Arrival {
        let at = DateTime::from_timestamp(1_795_338_000, 0).expect("in range");
        let arrival = Arrival::new(Provider::Smsc, "sender", to, "id", "text", at);
        Arrival { reference: reference.map(Into::into), ..arrival }
    }

    #[test]
    fn arrivals_are_numbered_in_order_and_read_by_pages() {
        let phone = Phone::default();
        for number in 1..=5 {
            let to = if number % 2 == 0 { "even" } else { "odd" };
            assert_eq!(phone.add(arrival(to, None)), number);
        }
        let page = |after, limit| {
            let asked = Asked { after, limit, to: Some("odd".to_owned()), ..Asked::default() };
            let page = phone.page(&asked);
            let numbers =
                page["arrivals"].as_array().expect("a list").iter().map(|one| one["number"].clone());
            (numbers.collect::<Vec<_>>(), page["next"].clone())
        };
        assert_eq!(page(None, Some(2)), (vec![json!(1), json!(3)], json!(3)));
        assert_eq!(page(Some(3), Some(2)), (vec![json!(5)], Value::Null));
        assert_eq!(page(Some(99), None).0, Vec::<Value>::new());
    }

    #[test]
    fn what_arrived_twice_under_one_reference_is_named() {
        let phone = Phone::default();
        for reference in [Some("a"), Some("b"), None, Some("a"), None] {
            phone.add(arrival("x", reference));
        }
        let sums = phone.sums();
        assert_eq!((sums.arrived, sums.without_reference), (5, 2));
        assert_eq!(sums.doubled, ["a"]);
        assert_eq!(sums.kinds["smsc"]["text"], 5);
    }

    #[test]
    fn hundreds_of_thousands_are_kept_and_summed() {
        let phone = Phone::default();
        for number in 0..300_000 {
            phone.add(arrival("79000000001", Some(&number.to_string())));
        }
        assert!(phone.sums().doubled.is_empty());
        assert_eq!(phone.after(299_990, 1000, |_| true).len(), 10);
    }
}
