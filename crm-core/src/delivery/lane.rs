//! A lane at work: who has it, what is to be done next in it, and what came of the last attempt.

mod store;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use connector_api::{Address, ConversationFacts, ExternalId, OutboundMessage};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::outcome::{self, Next, Outcome, Pacing, Tried};
use super::purpose::{self, Purpose};
use super::quiet;
use super::state::{DeliveryAction, DeliveryStep};
use crate::{
    AccountId, ConversationId, DeliveryId, InteractionId,
    timeline::feed::{self, Changes},
    timeline::ingest,
};

pub use store::{Sender, free_dead, release_planned, take};
pub(crate) use store::{count_answers, lock, next_position, open_again, say, stand_at, wake};

/// The channel of `NOTIFY` on which writers say that a lane of an account is due; the payload is the account's id.
pub const CHANNEL: &str = "lanes";

/// One attempt to make, or one outcome to ask after.
#[derive(Clone, Debug)]
pub struct Work {
    /// Which.
    pub delivery: DeliveryId,
    /// What is to be sent.
    pub message: OutboundMessage,
    /// The part at hand, from 0.
    pub part: u16,
    /// What the parts before became.
    pub sent: Vec<ExternalId>,
    /// An attempt may have arrived: ask, do not send.
    pub ask: bool,
    /// When the part was tried first and last; now, for a first attempt.
    pub first_tried_at: DateTime<Utc>,
    /// See `first_tried_at`.
    pub tried_at: DateTime<Utc>,
    /// What decides whether the conversation can be written to now.
    pub facts: ConversationFacts,
    /// How often it was tried, this attempt included.
    tries: i32,
}

/// What came of a [`Work`].
#[derive(Clone, Debug)]
pub struct Finished {
    /// The work.
    pub work: Work,
    /// What it came to.
    pub outcome: Outcome,
    /// How attempts are spread.
    pub pacing: Pacing,
}

/// What there is to do in a lane.
#[derive(Debug)]
pub enum Turn {
    /// This.
    Work(Box<Work>),
    /// Nothing before that moment; the lane was given back.
    Wait(DateTime<Utc>),
    /// Nothing; the lane was given back.
    Empty,
    /// Somebody else has the lane: this sender was taken for dead.
    Lost,
}

/// Records what came of the last attempt and begins the next one, in one transaction: when it returns, both are durable.
/// `zone` is the company's. With `not_before` the lane is given back until then instead of going on. Readers of the feed
/// are to be notified by the caller.
pub async fn turn(
    conn: &mut PgConnection,
    sender: Sender,
    conversation: ConversationId,
    finished: Option<&Finished>,
    not_before: Option<DateTime<Utc>>,
    zone: Tz,
    now: DateTime<Utc>,
) -> sqlx::Result<Turn> {
    if let Some(Finished { work, outcome: Outcome::Accepted { addresses, .. }, .. }) = finished
        && let (Some(written_to), false) = (work.message.to.first(), addresses.is_empty())
    {
        // First and by itself: it takes the locks of the ingest, which come before that of a lane.
        let of_one: Vec<Address> = std::iter::once(written_to).chain(addresses).cloned().collect();
        ingest::same_person(conn, of_one, now).await?;
    }
    let mut tx = conn.begin().await?;
    let held = store::hold(&mut tx, sender, conversation).await?;
    if let Some(finished) = finished {
        record(&mut tx, finished, now).await?;
    }
    let turn = if held { begin(&mut tx, conversation, not_before, zone, now).await? } else { Turn::Lost };
    tx.commit().await?;
    Ok(turn)
}

async fn begin(
    conn: &mut PgConnection,
    conversation: ConversationId,
    not_before: Option<DateTime<Utc>>,
    zone: Tz,
    now: DateTime<Utc>,
) -> sqlx::Result<Turn> {
    let Some(mut head) = head_to_send(conn, conversation, zone, now).await? else {
        store::give_back(conn, conversation, None).await?;
        return Ok(Turn::Empty);
    };
    if head.step == DeliveryStep::Sending {
        // Whoever sent it died over it.
        let died = store::Attempt {
            delivery: head.delivery,
            number: head.tries,
            part: head.parts_accepted,
            started_at: head.tried_at.unwrap_or(now),
            outcome: "unknown",
            code: None,
            reason: Some("Программа остановилась во время отправки."),
        };
        store::insert_attempt(conn, &died, now).await?;
        store::doubt(conn, head.delivery, now).await?;
        (head.step, head.due_at) = (DeliveryStep::Unsure, now);
        feed::write(conn, &changed(head.interaction_id), now).await?;
    }
    let due_at = head.due_at.max(not_before.unwrap_or(head.due_at));
    if not_before.is_some() || due_at > now {
        store::give_back(conn, conversation, Some(due_at)).await?;
        return Ok(Turn::Wait(due_at));
    }
    let ask = head.step == DeliveryStep::Unsure;
    if !ask {
        store::begin(conn, head.delivery, now).await?;
        head.tries += 1;
        head.tried_at = Some(now);
    }
    Ok(Turn::Work(Box::new(Work {
        delivery: head.delivery,
        part: u16::try_from(head.parts_accepted).unwrap_or(0),
        sent: head.external_ids.into_iter().map(ExternalId::new).collect(),
        ask,
        first_tried_at: head.first_tried_at.unwrap_or(now),
        tried_at: head.tried_at.unwrap_or(now),
        facts: head.facts,
        tries: head.tries,
        message: head.message,
    })))
}

/// The oldest delivery that may go now: on the way there, what the person does not take (any more) is taken back, and
/// mailings whose turn came in the client's night are put aside until the morning, so that answers pass them.
async fn head_to_send(
    conn: &mut PgConnection,
    conversation: ConversationId,
    zone: Tz,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<store::Head>> {
    while let Some(head) = store::head(conn, conversation).await? {
        let begun = head.step != DeliveryStep::Queued || head.parts_accepted > 0;
        if begun || head.purpose == Purpose::Reply {
            return Ok(Some(head));
        }
        let Some(root) = purpose::root_of_conversation(conn, conversation).await? else {
            return Ok(Some(head));
        };
        if let Some(reason) = purpose::refusal(conn, root, head.purpose).await? {
            store::cancel(conn, head.delivery, "consent", reason, now).await?;
            store::count_answers(conn, head.delivery).await?;
        } else if head.at_night {
            return Ok(Some(head));
        } else {
            let Some(quiet) = quiet::of_person(conn, root, zone, now).await? else { return Ok(Some(head)) };
            store::put_aside(conn, head.delivery, &quiet).await?;
            store::stand_at(conn, head.interaction_id, quiet.until).await?;
            store::count_answers(conn, head.delivery).await?;
        }
        feed::write(conn, &changed(head.interaction_id), now).await?;
    }
    Ok(None)
}

/// The attempt in words, what becomes of the delivery, and what the timeline shows of it.
async fn record(conn: &mut PgConnection, finished: &Finished, now: DateTime<Utc>) -> sqlx::Result<()> {
    let Finished { work, outcome, pacing } = finished;
    let Some(known) = store::delivery(conn, work.delivery).await? else { return Ok(()) };
    let arrived = matches!(outcome, Outcome::Accepted { .. } | Outcome::Arrived { .. });
    let open = matches!(known.step, DeliveryStep::Sending | DeliveryStep::Unsure | DeliveryStep::Unknown);
    let same_part = i32::from(known.parts_accepted) == i32::from(work.part);
    // A status with our reference, or a sender that took over, may have decided already; that it arrived is always news.
    if !open || !same_part || (known.tries != work.tries && !arrived) {
        return Ok(());
    }
    let (code, reason) = outcome.cause();
    if let Some(word) = outcome.word() {
        let number = if work.ask { known.tries + 1 } else { known.tries };
        let attempt = store::Attempt {
            delivery: work.delivery,
            number,
            part: known.parts_accepted,
            started_at: if work.ask { now } else { work.tried_at },
            outcome: word,
            code,
            reason,
        };
        store::insert_attempt(conn, &attempt, now).await?;
        store::count(conn, work.delivery, number).await?;
    }
    let tried = Tried {
        attempts: known.attempts,
        waits: known.waits,
        tried_at: work.tried_at,
        last_part: known.parts_accepted + 1 >= known.parts,
    };
    let next = outcome::next(tried, outcome, *pacing, now);
    settle(conn, &known, &next, outcome, now).await?;
    let names = outcome.external_ids();
    // The status was faster than the answer, and could not tell whose it was.
    if !names.is_empty() && store::is_told_failed(conn, known.account_id, names).await? {
        store::open_again(conn, known.id, now).await?;
    }
    Ok(())
}

async fn settle(
    conn: &mut PgConnection,
    known: &store::Known,
    next: &Next,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::settle(conn, known, next, outcome, now).await?;
    // Failed is certain: what may have arrived is unsure or unknown.
    let has_failed = next.state == DeliveryStep::Failed;
    let goes_elsewhere = has_failed && known.parts_accepted == 0 && known.by_rule;
    if goes_elsewhere {
        store::want_failover(conn, known.id).await?;
    }
    if known.action == DeliveryAction::Message {
        // In the order in which a batch names its messages.
        let mut parts: Vec<&ExternalId> = outcome.external_ids().iter().collect();
        parts.sort_by_key(|id| InteractionId::of_message(known.account_id, id.as_str()));
        for external_id in parts {
            store::insert_part(conn, known, external_id, now).await?;
        }
    }
    if known.action == DeliveryAction::Bridge {
        return Ok(());
    }
    if next.state == DeliveryStep::Accepted {
        store::insert_effect(conn, known, now).await?;
    }
    if has_failed || known.step == DeliveryStep::Failed {
        store::count_answers(conn, known.id).await?;
    }
    if has_failed && !goes_elsewhere {
        store::open_again(conn, known.id, now).await?;
    }
    feed::write(conn, &changed(known.interaction_id), now).await
}

fn changed(row: InteractionId) -> Changes {
    Changes { interactions: vec![row], ..Changes::default() }
}

/// A status that carries our own reference: the part arrived, whatever became of the answer to its attempt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Proof {
    pub account: AccountId,
    pub delivery: Uuid,
    pub part: u16,
    pub external_id: ExternalId,
}

/// Takes statuses with our reference as proofs that their parts arrived. Wants a transaction; repeats safely.
pub(crate) async fn prove(conn: &mut PgConnection, proofs: &[Proof], now: DateTime<Utc>) -> sqlx::Result<()> {
    if proofs.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = proofs.iter().map(|proof| proof.delivery).collect();
    let open = store::open_among(conn, &ids).await?;
    // In one order, so that two batches never wait for each other.
    let mut wanted: Vec<&Proof> = proofs.iter().filter(|proof| open.contains_key(&proof.delivery)).collect();
    wanted.sort();
    for proof in wanted {
        let (conversation, account) = open[&proof.delivery];
        if account == proof.account {
            prove_one(conn, conversation, proof, now).await?;
        }
    }
    Ok(())
}

async fn prove_one(
    conn: &mut PgConnection,
    conversation: ConversationId,
    proof: &Proof,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    lock(conn, conversation).await?;
    let Some(known) = store::delivery(conn, DeliveryId(proof.delivery)).await? else { return Ok(()) };
    let open = matches!(known.step, DeliveryStep::Sending | DeliveryStep::Unsure | DeliveryStep::Unknown);
    if !open || i32::from(known.parts_accepted) != i32::from(proof.part) {
        return Ok(());
    }
    let outcome = Outcome::Arrived { external_ids: vec![proof.external_id.clone()] };
    let last_part = known.parts_accepted + 1 >= known.parts;
    let tried = Tried { attempts: known.attempts, waits: known.waits, tried_at: now, last_part };
    let next = outcome::next(tried, &outcome, Pacing { attempts: 1, jitter: 0.0 }, now);
    settle(conn, &known, &next, &outcome, now).await?;
    store::due(conn, conversation, now).await?;
    wake(conn, proof.account).await
}
