//! SQL of the inbox.

use chrono::{DateTime, Utc};
use connector_api::{Content, ExternalId};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    AccountId, ConversationId, DeliveryId, InteractionId, UserId, bridge::mirror, delivery::DeliveryStep,
};

/// Something heard, about to be written down.
pub(super) struct Fresh<'a> {
    pub id: DeliveryId,
    pub thread: Uuid,
    pub user: UserId,
    pub account: AccountId,
    pub external_id: &'a ExternalId,
    pub act: &'static str,
    pub content: &'a [Content],
    pub album: bool,
    pub words: Option<&'a str>,
    pub target: Option<InteractionId>,
}

/// Something that waits.
pub(super) struct Waiting {
    pub id: DeliveryId,
    pub user_id: UserId,
    pub account_id: AccountId,
    pub external_id: String,
    pub act: String,
    pub content: Json<Vec<Content>>,
    /// The same as the database writes it, to see whether it has changed.
    pub said: String,
    pub album: bool,
    pub words: Option<String>,
    pub target_id: Option<InteractionId>,
    pub heard_at: DateTime<Utc>,
    pub conversation_id: ConversationId,
    pub enabled: bool,
    pub place: Option<String>,
}

/// What is known of a row that something is done to.
pub(super) struct Target {
    /// The client, or somebody of us, has taken it back.
    pub deleted: bool,
    /// How it went, where it was sent from here.
    pub step: Option<DeliveryStep>,
    /// What became of it in the inbox, where it came from there.
    pub outcome: Option<String>,
}

/// `false` when it was told before.
pub(super) async fn insert(
    conn: &mut PgConnection,
    fresh: &Fresh<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into bridge_inbox
             (id, thread_id, user_id, account_id, external_id, act, content, album, words, target_id, heard_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing",
        fresh.id.0,
        fresh.thread,
        fresh.user.0,
        fresh.account.0,
        fresh.external_id.as_str(),
        fresh.act,
        Json(fresh.content) as _,
        fresh.album,
        fresh.words.map(|words| words.replace('\0', "")),
        fresh.target.map(|row| row.0),
        now,
    )
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    mirror::wake(conn).await?;
    Ok(true)
}

/// One more file of an album that has not gone; its place in it.
pub(super) async fn join(
    conn: &mut PgConnection,
    id: DeliveryId,
    content: &Content,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<i32>> {
    let length = sqlx::query_scalar!(
        r#"update bridge_inbox set content = content || $2::jsonb, heard_at = $3
           where id = $1 and finished_at is null returning jsonb_array_length(content) as "length!""#,
        id.0,
        Json([content]) as _,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(length.map(|length| length - 1))
}

/// What a message that has not gone says.
pub(super) async fn waiting_content(
    conn: &mut PgConnection,
    row: InteractionId,
) -> sqlx::Result<Option<Vec<Content>>> {
    let found = sqlx::query_scalar!(
        r#"select content as "content: Json<Vec<Content>>" from bridge_inbox
           where id = $1 and act = 'message' and finished_at is null for update"#,
        row.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|content| content.0))
}

pub(super) async fn set_content(
    conn: &mut PgConnection,
    row: InteractionId,
    content: &[Content],
) -> sqlx::Result<()> {
    sqlx::query!("update bridge_inbox set content = $2 where id = $1", row.0, Json(content) as _)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether it waits still and says the same; it does until the caller's transaction ends.
pub(super) async fn still_says(conn: &mut PgConnection, id: DeliveryId, said: &str) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select content::text as "said!" from bridge_inbox where id = $1 and finished_at is null for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.as_deref() == Some(said))
}

/// Names it in buttons, which hold few signs.
pub(super) async fn position(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select position from bridge_inbox where id = $1", id.0).fetch_one(conn).await
}

/// The thread of what has this place, while what it shows is bridged.
pub(super) async fn thread_of(
    conn: &mut PgConnection,
    account: AccountId,
    position: i64,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from bridge_inbox n join bridge_threads b on b.id = n.thread_id and b.enabled
         where n.position = $2 and n.account_id = $1",
        account.0,
        position
    )
    .fetch_optional(conn)
    .await
}

/// Whether a template was chosen for that message and has gone or may still go. Presses of one offer wait for each other.
pub(super) async fn is_chosen(conn: &mut PgConnection, first: &Fresh<'_>) -> sqlx::Result<bool> {
    sqlx::query!("select from bridge_inbox where id = $1 for update", first.id.0)
        .fetch_optional(&mut *conn)
        .await?;
    sqlx::query_scalar!(
        r#"select exists (
             select from bridge_inbox
             where thread_id = $1 and account_id = $2 and external_id = $3 and act = $4
               and outcome is distinct from 'refused') as "chosen!""#,
        first.thread,
        first.account.0,
        first.external_id.as_str(),
        first.act,
    )
    .fetch_one(conn)
    .await
}

/// Threads of which something waits for its way to the client.
pub async fn due(conn: &mut PgConnection) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct thread_id from bridge_inbox where finished_at is null order by thread_id"#
    )
    .fetch_all(conn)
    .await
}

/// Whether something waits that is likely to go within moments: a message for its files or its album. What changes a message
/// may wait for that message until the morning.
pub async fn goes_soon(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from bridge_inbox
                          where finished_at is null
                            and (act = 'message' or heard_at > $1::timestamptz - interval '1 minute')) as "soon!""#,
        now
    )
    .fetch_one(conn)
    .await
}

/// In the order in which it was told. However many changes wait, messages are among them.
pub(super) async fn waiting(conn: &mut PgConnection, thread: Uuid) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"select n.id as "id: DeliveryId", n.user_id as "user_id: UserId", n.account_id as "account_id: AccountId",
                  n.external_id, n.act, n.content as "content: Json<Vec<Content>>",
                  n.content::text as "said!", n.album, n.words,
                  n.target_id as "target_id: InteractionId", n.heard_at,
                  b.conversation_id as "conversation_id!: ConversationId", b.enabled, b.place
           from (select w.*, row_number() over (partition by w.act = 'message' order by w.position) as place
                 from bridge_inbox w where w.thread_id = $1 and w.finished_at is null) n
           join bridge_threads b on b.id = n.thread_id
           where n.place <= 50 order by n.position"#,
        thread
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn target(conn: &mut PgConnection, row: InteractionId) -> sqlx::Result<Target> {
    sqlx::query_as!(
        Target,
        r#"select exists (select from message_facts where interaction_id = $1 and kind = 'deletion') as "deleted!",
                  (select state from deliveries where interaction_id = $1 and action = 'message' limit 1)
                      as "step: DeliveryStep",
                  (select outcome from bridge_inbox where id = $1) as outcome"#,
        row.0
    )
    .fetch_one(conn)
    .await
}

/// Why a message waits for its time, where a rule of ours holds it.
pub(super) async fn held(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<Option<String>> {
    let held =
        sqlx::query_scalar!("select held from deliveries where id = $1", id.0).fetch_optional(conn).await?;
    Ok(held.flatten())
}

/// `false` when it was through before.
pub(super) async fn finish(
    conn: &mut PgConnection,
    id: DeliveryId,
    outcome: &str,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bridge_inbox set outcome = $2, reason = $3, finished_at = $4
         where id = $1 and finished_at is null",
        id.0,
        outcome,
        reason,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
