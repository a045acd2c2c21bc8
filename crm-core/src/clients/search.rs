//! Clients found by whatever a person types (S3.18).

pub(crate) mod store;

use std::collections::{BTreeMap, btree_map::Entry};

use serde::Serialize;
use sqlx::PgConnection;

use super::{
    ClientStub, error::Result, letters::in_latin, reach::Reach, search_key::query_variants, stub::is_number,
};
use crate::{ClientId, ContactId, access::Viewer};

/// What a search gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Found {
    /// Clients that the viewer reads, the best first.
    pub clients: Vec<FoundClient>,
    /// Clients of others, found by name or ИНН only.
    pub foreign: Vec<ClientStub>,
}

/// A client that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FoundClient {
    /// The root card.
    pub id: ClientId,
    /// Name.
    pub name: String,
    /// ИНН
    pub inn: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Name of the responsible user.
    pub responsible: Option<String>,
    /// What was found in it.
    pub by: FoundBy,
    /// The person by whose name or number it was found.
    pub contact: Option<FoundContact>,
}

/// A person by whom a client was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FoundContact {
    /// The root contact.
    pub id: ContactId,
    /// Name.
    pub name: String,
    /// The number that ends as typed.
    pub phone: Option<String>,
}

/// By what a client was found, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The whole ИНН.
    Inn,
    /// The whole name.
    Name,
    /// The beginning of the name.
    NameStart,
    /// The end of a number.
    Phone,
    /// The beginning of a word of the name.
    Word,
    /// The beginning of the ИНН.
    InnStart,
    /// A part of the name.
    NamePart,
    /// The name of a person.
    Contact,
}

/// How many candidates each way of searching gives before they are ranked.
const CANDIDATES: i64 = 200;

/// The clients found by name, ИНН, the end of a phone number or the name of a person; at most `rows` readable ones and
/// `rows` stubs. Foreign clients are found by name and ИНН alone: their people and numbers are not looked at.
pub async fn search(conn: &mut PgConnection, viewer: &Viewer, typed: &str, rows: usize) -> Result<Found> {
    let reach = Reach::reading(viewer)?;
    let typed: String = typed.replace('\0', "").chars().take(100).collect();
    let variants = query_variants(&typed);
    let digits = number_digits(&typed);
    if variants.is_empty() {
        return Ok(Found::default());
    }
    let own = Whose { reach, foreign: false };
    let mut candidates = by_name(conn, own, &variants).await?;
    let inn = digits.as_deref().filter(|digits| (4..=14).contains(&digits.len()));
    if let Some(inn) = inn {
        candidates.extend(store::by_inn(conn, own, inn, CANDIDATES).await?);
    }
    if let Some(digits) = digits.as_deref().filter(|digits| digits.len() >= 4) {
        candidates.extend(store::by_phone_tail(conn, reach, tail(digits), CANDIDATES).await?);
    }
    let words: Vec<&String> = variants.iter().filter(|variant| variant.chars().count() >= 2).collect();
    candidates.extend(store::by_contact_name(conn, reach, &words, CANDIDATES).await?);
    let own = ranked(candidates, &variants, rows);

    let mut foreign = Vec::new();
    if !reach.all {
        let others = Whose { reach, foreign: true };
        let mut candidates = by_name(conn, others, &variants).await?;
        // A number that stands for a name is no name to be found by.
        candidates.retain(|candidate| !is_number(&candidate.name));
        if let Some(inn) = inn {
            candidates.extend(store::by_inn(conn, others, inn, CANDIDATES).await?);
        }
        foreign = ranked(candidates, &variants, rows);
    }
    let ids: Vec<ClientId> = own.iter().chain(&foreign).map(|candidate| candidate.id).collect();
    let cards = store::cards(conn, &ids).await?;
    let card = |id| cards.get(&id).cloned();
    Ok(Found {
        clients: own.into_iter().filter_map(|found| Some(card(found.id)?.found(found))).collect(),
        foreign: foreign.into_iter().filter_map(|found| Some(card(found.id)?.stub())).collect(),
    })
}

/// Whose clients a query looks at.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'v> {
    pub(crate) reach: Reach<'v>,
    pub(crate) foreign: bool,
}

/// A root client and what was found in it; only what its rank depends on.
pub(crate) struct Candidate {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) search_key: String,
    pub(crate) by: FoundBy,
    pub(crate) contact: Option<FoundContact>,
}

/// What is shown of a client that was found.
#[derive(Clone)]
pub(crate) struct Card {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) inn: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) responsible: Option<String>,
}

impl Card {
    fn found(self, candidate: Candidate) -> FoundClient {
        let Self { id, name, inn, city, responsible } = self;
        FoundClient { id, name, inn, city, responsible, by: candidate.by, contact: candidate.contact }
    }

    fn stub(self) -> ClientStub {
        ClientStub::new(self.name, self.inn, self.responsible)
    }
}

/// By the beginning of the name, and where that gives little, by any part of it.
async fn by_name(conn: &mut PgConnection, whose: Whose<'_>, variants: &[String]) -> Result<Vec<Candidate>> {
    let mut found = store::by_name_start(conn, whose, variants, CANDIDATES).await?;
    if found.len() < 20 {
        found.extend(store::by_name_part(conn, whose, variants, CANDIDATES).await?);
    }
    Ok(found)
}

/// The digits of a text of nothing but digits and what stands between them in numbers.
fn number_digits(typed: &str) -> Option<String> {
    let between = |c: char| c.is_whitespace() || "+-()./".contains(c);
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty() && typed.chars().all(|c| c.is_ascii_digit() || between(c))).then_some(digits)
}

/// The part of a typed number that does not depend on how its beginning is written: «8 916 …» is «+7 916 …».
fn tail(digits: &str) -> &str {
    if digits.len() == 11 && digits.starts_with(['7', '8']) { &digits[1..] } else { digits }
}

fn ranked(candidates: Vec<Candidate>, variants: &[String], rows: usize) -> Vec<Candidate> {
    let wanted: Vec<Wanted> = variants.iter().map(|variant| Wanted::of(variant)).collect();
    let mut best: BTreeMap<ClientId, Candidate> = BTreeMap::new();
    for mut candidate in candidates {
        candidate.by = candidate.by.min(by_key(candidate.by, &candidate.search_key, &wanted));
        match best.entry(candidate.id) {
            Entry::Occupied(known) if known.get().by <= candidate.by => {}
            Entry::Occupied(mut known) => {
                known.insert(candidate);
            }
            Entry::Vacant(free) => {
                free.insert(candidate);
            }
        }
    }
    let mut clients: Vec<Candidate> = best.into_values().collect();
    clients.sort_by_cached_key(|client| {
        (client.by, client.name.chars().count(), client.name.clone(), client.id)
    });
    clients.truncate(rows);
    clients
}

/// A variant of what was typed, in the forms in which a key may hold it.
struct Wanted<'a> {
    text: &'a str,
    as_word: String,
    in_latin_behind: String,
}

impl<'a> Wanted<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, as_word: format!(" {text}"), in_latin_behind: format!(" {}", in_latin(text)) }
    }
}

/// How well the name fits; a candidate that was not found by its name keeps what it was found by.
fn by_key(by: FoundBy, key: &str, wanted: &[Wanted<'_>]) -> FoundBy {
    if by != FoundBy::NamePart {
        return by;
    }
    let fit = |wanted: &Wanted<'_>| match key.strip_prefix(wanted.text) {
        // The key is the words of the name, and the same in Latin letters where that differs.
        Some(rest) if rest.is_empty() || rest == wanted.in_latin_behind => FoundBy::Name,
        Some(_) => FoundBy::NameStart,
        None if key.contains(&wanted.as_word) => FoundBy::Word,
        None => FoundBy::NamePart,
    };
    wanted.iter().map(fit).min().unwrap_or(FoundBy::NamePart)
}

/// The words of a variant that are long enough for the trigram index.
pub(crate) fn long_words(variant: &str) -> Vec<&str> {
    variant.split(' ').filter(|word| word.chars().count() >= 3).collect()
}
