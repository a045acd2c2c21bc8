//! The count: what stands on each side, compared with what was said on the other.

use std::collections::{BTreeMap, BTreeSet};

use mocks::Provider;
use serde::Serialize;

use super::rows::{self, Row};
use super::said::{Said, Side};
use super::shown::{self, Copy, by_number};
use super::stage::{Chat, FIRST_WORDS, Stage};
use super::words::{dense, named};

/// What became of the messages of one direction.
#[derive(Debug, Default, Serialize)]
pub struct Direction {
    /// Messages in bridged chats.
    pub said: usize,
    /// Those that stand on the other side as they should.
    pub arrived: usize,
    /// The product says of them that nobody can tell.
    pub in_doubt: usize,
    /// Of these, messages that did not arrive.
    pub in_doubt_and_absent: usize,
    /// They stand there more than once.
    pub doubled: usize,
    /// They are nowhere, or without a part of theirs.
    pub lost: usize,
    /// They say something else than they should.
    pub stale: usize,
    /// They stand before an earlier one.
    pub out_of_order: usize,
    /// They answer another message, or none.
    pub misquoted: usize,
    /// Given up with a reason.
    pub failed: usize,
    /// Neither there nor given up.
    pub unfinished: usize,
}

impl Direction {
    fn holds(&self) -> bool {
        self.doubled
            + self.lost
            + self.stale
            + self.out_of_order
            + self.misquoted
            + self.failed
            + self.unfinished
            == 0
    }
}

/// The figures of all chats.
#[derive(Debug, Default, Serialize)]
pub struct Count {
    /// From the product to Telegram.
    pub to_telegram: Direction,
    /// From Telegram to the product.
    pub to_product: Direction,
    /// Words of other chats, or in another topic.
    pub leaks_to_telegram: usize,
    /// Words of strangers, of General and of foreign topics, or in another chat.
    pub leaks_to_product: usize,
    /// The director's own words, told back to him.
    pub echoes_to_telegram: usize,
    /// The bot's words, taken for the director's.
    pub echoes_to_product: usize,
    /// Words of the bot's own in a topic that has its chat.
    pub unexplained: usize,
}

impl Count {
    /// Everything stands where it should, once and in order, or is said to be in doubt.
    pub fn holds(&self) -> bool {
        let strayed =
            self.leaks_to_telegram + self.leaks_to_product + self.echoes_to_telegram + self.echoes_to_product;
        self.to_telegram.holds() && self.to_product.holds() && strayed + self.unexplained == 0
    }
}

/// Both sides of everything.
struct World<'a> {
    chats: &'a [Chat],
    said: &'a [Vec<Said>],
    rows: Vec<Vec<Row>>,
    copies: BTreeMap<usize, Vec<Copy>>,
    /// Message of Telegram → number.
    numbers: BTreeMap<i64, usize>,
    /// Row → number.
    of_row: BTreeMap<String, usize>,
    /// Numbers that the product cannot vouch for.
    doubtful: BTreeSet<usize>,
    /// `group/topic` → name.
    topics: BTreeMap<String, String>,
    count: Count,
}

/// Counts it all.
pub(super) async fn count(stage: &Stage, said: &[Vec<Said>]) -> anyhow::Result<Count> {
    let phone = stage.fakes.phone().all(Provider::Telegram);
    let every = || said.iter().flatten();
    let hashes =
        every().flat_map(|said| said.files.iter().map(|file| (file.sha256(), said.number))).collect();
    let copies = by_number(&phone, &hashes);
    let mut rows = Vec::new();
    for chat in &stage.chats {
        rows.push(rows::of_chat(&stage.colleague, chat).await?);
    }
    let topics = phone.iter().filter(|arrival| arrival.kind == "topic");
    let topics = topics
        .map(|topic| (topic.to.to_string(), topic.text.as_deref().unwrap_or_default().to_owned()))
        .collect();
    let by_bot = copies.iter().flat_map(|(number, copies)| copies.iter().map(|copy| (copy.message, *number)));
    let by_him = every().filter(|said| said.side == Side::Telegram);
    let numbers = by_bot
        .chain(by_him.flat_map(|said| {
            (0_i64..).zip(0..said.files.len().max(1)).map(|(part, _)| (said.message + part, said.number))
        }))
        .collect();
    let mut world = World {
        chats: &stage.chats,
        said,
        rows,
        copies,
        numbers,
        of_row: BTreeMap::new(),
        doubtful: BTreeSet::new(),
        topics,
        count: Count::default(),
    };
    world.learn();
    world.count_leaks();
    for place in 0..world.chats.len() {
        if world.chats[place].bridged {
            world.count_to_telegram(place);
            world.count_to_product(place);
        }
    }
    Ok(world.count)
}

impl World<'_> {
    fn learn(&mut self) {
        for (said, rows) in self.said.iter().zip(&self.rows) {
            let own: BTreeMap<String, &Said> = said.iter().map(|said| (said.id.to_string(), said)).collect();
            for row in rows {
                let number = own.get(&row.id).map(|said| said.number);
                let Some(number) = number.or_else(|| number_of(row, said)) else { continue };
                self.of_row.insert(row.id.clone(), number);
                if row.bridge.as_deref() == Some("unknown") {
                    self.doubtful.insert(number);
                }
            }
        }
    }

    /// Words that stand where they have no business to.
    fn count_leaks(&mut self) {
        let mut owners: BTreeMap<usize, (usize, Side)> = BTreeMap::new();
        for (place, said) in self.said.iter().enumerate() {
            owners.extend(said.iter().map(|said| (said.number, (place, said.side))));
        }
        for copy in self.copies.values().flatten() {
            let topic = self.topics.get(&copy.place);
            let every = [Some(copy.first.as_str()), copy.words.as_deref()];
            let mut numbers: BTreeSet<usize> =
                every.into_iter().flatten().flat_map(named).map(|(number, _)| number).collect();
            numbers.extend(self.numbers.get(&copy.message).filter(|number| **number > 0));
            for number in numbers {
                match owners.get(&number) {
                    Some((place, Side::Product))
                        if self.chats[*place].bridged && topic == Some(&self.chats[*place].name) => {}
                    Some((_, Side::Product)) => {
                        tell(&mut self.count.leaks_to_telegram, "leaks to Telegram", number);
                    }
                    _ => tell(&mut self.count.echoes_to_telegram, "is told back to Telegram", number),
                }
            }
        }
        for copy in self.copies.get(&0).into_iter().flatten() {
            // Whoever is not known is told so in the topic.
            let usual = copy.first.starts_with("Этот бот служит") || copy.first.ends_with(FIRST_WORDS);
            if self.topics.contains_key(&copy.place) && !usual {
                self.count.unexplained += 1;
                eprintln!("in a topic stands: {}", copy.first);
            }
        }
        for (place, rows) in self.rows.iter().enumerate() {
            for row in rows.iter().filter(|row| row.bridged_in) {
                let mut numbers = row.numbers();
                numbers.extend(self.of_row.get(&row.id));
                if numbers.is_empty() {
                    tell(&mut self.count.leaks_to_product, "has no words of anybody", 0);
                }
                numbers.dedup();
                for number in numbers {
                    match owners.get(&number) {
                        Some((owner, Side::Telegram)) if *owner == place => {}
                        Some((_, Side::Product)) => {
                            tell(&mut self.count.echoes_to_product, "comes back from Telegram", number);
                        }
                        _ => tell(&mut self.count.leaks_to_product, "leaks to the product", number),
                    }
                }
            }
        }
    }

    fn count_to_telegram(&mut self, place: usize) {
        let by_id: BTreeMap<String, &Said> =
            self.said[place].iter().map(|said| (said.id.to_string(), said)).collect();
        let mut newest = 0;
        let mut seen = 0;
        let none = Vec::new();
        for row in &self.rows[place] {
            let Some(said) = by_id.get(&row.id).filter(|said| said.side == Side::Product) else { continue };
            seen += 1;
            let copies = self.copies.get(&said.number).unwrap_or(&none);
            let counted = &mut self.count.to_telegram;
            counted.said += 1;
            if shown::is_doubled(copies) {
                tell(&mut counted.doubled, "stands twice in Telegram", said.number);
            }
            if let Some(first) = copies.first() {
                if first.message < newest {
                    tell(&mut counted.out_of_order, "stands before an earlier one", said.number);
                }
                newest = newest.max(first.message);
                if !quotes_well(said, first, &self.numbers, &self.copies, &self.doubtful) {
                    tell(&mut counted.misquoted, "answers something else in Telegram", said.number);
                }
            }
            if !said.deleted && row.text != said.text {
                tell(&mut counted.stale, "says something else in the product", said.number);
            }
            match row.bridge.as_deref() {
                Some("done") => arrived(said, copies, counted),
                Some("unknown") => {
                    counted.in_doubt += 1;
                    counted.in_doubt_and_absent += usize::from(copies.is_empty());
                }
                Some("skipped") if said.deleted && copies.is_empty() => counted.arrived += 1,
                Some("failed") => tell(&mut counted.failed, "is given up", said.number),
                Some("waiting") => tell(&mut counted.unfinished, "still waits", said.number),
                _ => tell(&mut counted.lost, "is not on its way to Telegram", said.number),
            }
        }
        let all = self.said[place].iter().filter(|said| said.side == Side::Product).count();
        self.count.to_telegram.lost += all - seen;
    }

    fn count_to_product(&mut self, place: usize) {
        let counted = &mut self.count.to_product;
        let told: Vec<&Said> = self.said[place].iter().filter(|said| said.side == Side::Telegram).collect();
        let rows: Vec<&Row> = self.rows[place].iter().filter(|row| row.bridged_in).collect();
        let mut newest = 0;
        for row in &rows {
            let number = self.of_row.get(&row.id);
            let Some(said) = told.iter().find(|said| Some(&said.number) == number) else { continue };
            if said.message < newest {
                tell(&mut counted.out_of_order, "stands before an earlier one of his", said.number);
            }
            newest = newest.max(said.message);
        }
        for said in told {
            counted.said += 1;
            let own: Vec<&&Row> =
                rows.iter().filter(|row| self.of_row.get(&row.id) == Some(&said.number)).collect();
            let texts: Vec<&str> = own.iter().filter_map(|row| row.text.as_deref()).collect();
            let files: Vec<usize> =
                own.iter().flat_map(|row| row.files.iter().map(|(size, _)| *size)).collect();
            let expected: Vec<usize> = said.files.iter().map(|file| file.size).collect();
            let once: BTreeSet<&usize> = files.iter().collect();
            let stored = own.iter().all(|row| row.files.iter().all(|(_, state)| state == "stored"));
            let quote = own.first().and_then(|row| row.quote.as_ref()).and_then(|id| self.of_row.get(id));
            let doubtful = said.quote.is_some_and(|quoted| self.doubtful.contains(&quoted));
            let mut good = true;
            let mut wrong = |figure: &mut usize, what| {
                good = false;
                tell(figure, what, said.number);
            };
            if own.is_empty() || !stored || files.len() < expected.len() {
                wrong(&mut counted.lost, "is not whole in the product");
            } else if texts.len() > 1 || once.len() < files.len() {
                wrong(&mut counted.doubled, "stands twice in the product");
            } else if texts.first().copied() != said.text.as_deref() || files != expected {
                wrong(&mut counted.stale, "says something else than he did");
            }
            if quote != said.quote.as_ref() && !(quote.is_none() && doubtful) {
                wrong(&mut counted.misquoted, "answers something else in the product");
            }
            counted.arrived += usize::from(good);
        }
    }
}

/// What is said to be there stands there, whole and with its last words.
fn arrived(said: &Said, copies: &[Copy], counted: &mut Direction) {
    let hashes: BTreeSet<&str> = copies.iter().filter_map(|copy| copy.sha256.as_deref()).collect();
    if copies.is_empty() || said.files.iter().any(|file| !hashes.contains(file.sha256().as_str())) {
        tell(&mut counted.lost, "is said to be in Telegram and is not", said.number);
        return;
    }
    let words = dense(&shown::words(copies));
    let last = if said.deleted {
        "сообщение удалено"
    } else {
        said.text.as_deref().unwrap_or_default()
    };
    if words.ends_with(&dense(last)) {
        counted.arrived += 1;
    } else {
        tell(&mut counted.stale, "says something else in Telegram", said.number);
        let end = |text: &str| {
            text.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect::<String>()
        };
        eprintln!("    wanted …{}\n    stands …{}", end(&dense(last)), end(&words));
    }
}

/// A message whose number Telegram never told us cannot be answered there.
fn quotes_well(
    said: &Said,
    first: &Copy,
    numbers: &BTreeMap<i64, usize>,
    copies: &BTreeMap<usize, Vec<Copy>>,
    doubtful: &BTreeSet<usize>,
) -> bool {
    let quoted = first.quoted.and_then(|message| numbers.get(&message)).copied();
    let absent = said.quote.is_some_and(|quote| {
        doubtful.contains(&quote)
            || !(copies.contains_key(&quote) || numbers.values().any(|known| *known == quote))
    });
    quoted == said.quote || (quoted.is_none() && absent)
}

/// By its words, or by a file that only one message of the chat has.
fn number_of(row: &Row, said: &[Said]) -> Option<usize> {
    let by_file = || {
        let (size, _) = row.files.first()?;
        let has = |said: &&Said| said.files.iter().any(|file| file.size == *size);
        said.iter().find(has).map(|said| said.number)
    };
    row.numbers().first().copied().or_else(by_file)
}

fn tell(figure: &mut usize, what: &str, number: usize) {
    *figure += 1;
    eprintln!("#{number:06} {what}");
}
