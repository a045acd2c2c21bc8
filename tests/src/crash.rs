//! The crash driver: a storm of webhooks while the hub and its database are killed, and then the count.
//!
//! What was acknowledged must be in the log of raw events, byte for byte; and the timelines must be those of a second
//! database to which the same requests were applied once, in order, without any crash.

mod census;
mod disaster;
mod reference;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use chrono::{DateTime, SubsecRound, Utc};
use gateway::clock;
use mocks::dice::Dice;
use mocks::people::Person;
use mocks::post::{Posted, Poster, Settings};
use mocks::scenario::{self, Step};
use mocks::{Outgoing, Providers, telegram, whatsapp};
use serde::Serialize;
use serde_json::json;

use crate::hub::{Api, Cast, Hub, connect};
use disaster::Disasters;

/// How long the hub may need to put everything on the timelines when the storm is over.
const REST_WITHIN: Duration = Duration::from_mins(10);

/// Kills the hub and its database at random moments while providers post, and counts what is missing afterwards.
#[derive(clap::Parser)]
#[command(name = "crash")]
pub struct Options {
    /// How many webhooks are posted, doubles among them.
    #[arg(long, default_value_t = 10_000)]
    posts: usize,
    /// How many times the hub is killed; every fourth time PostgreSQL is stopped too.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// The same seed gives the same storm and the same plan of kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many new webhooks the providers make in a second. What was not acknowledged is repeated beside them.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// How many requests are under way at once.
    #[arg(long, default_value_t = 64)]
    parallel: usize,
    /// A folder that is kept; without it a temporary one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// The last line of the output.
#[derive(Debug, Serialize)]
pub struct Report {
    posts: usize,
    acknowledged: usize,
    abandoned: usize,
    raw: i64,
    applied: i64,
    ignored: i64,
    quarantined: i64,
    /// Acknowledged requests that are not in the log, and lines that the timelines lack.
    missing: usize,
    /// Lines that the timelines have and should not have.
    doubled: usize,
    kills: u32,
    database_stops: u32,
    seed: u64,
    seconds: u64,
}

impl Report {
    /// Whether nothing was lost, nothing doubled, and everything accounted for.
    pub fn holds(&self) -> bool {
        self.missing == 0
            && self.doubled == 0
            && self.acknowledged > 0
            && self.raw == self.applied + self.ignored + self.quarantined
    }
}

/// The whole of it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut hub = Hub::of_this_driver(options.data.as_deref()).await?;
    let api = hub.administrator().await?;
    let cast = connect(&api).await?;
    eprintln!("the hub listens on {}; seed {}", hub.url(), options.seed);

    let now = clock::now().trunc_subsecs(0);
    let steps = storm_of(&cast.providers(), now, options);
    let storm = Storm::begin(options, steps.clone())?;
    let mut dice = Dice::new(options.seed ^ 0x006b_696c_6c73);
    let disasters = Disasters::plan(&mut dice, options.kills, options.posts);
    let (kills, database_stops) = disasters.strike(&mut hub, &storm, &mut dice, started).await?;
    let posted = storm.end().await?;
    eprintln!("{}s: the storm is over", started.elapsed().as_secs());

    let balance = at_rest(&api, &hub).await?;
    eprintln!("{}s: the hub is at rest", started.elapsed().as_secs());
    let acknowledged: BTreeSet<usize> =
        posted.iter().filter(|posted| posted.acknowledged).map(|posted| posted.index).collect();
    let lost = census::lost(&hub, &cast, &steps, &acknowledged).await?;
    let difference = reference::compare(&hub, &cast, &steps, &acknowledged).await?;
    hub.stop().await?;
    let count = |name: &str| balance[name].as_i64().unwrap_or(-1);
    Ok(Report {
        posts: options.posts,
        acknowledged: acknowledged.len(),
        abandoned: posted.len() - acknowledged.len(),
        raw: count("raw"),
        applied: count("applied"),
        ignored: count("ignored"),
        quarantined: count("quarantined"),
        missing: lost + difference.missing,
        doubled: difference.doubled,
        kills,
        database_stops,
        seed: options.seed,
        seconds: started.elapsed().as_secs(),
    })
}

/// The storm, and among its last something of what nobody knows yet and of what nobody needs, for all three outcomes.
fn storm_of(providers: &Providers, now: DateTime<Utc>, options: &Options) -> Vec<Step> {
    let mut steps = scenario::storm(providers, now, options.seed, options.posts).steps;
    let numbers = steps.iter().map(|step| step.number).max().unwrap_or_default() + 1;
    let odd = |place: usize| match place % 3 {
        0 => unknown_message(providers, now, place),
        1 => update(providers, place, "poll"),
        _ => update(providers, place, "hologram"),
    };
    for (nth, place) in (0..steps.len()).step_by(40).enumerate() {
        steps[place].outgoing = odd(nth);
        steps[place].number = numbers + nth;
    }
    steps
}

fn unknown_message(providers: &Providers, now: DateTime<Utc>, place: usize) -> Outgoing {
    let person = Person::new(2000);
    let id = whatsapp::wamid(&person.phone, place as u64, false);
    let content = whatsapp::Content::Unknown("hologram".to_owned());
    let message = whatsapp::Message::new(&id, now, whatsapp::Sender::phone(&person.phone), content);
    providers.whatsapp.request(&whatsapp::Action::Message(message))
}

fn update(providers: &Providers, place: usize, kind: &str) -> Outgoing {
    let (kind, object) = (kind.to_owned(), json!({ "id": place.to_string() }));
    let queue = format!("{kind} {place}");
    let update_id = 2_000_000_000 + i64::try_from(place).unwrap_or(0);
    providers.telegram.request(update_id, &telegram::Action::Raw { kind, object, queue })
}

/// Providers that post at a steady rate and repeat until they are heard.
struct Storm {
    posted: Arc<Mutex<Vec<Posted>>>,
    playing: tokio::task::JoinHandle<()>,
}

impl Storm {
    fn begin(options: &Options, steps: Vec<Step>) -> anyhow::Result<Self> {
        let settings = Settings {
            // A provider's second is ten milliseconds: an hour of patience is 36 seconds.
            repeat_scale: 0.01,
            unknown_repeats: 12,
            answer_timeout: Duration::from_secs(10),
            parallel: options.parallel,
            lose_answer_every: 50,
            seed: options.seed,
            ..Settings::default()
        };
        let poster = Arc::new(Poster::new(settings)?);
        let pause = Duration::from_secs(1) / options.rate.max(1);
        let steps: Vec<Step> =
            (0..).zip(steps).map(|(place, step)| Step { at: pause * place, ..step }).collect();
        let posted = Arc::new(Mutex::new(Vec::with_capacity(steps.len())));
        let heard = Arc::clone(&posted);
        let playing = tokio::spawn(async move {
            let tell = move |outcome| heard.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
            poster.play(steps, 1.0, tell).await;
        });
        Ok(Self { posted, playing })
    }

    /// How many requests have come to their end.
    fn finished(&self) -> usize {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn is_over(&self) -> bool {
        self.playing.is_finished()
    }

    async fn end(self) -> anyhow::Result<Vec<Posted>> {
        self.playing.await.context("the storm broke")?;
        Ok(std::mem::take(&mut *self.posted.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Waits until everything is on the timelines: nothing in the spool, nothing pending, no link between people open.
async fn at_rest(api: &Api, hub: &Hub) -> anyhow::Result<serde_json::Value> {
    let (started, pool) = (Instant::now(), hub.postgres().pool()?);
    loop {
        let spooled = hub.folder().spooled_bytes();
        let total = api.get("/api/raw-events/balance").await?["total"].take();
        let open: i64 = sqlx::query_scalar("select count(*) from identity_links where state = 'new'")
            .fetch_one(&pool)
            .await?;
        if spooled == 0 && total["pending"] == 0 && open == 0 {
            return Ok(total);
        }
        if started.elapsed() > REST_WITHIN {
            bail!("the hub does not come to rest: {spooled} bytes in the spool, {open} open links, {total}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A request as it lies in the log: whose, its query, its bytes.
type Request = (String, String, Vec<u8>);

fn request_of(cast: &Cast, step: &Step) -> Request {
    let account = cast.accounts[&step.outgoing.provider].clone();
    (account, step.outgoing.query.clone(), step.outgoing.body.to_vec())
}
