use super::*;

const USD: Currency = Currency::USD;
const CNY: Currency = Currency::CNY;
const DAILY: &str = super::super::DAILY;
const REPAIR: &str = super::super::REPAIR;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_first_start_brings_a_year_and_the_rate_of_today(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-04T10:00").await;
    stand.until(now()).await;
    let overview = stand.overview().await;
    assert_eq!(overview.warning, None);
    for item in &overview.items {
        let rate = item.rate.as_ref().unwrap();
        assert_eq!(rate.effective_on, day("2025-12-04"));
        assert_eq!(rate.unit_rate, stand.told(item.currency, rate.effective_on));
        assert!(item.previous.is_some() && item.change.is_some());
    }
    let (on, _, _) = stand.in_force(USD, "2024-12-31").await.unwrap();
    assert_eq!(on, "2024-12-29");
    let som = overview.items[2].rate.as_ref().unwrap();
    assert_eq!((som.currency, som.nominal), (Currency::KGS, 100));
    let asked = stand.asked();
    assert!(asked <= 5, "{asked} questions");
    stand.until(moscow("2025-12-04T15:30")).await;
    assert_eq!(stand.asked(), asked + 1, "at noon, and nothing else");
}

/// Checks 7 and 8 of the bank's protocol, the part of the job.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn before_publication_nothing_changes_and_tomorrows_rate_is_stored_unused(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-04T15:35").await;
    stand.until(now()).await;
    assert!(stand.report(DAILY).await.contains("04.12.2025"));
    assert_eq!(stand.task(DAILY).await.next_run_at, moscow("2025-12-04T15:55"));
    let before = stand.in_force(USD, "2025-12-05").await;
    stand.until(moscow("2025-12-04T19:00")).await;
    let overview = stand.overview().await;
    assert_eq!(overview.items[0].rate.as_ref().unwrap().effective_on, day("2025-12-04"));
    assert_eq!(overview.items[0].next.as_ref().unwrap().effective_on, day("2025-12-05"));
    assert_ne!(stand.in_force(USD, "2025-12-05").await, before);
    assert_eq!(stand.task(DAILY).await.next_run_at, moscow("2025-12-05T15:35"), "enough for today");
}

/// Check 9: days before the first record of the year belong to the last one of the year before.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_first_days_of_a_year_have_the_last_rate_of_the_year_before(pool: PgPool) {
    let stand = Stand::new(pool, "2026-01-13T10:00").await;
    stand.until(now()).await;
    for on in ["2025-12-31", "2026-01-05", "2026-01-12"] {
        assert_eq!(stand.in_force(USD, on).await.unwrap().0, "2025-12-31", "{on}");
    }
    assert_eq!(stand.in_force(USD, "2026-01-13").await.unwrap().0, "2026-01-13");
}

/// Checks 11, 12, 13 and what else can stand in the place of rates.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn whatever_comes_instead_of_rates_stores_nothing_and_leaves_the_old_ones(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-04T10:00").await;
    stand.until(moscow("2025-12-04T15:30")).await;
    let known = stand.in_force(USD, "2025-12-05").await;
    go_to(moscow("2025-12-04T15:40"));
    for (mode, words, is_repeated) in [
        (Mode::Protection(200), "другая страница", true),
        (Mode::Protection(403), "отвечает ошибкой", true),
        (Mode::ProxyPage, "другая страница", true),
        (Mode::Down, "отвечает ошибкой", true),
        (Mode::Truncated, "оборван", true),
        (Mode::Empty, "другая страница", true),
        (Mode::ErrorDocument, "не принял вопрос", false),
    ] {
        stand.behave(mode.clone());
        schedule_now(&stand, DAILY).await;
        let asked = stand.asked();
        stand.scheduler.run_due().await.unwrap();
        assert_eq!(stand.asked(), asked + 1, "{mode:?}: asked once");
        let report = stand.report(DAILY).await;
        assert!(report.contains(words), "{mode:?}: {report}");
        assert_eq!(stand.in_force(USD, "2025-12-05").await, known, "{mode:?}");
        let pause = stand.task(DAILY).await.next_run_at - now();
        assert_eq!(pause.num_minutes() <= 60, is_repeated, "{mode:?}: {pause}");
    }
    let overview = stand.overview().await;
    assert_eq!(overview.warning, Some(rates::RateWarning::SourceFailing));
    assert_eq!(overview.items[0].rate.as_ref().unwrap().effective_on, day("2025-12-04"), "served on");
    stand.behave(Mode::Well);
    schedule_now(&stand, DAILY).await;
    stand.scheduler.run_due().await.unwrap();
    assert_eq!(stand.overview().await.warning, None);
}

async fn schedule_now(stand: &Stand, name: &str) {
    let mut tx = stand.pool.begin().await.unwrap();
    schedule::run_now(&mut tx, &stand.root, name, now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_moved_document_is_followed(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-04T10:00").await;
    stand.behave(Mode::Moved);
    stand.until(now()).await;
    assert_eq!(stand.overview().await.warning, None);
}

/// Check 15.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_missing_currency_is_told_and_asked_again_while_the_others_are_stored(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-03T20:00").await;
    stand.until(moscow("2025-12-04T15:30")).await;
    stand.behave(Mode::Without("CNY".to_owned()));
    stand.until(moscow("2025-12-04T19:00")).await;
    let report = stand.report(DAILY).await;
    assert!(report.contains("нет в документе: CNY"), "{report}");
    assert_eq!(stand.in_force(USD, "2025-12-05").await.unwrap().0, "2025-12-05");
    assert_eq!(stand.in_force(CNY, "2025-12-05").await.unwrap().0, "2025-12-04");
    stand.behave(Mode::Well);
    stand.until(moscow("2025-12-04T19:30")).await;
    assert_eq!(stand.in_force(CNY, "2025-12-05").await.unwrap().0, "2025-12-05");
    assert_eq!(stand.task(DAILY).await.next_run_at, moscow("2025-12-05T15:35"));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_zero_and_a_tenfold_value_never_come_into_force(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-03T20:00").await;
    stand.until(moscow("2025-12-04T15:30")).await;
    for mode in [Mode::Tenfold("CNY".to_owned()), Mode::Zero("CNY".to_owned())] {
        stand.behave(mode);
        stand.until(now() + chrono::TimeDelta::hours(3)).await;
        assert_eq!(stand.in_force(CNY, "2025-12-05").await.unwrap().0, "2025-12-04");
    }
    let mut conn = stand.pool.acquire().await.unwrap();
    let doubts = rates::doubts(&mut conn, &stand.root).await.unwrap();
    let doubts: Vec<_> = doubts.iter().map(|doubt| (doubt.reason, doubt.effective_on.to_string())).collect();
    assert_eq!(
        doubts,
        [
            (rates::DoubtReason::Differs, "2025-12-04".to_owned()),
            (rates::DoubtReason::Tenfold, "2025-12-05".to_owned())
        ],
        "each once: today's document was there still, and then tomorrow's"
    );
    drop(conn);
    stand.behave(Mode::Well);
    stand.until(moscow("2025-12-05T12:00")).await;
    assert_eq!(stand.in_force(CNY, "2025-12-05").await.unwrap().0, "2025-12-05");
}

/// Check 10, the part of the job.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_period_of_another_currency_is_refused(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-04T10:00").await;
    stand.behave(Mode::OtherCurrency);
    stand.until(now()).await;
    let task = stand.task(REPAIR).await;
    assert!(task.report.unwrap().contains("не на тот вопрос"));
    assert_eq!(stand.in_force(USD, "2025-11-01").await, None);
    stand.behave(Mode::Well);
    stand.until(task.next_run_at).await;
    assert!(stand.in_force(USD, "2025-11-01").await.is_some());
}

/// Check 16, the part of the job.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_mirror_stands_in_and_the_bank_takes_over(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-02T12:30").await;
    stand.until(moscow("2025-12-03T10:00")).await;
    stand.behave(Mode::Down);
    stand.until(moscow("2025-12-04T12:00")).await;
    let (on, rate, source) = stand.in_force(USD, "2025-12-04").await.unwrap();
    assert_eq!(
        (on.as_str(), rate, source),
        ("2025-12-04", stand.told(USD, day("2025-12-04")), RateSource::Mirror)
    );
    let mirror = stand.server.log().iter().filter(|asked| asked.path.starts_with("/mirror")).count();
    assert!((1..=3).contains(&mirror), "{mirror} times");
    stand.behave(Mode::Well);
    stand.until(moscow("2025-12-04T19:00")).await;
    let (_, again, source) = stand.in_force(USD, "2025-12-04").await.unwrap();
    assert_eq!((again, source), (rate, RateSource::Bank));
    let mut conn = stand.pool.acquire().await.unwrap();
    let records = rates::history(&mut conn, USD, day("2025-12-04"), day("2025-12-04")).await.unwrap();
    assert_eq!(records.len(), 1);
    assert!(rates::doubts(&mut conn, &stand.root).await.unwrap().is_empty());
}

/// Check 16: where a day has no document, the mirror is asked for the days before.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_mirror_is_asked_day_by_day_backwards(pool: PgPool) {
    let stand = Stand::new(pool, "2026-01-13T19:00").await;
    let bank = mirror_of(&stand);
    let found = bank.mirror_on(day("2026-01-08"), day("2025-12-25")).await.unwrap().unwrap();
    assert_eq!(found.effective_on, day("2025-12-31"));
    assert_eq!(stand.asked(), 9, "from the eighth of January to the last of December");
    assert!(bank.mirror_on(day("2026-01-08"), day("2026-01-02")).await.unwrap().is_none());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn at_a_first_start_without_the_bank_the_mirror_tells_today_and_tomorrow(pool: PgPool) {
    let stand = Stand::new(pool, "2026-01-13T15:35").await;
    stand.behave(Mode::Down);
    stand.until(moscow("2026-01-13T18:40")).await;
    for on in ["2026-01-13", "2026-01-14"] {
        let (effective_on, rate, source) = stand.in_force(USD, on).await.unwrap();
        assert_eq!((effective_on.as_str(), rate, source), (on, stand.told(USD, day(on)), RateSource::Mirror));
    }
}

fn mirror_of(stand: &Stand) -> Bank {
    let config = Config {
        url: format!("{}/scripts", stand.server.url()),
        mirror_url: Some(format!("{}/mirror", stand.server.url())),
        user_agent: "uzel/0".to_owned(),
    };
    Bank::new(config, http_client::build_for_public_pages(None).unwrap())
}

/// Check 17, second half: on a working day the bank answers with the very day that was asked, which it would not if it
/// did not know the name of the parameter.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_bank_understands_the_question_for_a_day(pool: PgPool) {
    let stand = Stand::new(pool, "2025-12-04T19:00").await;
    let bank = mirror_of(&stand);
    assert_eq!(bank.on(day("2025-11-12")).await.unwrap().effective_on, day("2025-11-12"));
    assert_eq!(bank.on(day("2025-11-16")).await.unwrap().effective_on, day("2025-11-15"), "a Sunday");
    let asked = stand.server.log();
    assert_eq!(asked[0].query, "date_req=12/11/2025");
    // The latest document in place of the one asked would be noticed.
    stand.behave(Mode::Well);
    let typo = format!("{}/scripts/XML_daily.asp?date_rek=12/11/2025&", stand.server.url());
    let misled = Config { url: typo, mirror_url: None, user_agent: "uzel/0".to_owned() };
    let misled = Bank::new(misled, http_client::build_for_public_pages(None).unwrap());
    let error = misled.on(day("2025-11-12")).await.unwrap_err();
    assert!(error.to_string().contains("2025-12-05 instead of 2025-11-12"), "{error}");
}

/// After being switched off for longer than the usual repair looks back.
#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_hub_that_was_away_for_months_fills_the_hole(pool: PgPool) {
    let stand = Stand::new(pool, "2025-05-20T19:00").await;
    stand.until(now()).await;
    go_to(moscow("2025-10-20T19:00"));
    stand.until(now()).await;
    stand.until(moscow("2025-10-20T20:00")).await;
    for on in ["2025-06-11", "2025-07-16", "2025-08-20"] {
        assert_eq!(stand.in_force(USD, on).await.unwrap().0, on);
    }
}
