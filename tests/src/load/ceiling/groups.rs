//! The bare group commit: two committers, up to 64 rows in a statement.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Mutex, mpsc, oneshot};
use uuid::{Builder, Uuid};

/// As the hub's intake has it.
const COMMITTERS: usize = 2;
const LARGEST: usize = 64;
const WAITING: usize = 4096;

/// What a group becomes.
#[derive(Clone, Copy)]
pub(super) enum What {
    /// Rows of the raw table.
    Raw,
    /// The same, and a row of the timeline for each, in one transaction.
    RawAndRow,
}

/// A request that waits for its fsync.
pub(super) struct Waiting {
    id: Uuid,
    received_at: DateTime<Utc>,
    content_type: Option<String>,
    query: String,
    body: Bytes,
    done: Option<oneshot::Sender<bool>>,
}

impl Waiting {
    pub fn new(received_at: DateTime<Utc>, content_type: Option<String>, query: String, body: Bytes) -> Self {
        let millis = u64::try_from(received_at.timestamp_millis()).unwrap_or(0);
        let id = Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid();
        Self { id, received_at, content_type, query, body, done: None }
    }
}

/// The door of the committers.
#[derive(Clone)]
pub(super) struct Group(mpsc::Sender<Waiting>);

impl Group {
    pub fn start(pool: &PgPool, what: What) -> Self {
        let (sender, queue) = mpsc::channel(WAITING);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..COMMITTERS {
            tokio::spawn(commit(pool.clone(), queue.clone(), what));
        }
        Self(sender)
    }

    /// Returns when the request is on disk.
    pub async fn store(&self, mut waiting: Waiting) -> bool {
        let (done, stored) = oneshot::channel();
        waiting.done = Some(done);
        self.0.try_send(waiting).is_ok() && stored.await.unwrap_or(false)
    }
}

async fn commit(pool: PgPool, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>, what: What) {
    loop {
        let mut group = Vec::new();
        if queue.lock().await.recv_many(&mut group, LARGEST).await == 0 {
            return;
        }
        let stored = insert(&pool, &group, what).await;
        if let Err(error) = &stored {
            eprintln!("ceiling: {error}");
        }
        for waiting in group {
            if let Some(done) = waiting.done {
                let _ = done.send(stored.is_ok());
            }
        }
    }
}

async fn insert(pool: &PgPool, group: &[Waiting], what: What) -> sqlx::Result<()> {
    match what {
        What::Raw => insert_raw(&mut *pool.acquire().await?, group).await,
        What::RawAndRow => {
            let mut tx = pool.begin().await?;
            insert_raw(&mut tx, group).await?;
            insert_rows(&mut tx, group).await?;
            tx.commit().await
        }
    }
}

async fn insert_raw(conn: &mut PgConnection, group: &[Waiting]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = group.iter().map(|waiting| waiting.id).collect();
    let received: Vec<DateTime<Utc>> = group.iter().map(|waiting| waiting.received_at).collect();
    let accounts = vec![Uuid::nil(); group.len()];
    let sources = vec!["webhook"; group.len()];
    let types: Vec<Option<&str>> = group.iter().map(|waiting| waiting.content_type.as_deref()).collect();
    let queries: Vec<&str> = group.iter().map(|waiting| waiting.query.as_str()).collect();
    let bodies: Vec<&[u8]> = group.iter().map(|waiting| waiting.body.as_ref()).collect();
    sqlx::query(
        "insert into ceiling_raw (id, received_at, account_id, source, content_type, query, body)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[])",
    )
    .bind(&ids)
    .bind(&received)
    .bind(&accounts)
    .bind(&sources)
    .bind(&types)
    .bind(&queries)
    .bind(&bodies)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ids are spread evenly, as derived ids are; the person is always the same.
async fn insert_rows(conn: &mut PgConnection, group: &[Waiting]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> =
        group.iter().map(|_| Builder::from_custom_bytes(rand::random()).into_uuid()).collect();
    let moments: Vec<DateTime<Utc>> = group.iter().map(|waiting| waiting.received_at).collect();
    let externals: Vec<String> = ids.iter().map(|id| format!("wamid.HBgL{}", id.simple())).collect();
    let bodies = vec![
        "Добрый день! пришлите счёт на насосы НЦ-12, 12 шт.";
        group.len()
    ];
    let raw_ids: Vec<Uuid> = group.iter().map(|waiting| waiting.id).collect();
    sqlx::query(
        "insert into ceiling_interactions
             (id, contact_id, account_id, conversation_id, identity_id, kind, direction, origin, occurred_at, received_at,
              body, fullness, mapping, external_id, raw_id)
         select id, $6, $6, $6, $6, 'message', 'inbound', 'live', at, at, body, 3, 1, external_id, raw_id
         from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[]) as new (id, at, body, external_id, raw_id)",
    )
    .bind(&ids)
    .bind(&moments)
    .bind(&bodies)
    .bind(&externals)
    .bind(&raw_ids)
    .bind(Uuid::from_u128(1))
    .execute(conn)
    .await?;
    Ok(())
}
