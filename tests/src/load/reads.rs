//! What a person waits for: cards, pages of timelines, lists, search; beside a bare read of 50 rows by an index.

mod questions;

use std::sync::Arc;

use super::bench::{Bench, around};
use super::drive::Requests;
use super::figures::median;
use super::seed;

/// The narrow one shows what an answer costs, the wide one what a busy office feels.
const CONNECTIONS: [usize; 2] = [1, 16];
/// What is promised of the 95th percentile: three times the bare read and so many milliseconds.
const TIMES: f64 = 3.0;
const PLUS_MS: f64 = 5.0;
/// How much slower the longest timeline may be than a short one.
const GIANT: f64 = 1.5;

/// One kind of question.
pub(super) struct Question {
    pub name: &'static str,
    pub requests: Arc<Requests>,
    pub in_action: usize,
    /// Whether the promise speaks of it.
    pub promised: bool,
}

#[derive(Default)]
struct Percentiles {
    p50: Vec<f64>,
    p95: Vec<f64>,
    p99: Vec<f64>,
    rate: Vec<f64>,
    bytes: Vec<f64>,
}

/// Measures all questions at each number of connections; the bare read stands in every round between them.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    eprintln!("preparing the questions");
    let administrator = bench.hub.sign_in(seed::ADMINISTRATOR, seed::PASSWORD).await?;
    let manager = bench.hub.sign_in(seed::MANAGER, seed::PASSWORD).await?;
    let bare = Arc::new(questions::bare(&bench.shape));
    let mut questions = questions::of_administrator(bench, &administrator).await?;
    questions.extend(questions::of_manager(bench, &manager).await?);
    for connections in CONNECTIONS {
        eprintln!("reads at {connections} connections");
        let mut bare_figures = Percentiles::default();
        let mut figures: Vec<Percentiles> = questions.iter().map(|_| Percentiles::default()).collect();
        for round in 0..=bench.options.rounds {
            let one = ask(bench, true, connections, &bare, 1).await?;
            if round > 0 {
                bare_figures.extend(one);
            }
            for (question, known) in questions.iter().zip(&mut figures) {
                let one = ask(bench, false, connections, &question.requests, question.in_action).await?;
                if round > 0 {
                    known.extend(one);
                }
            }
        }
        report(bench, connections, &bare_figures, &questions, &figures);
    }
    Ok(())
}

impl Percentiles {
    fn extend(&mut self, other: Self) {
        self.p50.extend(other.p50);
        self.p95.extend(other.p95);
        self.p99.extend(other.p99);
        self.rate.extend(other.rate);
        self.bytes.extend(other.bytes);
    }
}

async fn ask(
    bench: &mut Bench,
    bare: bool,
    connections: usize,
    requests: &Arc<Requests>,
    in_action: usize,
) -> anyhow::Result<Percentiles> {
    let address = if bare { bench.ceiling.address } else { bench.hub_address()? };
    let mut what = around(address, connections, requests, &bench.options);
    what.in_action = in_action;
    // A question is short: a part of the time gives thousands of answers.
    what.time = bench.options.time() / 4;
    let driven = bench.drive(&what, "reads").await?;
    #[expect(clippy::cast_precision_loss, reason = "bytes of an answer")]
    let bytes = driven.bytes as f64 / driven.latencies.len().max(1) as f64;
    Ok(Percentiles {
        p50: vec![driven.percentile(50)],
        p95: vec![driven.percentile(95)],
        p99: vec![driven.percentile(99)],
        rate: vec![driven.rate()],
        bytes: vec![bytes],
    })
}

fn report(
    bench: &mut Bench,
    connections: usize,
    bare: &Percentiles,
    questions: &[Question],
    all: &[Percentiles],
) {
    let figures = &mut bench.figures;
    let bare_p95 = median(&bare.p95);
    let wanted = TIMES * bare_p95 + PLUS_MS;
    let name = |what: &str| format!("{what}, p95, {connections} conn.");
    figures.add(name("bare read of 50 rows"), bare_p95, "ms").note(words(bare));
    for (question, known) in questions.iter().zip(all) {
        let p95 = median(&known.p95);
        figures.add(name(question.name), p95, "ms").beside(bare_p95).note(words(known));
        if question.promised && connections == 16 {
            let detail = format!("p95 {p95:.1} ms, within {wanted:.1} ms wanted");
            figures.target(question.name.replace([' ', ','], "_"), p95 <= wanted, detail);
        }
    }
    for what in ["card", "next page"] {
        let p50_of = |name: String| {
            let place = questions.iter().position(|question| question.name == name);
            place.map_or(0.0, |place| median(&all[place].p50))
        };
        let (giant, small) = (p50_of(format!("{what} of the giant")), p50_of(format!("{what} of the small")));
        let ratio = giant / small.max(1e-9);
        figures.add(format!("{what}: giant by small, p50, {connections} conn."), ratio, "");
        if connections == 16 {
            let detail = format!("{ratio:.2}, under {GIANT} wanted");
            figures.target(format!("giant_{}", what.replace(' ', "_")), ratio < GIANT, detail);
        }
    }
}

fn words(known: &Percentiles) -> String {
    let [p50, p99, rate, bytes] =
        [&known.p50, &known.p99, &known.rate, &known.bytes].map(|values| median(values));
    format!("p50 {p50:.2}, p99 {p99:.2} ms, {rate:.0}/s, {:.1} kB", bytes / 1000.0)
}
