//! Channel health: green, amber or red, with the cause in words.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Finding, NoticeLevel};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::AccountError;
use crate::AccountId;
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Right, Viewer};
use crate::delivery::pause::{self, PauseKind, Sending};
use crate::mail::Words;
use crate::mail::alarm::{self, Standing};
use crate::timeline::feed::{self, Changes};

pub use store::claim_probe;

/// A channel's light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// All is well.
    Green,
    /// It works, but somebody should look.
    Amber,
    /// It does not work.
    Red,
}

/// Why a light is not green.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Cause {
    /// A stable word of ours, or the provider's code.
    pub code: String,
    /// What is wrong and what to do.
    pub text: String,
    /// How bad it is.
    pub light: Light,
    /// The program can mend it on request.
    pub repairable: bool,
    /// Since when, where it is known.
    #[schema(required = true)]
    pub since: Option<DateTime<Utc>>,
}

/// How a channel is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// The worst of its causes.
    pub light: Light,
    /// The worst first.
    pub causes: Vec<Cause>,
    /// Messages that wait to be sent.
    pub waiting: i64,
    /// The oldest of them.
    #[schema(required = true)]
    pub oldest_waiting_at: Option<DateTime<Utc>>,
    /// Messages of the last week that wait for a person: failed, or of unknown fate.
    pub stuck: i64,
    /// When the provider was last asked.
    #[schema(required = true)]
    pub asked_at: Option<DateTime<Utc>>,
}

/// What was last heard of an account's provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Probed {
    pub asked_at: Option<DateTime<Utc>>,
    pub failing_since: Option<DateTime<Utc>>,
}

/// What the hub does about a trouble by itself.
#[derive(Clone, Debug)]
pub(crate) struct Repairing {
    pub tries: i32,
    pub next_at: DateTime<Utc>,
    pub error: Option<String>,
}

/// Between two tries to mend the same trouble; the last one repeats.
const REPAIR_PAUSES: [TimeDelta; 5] = [
    TimeDelta::minutes(10),
    TimeDelta::minutes(20),
    TimeDelta::minutes(40),
    TimeDelta::minutes(80),
    TimeDelta::minutes(160),
];

/// How long failures last before the light is red: one of them happens every day.
const GRACE: TimeDelta = TimeDelta::seconds(20);

/// How long messages wait before somebody should look.
const LONG_WAIT: TimeDelta = TimeDelta::minutes(5);

/// How an account is doing. For any signed-in user: who writes must know whether it will arrive.
pub async fn health(conn: &mut PgConnection, account: AccountId, now: DateTime<Utc>) -> sqlx::Result<Health> {
    let sending = pause::of_account(conn, account).await?;
    let probed = store::probed(conn, account).await?;
    let findings = store::findings(conn, account).await?;
    let (waiting, oldest_waiting_at) = pause::waiting(conn, account).await?;
    let stuck = pause::stuck(conn, account, now - TimeDelta::days(7)).await?;
    let repairing = store::repairing(conn, account).await?;
    let mends_itself =
        Finding::mend_themselves(&findings.iter().map(|(found, _)| found.clone()).collect::<Vec<_>>());
    let mut causes: Vec<Cause> = findings.into_iter().map(|(finding, at)| of_finding(finding, at)).collect();
    if let Some(repairing) = repairing.filter(|_| mends_itself) {
        for cause in causes.iter_mut().filter(|cause| cause.repairable) {
            cause.text += &of_repair(&repairing, now);
        }
    }
    causes.extend(of_sending(&sending, now));
    causes.extend(of_probe(&probed, now));
    if let Some(oldest) = oldest_waiting_at.filter(|oldest| now - *oldest > LONG_WAIT) {
        causes.push(Cause {
            code: "queue_waits".into(),
            text: "Сообщения ждут отправки дольше пяти минут.".into(),
            light: Light::Amber,
            repairable: false,
            since: Some(oldest),
        });
    }
    causes.sort_by_key(|cause| (std::cmp::Reverse(cause.light), cause.since));
    let light = causes.first().map_or(Light::Green, |cause| cause.light);
    Ok(Health { light, causes, waiting, oldest_waiting_at, stuck, asked_at: probed.asked_at })
}

fn of_finding(finding: Finding, at: DateTime<Utc>) -> Cause {
    let light = match finding.level {
        NoticeLevel::Info => Light::Green,
        NoticeLevel::Warning => Light::Amber,
        NoticeLevel::Alarm => Light::Red,
    };
    Cause { code: finding.code, text: finding.text, light, repairable: finding.repairable, since: Some(at) }
}

/// What is being done about it, behind the words of a cause.
fn of_repair(repairing: &Repairing, now: DateTime<Utc>) -> String {
    let minutes = (repairing.next_at - now).num_minutes().max(0) + 1;
    let result = match &repairing.error {
        None => "провайдер согласился, ждём подтверждения".to_owned(),
        Some(error) => format!("не получилось ({error})"),
    };
    format!(
        " Узел восстанавливает подписку сам: попыток {}, последняя: {result}; следующая через {minutes} мин.",
        repairing.tries
    )
}

fn of_sending(sending: &Sending, now: DateTime<Utc>) -> Option<Cause> {
    let held = sending.paused_until.is_some_and(|until| until > now);
    let since = sending.failing_since;
    let cause = |code: &str, text: String, light| Cause {
        code: sending.code.clone().unwrap_or_else(|| code.to_owned()),
        text,
        light,
        repairable: false,
        since,
    };
    match sending.pause {
        Some(PauseKind::Stopped) => {
            let text = sending
                .reason
                .clone()
                .unwrap_or_else(|| "Провайдер не принимает сообщения этого канала.".into());
            Some(cause("stopped", text, Light::Red))
        }
        Some(PauseKind::Limited) if held => {
            Some(cause("limited", "Провайдер просит подождать: сообщения уйдут позже.".into(), Light::Amber))
        }
        _ if sending.failures > 0 => {
            let lasting = since.is_some_and(|since| now - since >= GRACE);
            let light = if lasting { Light::Red } else { Light::Amber };
            Some(cause("failing", "Провайдер не отвечает: сообщения ждут в очереди.".into(), light))
        }
        _ => None,
    }
}

fn of_probe(probed: &Probed, now: DateTime<Utc>) -> Option<Cause> {
    let since = probed.failing_since?;
    let light = if now - since >= GRACE { Light::Red } else { Light::Amber };
    let text = "Провайдер не отвечает на проверку канала.".to_owned();
    Some(Cause { code: "unreachable".into(), text, light, repairable: false, since: Some(since) })
}

/// Notes what a provider says of an account; whoever looks at lights hears of a change. Wants a transaction.
pub async fn note(
    conn: &mut PgConnection,
    account: AccountId,
    found: Result<&[Finding], &str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changed = match found {
        Ok(findings) => store::found(conn, account, findings, now).await?,
        Err(error) => {
            store::failed(conn, account, error, now).await?;
            // The light goes on from amber to red by time alone.
            true
        }
    };
    if changed { tell(conn, now).await } else { Ok(()) }
}

/// Looks at the light of an account and tells administrators by mail when it turned red, and when it is no longer. To be
/// called behind [`note`], in its transaction.
pub async fn watch(
    conn: &mut PgConnection,
    account: AccountId,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let health = health(conn, account, now).await?;
    let topic = format!("account:{account}");
    alarm::note(conn, &topic, &standing(name, &health), now).await?;
    Ok(())
}

fn standing(name: &str, health: &Health) -> Standing {
    if health.light != Light::Red {
        return Standing::Well(Words {
            subject: format!("Канал «{name}» снова работает"),
            text: format!("Канал «{name}» снова работает. Сообщений в очереди: {}.", health.waiting),
        });
    }
    let red = health.causes.iter().filter(|cause| cause.light == Light::Red);
    let causes: Vec<String> = red.map(|cause| format!("- {}", cause.text)).collect();
    Standing::Wrong(Words {
        subject: format!("Канал «{name}» не работает"),
        text: format!(
            "Канал «{name}» не работает:\n{}\n\nСообщений в очереди: {}. Они уйдут по порядку, когда канал заработает. \
             Подробности в разделе «Каналы».",
            causes.join("\n"),
            health.waiting
        ),
    })
}

/// Tells open screens that a light may have changed.
pub async fn tell(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    feed::tell(conn, &Changes { notices: true, ..Changes::default() }, now).await
}

/// Has an account asked after at the next occasion, and its sending tried at once.
pub async fn check_now(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    super::get(conn, viewer, account).await?;
    store::hurry(conn, account, now).await?;
    pause::clear(conn, account).await?;
    Ok(())
}

/// Whether the caller is to mend now what was found, without anybody having asked: our own subscription is gone or changed,
/// and the last try was long enough ago. Wants to be called with every answer of a probe, so that the end of a trouble is
/// noticed.
pub async fn claim_repair(
    conn: &mut PgConnection,
    account: AccountId,
    findings: &[Finding],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    if !Finding::mend_themselves(findings) {
        store::repair_over(conn, account).await?;
        return Ok(false);
    }
    let pauses: Vec<f64> = REPAIR_PAUSES.iter().map(|pause| pause.as_seconds_f64()).collect();
    store::claim_repair(conn, account, &pauses, now).await
}

/// Records what the hub mended at the provider by itself, or why it could not. Wants a transaction.
pub async fn repaired_by_itself(
    conn: &mut PgConnection,
    account: AccountId,
    done: Result<&[String], &str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let after = match done {
        Ok(done) => json!({ "done": done }),
        Err(error) => {
            store::repair_failed(conn, account, error).await?;
            json!({ "error": error })
        }
    };
    let (actor, subject) = (Actor::System("Проверка канала"), Subject::new("account", &account));
    audit::record(conn, &actor, "account.repair", subject, None, Some(after), now).await?;
    // The next look tells whether it helped.
    store::hurry(conn, account, now).await?;
    tell(conn, now).await
}

/// How events reach us, as far as the provider was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// They do not, or not all of them.
    pub is_lost: bool,
    /// When the hub last made the subscription anew by itself.
    pub made_anew_at: Option<DateTime<Utc>>,
}

/// How events of an account reach us.
pub async fn subscription(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Subscription> {
    store::subscription(conn, account).await
}

/// Records what was mended at the provider.
pub async fn repaired(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
    done: &[String],
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    viewer.require(Right::AccountsManage)?;
    let subject = Subject::new("account", &account);
    audit::record(
        conn,
        &Actor::User(viewer),
        "account.repair",
        subject,
        None,
        Some(json!({ "done": done })),
        now,
    )
    .await?;
    store::hurry(conn, account, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::access::user::{self, UserPatch};
    use crate::delivery::pause::Pause;
    use crate::fixture::{self, minute};
    use crate::mail;

    fn finding(code: &str, level: NoticeLevel) -> Finding {
        Finding { level, code: code.into(), text: "Что-то не так.".into(), repairable: true }
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_light_is_the_worst_of_its_causes_and_goes_out_when_they_are_mended(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "telegram").await;
        assert_eq!(health(&mut conn, account, minute(0)).await.unwrap().light, Light::Green);
        let found = [finding("queue", NoticeLevel::Warning), finding("token_refused", NoticeLevel::Alarm)];
        note(&mut conn, account, Ok(&found), minute(0)).await.unwrap();
        let seen = health(&mut conn, account, minute(0)).await.unwrap();
        let codes: Vec<&str> = seen.causes.iter().map(|cause| cause.code.as_str()).collect();
        assert_eq!((seen.light, codes), (Light::Red, vec!["token_refused", "queue"]));
        note(&mut conn, account, Ok(&found[..1]), minute(1)).await.unwrap();
        let seen = health(&mut conn, account, minute(1)).await.unwrap();
        assert_eq!((seen.light, seen.causes[0].since), (Light::Amber, Some(minute(0))));
        note(&mut conn, account, Ok(&[]), minute(2)).await.unwrap();
        assert_eq!(health(&mut conn, account, minute(2)).await.unwrap().light, Light::Green);
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_silent_provider_is_red_within_a_minute(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "telegram").await;
        note(&mut conn, account, Err("connection refused"), minute(0)).await.unwrap();
        assert_eq!(health(&mut conn, account, minute(0)).await.unwrap().light, Light::Amber);
        note(&mut conn, account, Err("connection refused"), minute(1)).await.unwrap();
        assert_eq!(health(&mut conn, account, minute(1)).await.unwrap().light, Light::Red);
        note(&mut conn, account, Ok(&[]), minute(2)).await.unwrap();
        assert_eq!(health(&mut conn, account, minute(2)).await.unwrap().light, Light::Green);
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_sending_meets_shows_in_the_light(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "telegram").await;
        pause::failed(&mut conn, account, "timeout", minute(0)).await.unwrap();
        assert_eq!(health(&mut conn, account, minute(0)).await.unwrap().light, Light::Amber);
        assert_eq!(health(&mut conn, account, minute(1)).await.unwrap().light, Light::Red);
        pause::accepted(&mut conn, account, minute(1)).await.unwrap();
        assert_eq!(health(&mut conn, account, minute(1)).await.unwrap().light, Light::Green);
        let stopped = Pause {
            kind: PauseKind::Stopped,
            until: minute(5),
            code: Some("190".into()),
            reason: Some("Токен отозван.".into()),
        };
        pause::pause(&mut conn, account, &stopped, minute(1)).await.unwrap();
        let seen = health(&mut conn, account, minute(60)).await.unwrap();
        assert_eq!((seen.light, seen.causes[0].text.as_str()), (Light::Red, "Токен отозван."));
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn administrators_are_told_of_a_red_light_and_of_its_end_and_not_of_an_amber_one(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "telegram").await;
        let root = fixture::user(&mut conn, "Админов", "administrator").await;
        let patch = UserPatch { email: Some("root@example.ru".into()), ..UserPatch::default() };
        user::edit(&mut conn, &root, root.user_id, patch, minute(0)).await.unwrap();
        let refused = [finding("token_refused", NoticeLevel::Alarm)];
        let queue = [finding("queue", NoticeLevel::Warning)];
        for (found, at) in [
            (Ok(&queue[..]), 0),
            (Ok(&refused[..]), 1),
            (Ok(&refused[..]), 2),
            (Ok(&queue[..]), 3),
            (Ok(&queue[..]), 62),
            (Err("connection refused"), 63),
        ] {
            note(&mut conn, account, found, minute(at)).await.unwrap();
            watch(&mut conn, account, "Бот", minute(at)).await.unwrap();
        }
        let told = mail::list(&mut conn, &root, None, None, 9).await.unwrap();
        let told: Vec<(&str, i64)> = told
            .iter()
            .map(|mail| (mail.subject.as_str(), (mail.written_at - minute(0)).num_minutes()))
            .collect();
        assert_eq!(told, [("Канал «Бот» снова работает", 62), ("Канал «Бот» не работает", 1)]);
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_lost_subscription_is_mended_with_growing_pauses_and_the_light_says_so(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "max").await;
        let missing = [finding("webhook_missing", NoticeLevel::Alarm)];
        let mut tried = Vec::new();
        for at in 0..160 {
            note(&mut conn, account, Ok(&missing), minute(at)).await.unwrap();
            if claim_repair(&mut conn, account, &missing, minute(at)).await.unwrap() {
                let refused = Err("429 too many requests");
                repaired_by_itself(&mut conn, account, refused, minute(at)).await.unwrap();
                tried.push(at);
            }
        }
        assert_eq!(tried, [0, 10, 30, 70, 150]);
        let seen = health(&mut conn, account, minute(160)).await.unwrap();
        let words = &seen.causes[0].text;
        assert!(words.contains("попыток 5") && words.contains("429") && words.contains("151 мин"), "{words}");
        let root = fixture::user(&mut conn, "Админов", "administrator").await;
        let log = audit::list(&mut conn, &root, &audit::Filter::default(), None, 9).await.unwrap();
        assert_eq!((log.len(), log[0].actor.as_str(), log[0].user_id), (5, "Проверка канала", None));

        // It is well again, and lost once more: it begins anew, but not within the pause.
        assert!(!claim_repair(&mut conn, account, &[], minute(161)).await.unwrap());
        assert!(!claim_repair(&mut conn, account, &missing, minute(162)).await.unwrap());
        assert!(claim_repair(&mut conn, account, &missing, minute(310)).await.unwrap());
        assert!(claim_repair(&mut conn, account, &missing, minute(320)).await.unwrap());
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_is_foreign_is_never_mended_without_asking(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "telegram").await;
        let elsewhere = [finding("webhook_elsewhere", NoticeLevel::Alarm)];
        note(&mut conn, account, Ok(&elsewhere), minute(0)).await.unwrap();
        assert!(!claim_repair(&mut conn, account, &elsewhere, minute(0)).await.unwrap());
        let seen = health(&mut conn, account, minute(0)).await.unwrap();
        assert!(seen.causes[0].repairable && seen.causes[0].text == "Что-то не так.", "a person may");
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn one_copy_asks_for_all(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let account = fixture::account(&mut conn, "telegram").await;
        let every = TimeDelta::seconds(60);
        assert!(claim_probe(&mut conn, account, every, minute(0)).await.unwrap());
        assert!(!claim_probe(&mut conn, account, every, minute(0)).await.unwrap());
        assert!(claim_probe(&mut conn, account, every, minute(1)).await.unwrap());
    }
}
