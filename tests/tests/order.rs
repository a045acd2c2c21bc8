//! Promise 3: every order and repetition of the same events gives the same timelines, byte for byte, alone and in
//! concurrent batches; and replay changes nothing.

mod moves;
mod sms;
mod telegram;
mod telphin;
mod whatsapp;

use std::fmt::Debug;

use chrono::TimeDelta;
use crm_core::clients::join::{ClientJoin, Side, join_clients, split};
use crm_core::timeline::raw_event::{StoredRaw, balance};
use crm_core::timeline::raw_log::ReplayFilter;
use crm_core::{ClientId, RawEventId};
use gateway::replay::replay;
use mocks::dice::Dice;
use mocks::{Outgoing, Providers, scenario};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sqlx::PgPool;

use crate::world::{World, difference, end, start};

/// Generated stories per connector.
const CASES: u64 = 16;
/// Steps of a search for a smaller story that fails too.
const SIMPLER: u32 = 200;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn whatsapp_in_any_order_is_the_same(pool: PgPool) {
    check(pool, whatsapp::story(), |providers, story| whatsapp::perform(providers, story)).await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn telphin_in_any_order_is_the_same(pool: PgPool) {
    check(pool, telphin::story(), |providers, story| telphin::perform(providers, story)).await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn telegram_in_any_order_is_the_same(pool: PgPool) {
    check(pool, telegram::story(), |providers, story| telegram::perform(providers, story)).await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn sms_in_any_order_is_the_same(pool: PgPool) {
    check(pool, sms::story(), |providers, story| sms::perform(providers, story)).await;
}

/// All connectors at once, whose addresses lead to the same people.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_storm_in_any_order_is_the_same(pool: PgPool) {
    check(pool, 0..1_000_000u64, |providers, seed| {
        let storm = scenario::storm(providers, start(), *seed, 40);
        storm.steps.into_iter().map(|step| step.outgoing).collect()
    })
    .await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn one_person_in_eight_id_forms_is_one_person_in_any_order(pool: PgPool) {
    let world = World::new(pool).await;
    let scenario = scenario::one_person_in_eight_id_forms(&world.providers, start());
    let story: Vec<Outgoing> = scenario.steps.into_iter().map(|step| step.outgoing).collect();
    for seed in 0..CASES {
        if let Err(difference) = any_order(&world, &story, seed).await {
            panic!("{difference}");
        }
    }
    let people = world.dump().await.lines().filter(|line| line.starts_with("person:")).count();
    assert_eq!(people, 1);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn events_between_a_join_and_its_split_stand_where_their_people_stand(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let storm = scenario::storm(&world.providers, start(), 7, 120);
    let story: Vec<Outgoing> = storm.steps.into_iter().map(|step| step.outgoing).collect();
    let raws = world.raws(&story);
    world.apply(std::slice::from_ref(&raws)).await;
    let expected = world.dump().await;

    world.clean().await;
    let (before, between) = raws.split_at(raws.len() / 2);
    world.apply(&[before.to_vec()]).await;
    let cards: Vec<uuid::Uuid> =
        sqlx::query_scalar("select id from clients where root_id = id order by name, id limit 2")
            .fetch_all(&pool)
            .await
            .expect("two clients are there");
    let mut conn = pool.acquire().await.expect("a connection");
    let join = ClientJoin {
        survivor_id: ClientId(cards[0]),
        absorbed_id: ClientId(cards[1]),
        choices: [("name".to_owned(), Side::Survivor)].into(),
        dry_run: false,
    };
    let joined = join_clients(&mut conn, &world.viewer, end(), &join).await.expect("joined");
    world.apply(&[between.to_vec()]).await;
    assert_ne!(world.dump().await, expected, "a join is seen");
    split(&mut conn, &world.viewer, end(), joined.join_id.expect("a join has an id")).await.expect("split");
    let found = world.dump().await;
    assert!(found == expected, "{}", difference(&expected, &found));
}

/// Generates stories and tries each; of one that fails, the smallest that is found.
async fn check<S>(pool: PgPool, stories: S, perform: impl Fn(&Providers, &S::Value) -> Vec<Outgoing>)
where
    S: Strategy,
    S::Value: Debug,
{
    let world = World::new(pool).await;
    let mut runner = TestRunner::deterministic();
    for seed in 0..CASES {
        let mut story = stories.new_tree(&mut runner).expect("a story");
        let Err(mut failure) = any_order(&world, &perform(&world.providers, &story.current()), seed).await
        else {
            continue;
        };
        let mut smallest = story.current();
        let mut simpler = story.simplify();
        for _ in 0..SIMPLER {
            if !simpler {
                break;
            }
            let tried = story.current();
            match any_order(&world, &perform(&world.providers, &tried), seed).await {
                Err(difference) => {
                    (smallest, failure) = (tried, difference);
                    simpler = story.simplify();
                }
                Ok(()) => simpler = story.complicate(),
            }
        }
        panic!("seed {seed}: {smallest:#?}\n{failure}");
    }
}

/// Tries a story in several orders. The error shows where the first that differs does.
async fn any_order(world: &World, story: &[Outgoing], seed: u64) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    let raws = world.raws(story);
    world.clean().await;
    world.store(&raws).await;
    world.apply(std::slice::from_ref(&raws)).await;
    let expected = world.dump().await;
    let same = |found: &str, how: &str| {
        if found == expected { Ok(()) } else { Err(format!("{how}:\n{}", difference(&expected, found))) }
    };

    again(world).await;
    same(&world.dump().await, "replayed")?;

    world.clean().await;
    let mut backwards = raws.clone();
    backwards.reverse();
    world.apply(&alone(&backwards)).await;
    same(&world.dump().await, "backwards, each by itself")?;

    world.clean().await;
    world.apply(&alone(&shuffled(&mut dice, &raws))).await;
    same(&world.dump().await, "shuffled, each by itself")?;

    world.clean().await;
    let twice = doubled(&mut dice, &raws);
    let twice = shuffled(&mut dice, &twice);
    world.apply(&batches(&mut dice, &twice)).await;
    same(&world.dump().await, "doubled and shuffled, in batches")?;

    world.clean().await;
    let twice = doubled(&mut dice, &raws);
    world.store(&twice).await;
    let mut tasks = Vec::new();
    for part in shuffled(&mut dice, &twice).chunks(twice.len().div_ceil(4).max(1)) {
        let (world, batches) = (world.clone(), batches(&mut dice, part));
        tasks.push(tokio::spawn(async move { world.apply(&batches).await }));
    }
    for task in tasks {
        task.await.map_err(|error| error.to_string())?;
    }
    same(&world.dump().await, "doubled, by four workers at once")?;
    again(world).await;
    same(&world.dump().await, "doubled, by four workers at once, and replayed")?;

    let balance = balance(&mut *world.pool.acquire().await.map_err(|e| e.to_string())?, None).await;
    let balance = balance.map_err(|error| error.to_string())?;
    let decided = balance.applied + balance.ignored + balance.quarantined;
    if balance.raw != decided || balance.pending != 0 {
        return Err(format!("raw is not applied + ignored + quarantined: {balance:?}"));
    }
    Ok(())
}

async fn again(world: &World) {
    let filter = ReplayFilter::default();
    replay(&world.pool, &world.accounts, &filter, 10_000, end()).await.expect("replayed");
}

fn alone(raws: &[StoredRaw]) -> Vec<Vec<StoredRaw>> {
    raws.iter().map(|stored| vec![stored.clone()]).collect()
}

fn batches(dice: &mut Dice, raws: &[StoredRaw]) -> Vec<Vec<StoredRaw>> {
    let mut rest = raws;
    let mut batches = Vec::new();
    while !rest.is_empty() {
        let (batch, after) = rest.split_at((1 + dice.below(7)).min(rest.len()));
        batches.push(batch.to_vec());
        rest = after;
    }
    batches
}

fn shuffled(dice: &mut Dice, raws: &[StoredRaw]) -> Vec<StoredRaw> {
    let mut raws = raws.to_vec();
    for last in (1..raws.len()).rev() {
        raws.swap(last, dice.below(last + 1));
    }
    raws
}

/// Some of them come once more or twice, later, as requests of their own.
fn doubled(dice: &mut Dice, raws: &[StoredRaw]) -> Vec<StoredRaw> {
    let mut all = raws.to_vec();
    for stored in raws {
        for time in 0..dice.below(3) {
            let mut repeated = stored.clone();
            repeated.raw.received_at += TimeDelta::seconds(7 + i64::try_from(time).unwrap_or(0) * 60);
            repeated.id = RawEventId::at(repeated.raw.received_at);
            all.push(repeated);
        }
    }
    all
}
