use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use connector_api::RawEvent;
use crm_core::fixture::{account, client, contact, conversation, minute};

use super::*;

/// Conversations that say one thing each, or refuse; and what was asked.
#[derive(Default)]
struct Provider {
    trouble: Mutex<HashMap<String, FetchError>>,
    asked: Mutex<Vec<(String, i64, i64)>>,
}

#[async_trait]
impl ConversationHistory for Provider {
    async fn fetch_conversation(
        &self,
        conversation: &ExternalId,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError> {
        let minutes = |at: DateTime<Utc>| (at - minute(0)).num_minutes();
        let asked = (conversation.to_string(), minutes(since), minutes(until));
        self.asked.lock().unwrap().push(asked);
        if let Some(trouble) = self.trouble.lock().unwrap().remove(conversation.as_str()) {
            return Err(trouble);
        }
        Ok(vec![RawEvent {
            source: "history".to_owned(),
            received_at: now,
            content_type: None,
            query: String::new(),
            body: Bytes::from(format!("said in {conversation}")),
        }])
    }
}

impl Provider {
    fn fails(&self, conversation: &str, trouble: FetchError) {
        self.trouble.lock().unwrap().insert(conversation.to_owned(), trouble);
    }

    /// Which conversations were asked about since the last look, from when and until when, in minutes.
    fn asked(&self) -> Vec<(String, i64, i64)> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

/// An account with conversations `a`, `b` and `c`, in this order.
async fn office(pool: &PgPool) -> AccountId {
    let mut conn = pool.acquire().await.unwrap();
    let account = account(&mut conn, "max").await;
    let client = client(&mut conn, "Ромашка", None).await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let person = contact(&mut conn, &format!("Человек {number}"), client).await;
        ids.push(conversation(&mut conn, account, person, minute(number)).await);
    }
    ids.sort();
    for (id, name) in ids.into_iter().zip(["a", "b", "c"]) {
        sqlx::query("update conversations set external_id = $2 where id = $1")
            .bind(id)
            .bind(name)
            .execute(&mut *conn)
            .await
            .unwrap();
    }
    account
}

async fn ask_at(
    pool: &PgPool,
    account: AccountId,
    provider: &Provider,
    at: i64,
) -> Result<Option<usize>, BoxError> {
    ask(pool, &ApplyQueue::elsewhere(), account, provider, minute(at)).await
}

fn all(since: i64, until: i64) -> Vec<(String, i64, i64)> {
    ["a", "b", "c"].map(|name| (name.to_owned(), since, until)).to_vec()
}

async fn bodies(pool: &PgPool) -> Vec<String> {
    let bodies = sqlx::query_scalar("select convert_from(body, 'UTF8') from raw_events order by 1");
    bodies.fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn after_a_long_absence_every_conversation_is_asked_about(pool: PgPool) {
    let (account, provider) = (office(&pool).await, Provider::default());
    for at in [0, 5, 11, 60] {
        assert_eq!(ask_at(&pool, account, &provider, at).await.unwrap(), None, "nothing was missed");
    }
    assert!(provider.asked().is_empty());
    assert_eq!(ask_at(&pool, account, &provider, 200).await.unwrap(), Some(3));
    assert_eq!(provider.asked(), all(60, 200));
    assert_eq!(bodies(&pool).await, ["said in a", "said in b", "said in c"]);
    assert_eq!(ask_at(&pool, account, &provider, 201).await.unwrap(), None, "once");
    assert!(provider.asked().is_empty());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_gap_of_the_subscription_is_read_when_it_is_over(pool: PgPool) {
    let (account, provider) = (office(&pool).await, Provider::default());
    ask_at(&pool, account, &provider, 0).await.unwrap();
    let finding = |code: &str| connector_api::Finding {
        level: connector_api::NoticeLevel::Alarm,
        code: code.into(),
        text: "Подписки нет.".into(),
        repairable: true,
    };
    let lost = [finding("webhook_missing")];
    let mut conn = pool.acquire().await.unwrap();
    health::note(&mut conn, account, Ok(&lost), minute(1)).await.unwrap();
    assert_eq!(ask_at(&pool, account, &provider, 20).await.unwrap(), None, "it would be read in vain");
    // It comes and goes between two looks.
    assert!(health::claim_repair(&mut conn, account, &lost, minute(21)).await.unwrap());
    health::note(&mut conn, account, Ok(&[]), minute(22)).await.unwrap();
    assert_eq!(ask_at(&pool, account, &provider, 23).await.unwrap(), Some(3));
    assert_eq!(provider.asked(), all(-720, 23), "what came before the loss was noticed is lost too");
    assert_eq!(ask_at(&pool, account, &provider, 24).await.unwrap(), None);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn what_fails_goes_on_where_it_stopped_and_a_closed_conversation_stops_nobody(pool: PgPool) {
    let (account, provider) = (office(&pool).await, Provider::default());
    ask_at(&pool, account, &provider, 0).await.unwrap();
    provider.fails("b", FetchError::RateLimited { retry_after: None });
    assert_eq!(ask_at(&pool, account, &provider, 100).await.unwrap(), Some(1));
    assert_eq!(bodies(&pool).await, ["said in a"]);
    provider.asked();
    provider.fails("c", FetchError::Temporary("no route".into()));
    assert!(ask_at(&pool, account, &provider, 101).await.is_err());
    provider.asked();
    provider.fails("c", FetchError::Refused("chat is closed".into()));
    assert_eq!(ask_at(&pool, account, &provider, 102).await.unwrap(), Some(1));
    assert_eq!(provider.asked(), all(0, 100)[1..], "not from the beginning, and the same gap");
    assert_eq!(bodies(&pool).await, ["said in a", "said in b"]);
    assert_eq!(ask_at(&pool, account, &provider, 103).await.unwrap(), None);
}

#[test]
fn a_cursor_of_another_form_is_none() {
    assert!("17".parse::<Cursor>().is_err(), "the marker of an account that was polled");
    let asking = Gap { since: minute(0), until: minute(9), after: ConversationId(Uuid::from_u128(5)) };
    for cursor in [Cursor::Heard(minute(3)), Cursor::Asking(asking)] {
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    }
}
