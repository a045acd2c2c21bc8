//! SQL of what is said about messages, calls, files and accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use connector_api::{CallUpdate, ConversationState, NoticeLevel};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::plan::{Fact, Media, Notice, PlannedCallFact, State, clean};
use super::super::without_nul;
use crate::media::kind_word;
use crate::timeline::call::CallFact;
use crate::timeline::payload::FactKind;
use crate::{AccountId, InteractionId, MediaId};

/// Of the same fact the newest reading stays, and of one reading the earliest telling; of reactions the newest word.
pub(in crate::timeline::ingest) async fn insert_facts(
    conn: &mut PgConnection,
    facts: &BTreeMap<(InteractionId, FactKind, String), Fact>,
) -> sqlx::Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let of: Vec<Uuid> = facts.keys().map(|key| key.0.0).collect();
    let kinds: Vec<&str> = facts.keys().map(|key| key.1.as_str()).collect();
    let keys: Vec<&str> = facts.keys().map(|key| key.2.as_str()).collect();
    let at: Vec<DateTime<Utc>> = facts.values().map(|fact| fact.at).collect();
    let values: Vec<&Value> = facts.values().map(|fact| &fact.value).collect();
    let mappings: Vec<i16> = facts.values().map(|fact| fact.mapping).collect();
    let raw_ids: Vec<Uuid> = facts.values().map(|fact| fact.raw_id.0).collect();
    sqlx::query!(
        "insert into message_facts as known (interaction_id, kind, key, at, value, mapping, raw_id)
         select * from unnest(
             $1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::smallint[], $7::uuid[])
         on conflict (interaction_id, kind, key) do update
         set at = excluded.at, value = excluded.value, mapping = excluded.mapping, raw_id = excluded.raw_id
         where excluded.mapping > known.mapping
            or excluded.mapping = known.mapping and case when known.kind = 'reaction'
               then (excluded.at, excluded.value::text) > (known.at, known.value::text)
               else excluded.at < known.at end",
        &of,
        &kinds as _,
        &keys as _,
        &at,
        &values as _,
        &mappings,
        &raw_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::timeline::ingest) async fn insert_aliases(
    conn: &mut PgConnection,
    aliases: &BTreeMap<InteractionId, InteractionId>,
) -> sqlx::Result<()> {
    if aliases.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = aliases.keys().map(|id| id.0).collect();
    let shown_in: Vec<Uuid> = aliases.values().map(|id| id.0).collect();
    sqlx::query!(
        "insert into message_aliases (interaction_id, shown_in)
         select * from unnest($1::uuid[], $2::uuid[]) on conflict (interaction_id) do nothing",
        &ids,
        &shown_in,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Names messages of ours by their rows where nothing else names them; returns by which row each is shown. Waits for a
/// delivery that is about to name one of them.
pub(in crate::timeline::ingest) async fn name_echoes(
    conn: &mut PgConnection,
    echoes: &BTreeMap<InteractionId, InteractionId>,
) -> sqlx::Result<Vec<(InteractionId, InteractionId)>> {
    insert_aliases(conn, echoes).await?;
    let ids: Vec<Uuid> = echoes.keys().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select interaction_id, shown_in from message_aliases where interaction_id = any($1)",
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (InteractionId(row.interaction_id), InteractionId(row.shown_in))).collect())
}

pub(in crate::timeline::ingest) async fn insert_call_facts(
    conn: &mut PgConnection,
    facts: &BTreeMap<(InteractionId, String), PlannedCallFact>,
) -> sqlx::Result<()> {
    let of: Vec<Uuid> = facts.keys().map(|key| key.0.0).collect();
    let ids: Vec<&str> = facts.keys().map(|key| key.1.as_str()).collect();
    let at: Vec<DateTime<Utc>> = facts.values().map(|fact| fact.at).collect();
    let updates: Vec<Value> = facts
        .values()
        .map(|fact| clean(serde_json::to_value(&fact.update).expect("a call update has text keys only")))
        .collect();
    let mappings: Vec<i16> = facts.values().map(|fact| fact.mapping).collect();
    let raw_ids: Vec<Uuid> = facts.values().map(|fact| fact.raw_id.0).collect();
    sqlx::query!(
        "insert into call_facts as known (interaction_id, external_id, at, fact, mapping, raw_id)
         select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[], $5::smallint[], $6::uuid[])
         on conflict (interaction_id, external_id) do update
         set fact = excluded.fact, at = excluded.at, mapping = excluded.mapping
         where excluded.mapping > known.mapping or excluded.mapping = known.mapping and excluded.at < known.at",
        &of,
        &ids as _,
        &at,
        &updates,
        &mappings,
        &raw_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::timeline::ingest) async fn call_facts(
    conn: &mut PgConnection,
    calls: &[InteractionId],
) -> sqlx::Result<BTreeMap<InteractionId, Vec<CallFact>>> {
    let ids: Vec<Uuid> = calls.iter().map(|call| call.0).collect();
    let rows = sqlx::query!(
        "select interaction_id, external_id, at, fact from call_facts where interaction_id = any($1)",
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let mut facts: BTreeMap<InteractionId, Vec<CallFact>> = BTreeMap::new();
    for row in rows {
        // A fact of a newer version may hold words that this one does not know.
        match serde_json::from_value::<CallUpdate>(row.fact) {
            Ok(update) => facts.entry(InteractionId(row.interaction_id)).or_default().push(CallFact {
                external_id: row.external_id,
                at: row.at,
                update,
            }),
            Err(error) => {
                tracing::warn!(call.id = %row.interaction_id, %error, "a fact of a call is not understood");
            }
        }
    }
    Ok(facts)
}

pub(in crate::timeline::ingest) async fn want_media(
    conn: &mut PgConnection,
    media: &BTreeMap<MediaId, Media>,
) -> sqlx::Result<()> {
    if media.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = media.keys().map(|id| id.0).collect();
    let files: Vec<&Media> = media.values().collect();
    let accounts: Vec<Uuid> = files.iter().map(|file| file.account_id.0).collect();
    let external_ids: Vec<&str> = files.iter().map(|file| file.media.id.as_str()).collect();
    let interactions: Vec<Uuid> = files.iter().map(|file| file.interaction.0).collect();
    let kinds: Vec<&str> = files.iter().map(|file| kind_word(file.media.kind)).collect();
    let mime_types: Vec<Option<&str>> = files.iter().map(|file| file.media.mime_type.as_deref()).collect();
    let names: Vec<Option<String>> =
        files.iter().map(|file| file.media.file_name.as_deref().map(without_nul)).collect();
    let sizes: Vec<Option<i64>> = files.iter().map(|file| file.media.size_bytes).collect();
    let durations: Vec<Option<i32>> =
        files.iter().map(|file| file.media.duration_s.and_then(|s| i32::try_from(s).ok())).collect();
    let hashes: Vec<Option<&str>> = files.iter().map(|file| file.media.sha256.as_deref()).collect();
    let urls: Vec<Option<&str>> = files.iter().map(|file| file.media.url.as_deref()).collect();
    let wanted: Vec<DateTime<Utc>> = files.iter().map(|file| file.wanted_at).collect();
    sqlx::query!(
        "insert into media
             (id, account_id, external_id, interaction_id, kind, mime_type, file_name, size_bytes, duration_s,
              provider_sha256, hint_url, wanted_at)
         select * from unnest(
             $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
             $9::int[], $10::text[], $11::text[], $12::timestamptz[])
         on conflict (id) do nothing",
        &ids,
        &accounts,
        &external_ids as _,
        &interactions,
        &kinds as _,
        &mime_types as _,
        &names as _,
        &sizes as _,
        &durations as _,
        &hashes as _,
        &urls as _,
        &wanted,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::timeline::ingest) async fn use_media(
    conn: &mut PgConnection,
    uses: &BTreeSet<(MediaId, InteractionId)>,
) -> sqlx::Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    let (files, interactions): (Vec<Uuid>, Vec<Uuid>) =
        uses.iter().map(|(file, row)| (file.0, row.0)).unzip();
    sqlx::query!(
        "insert into media_uses (media_id, interaction_id)
         select * from unnest($1::uuid[], $2::uuid[])
         on conflict do nothing",
        &files,
        &interactions,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "with due as (
             select id from interactions where id = any($1) and kind = 'message' and not has_files
             order by id for no key update)
         update interactions i set has_files = true from due where i.id = due.id",
        &interactions,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::timeline::ingest) async fn write_states(
    conn: &mut PgConnection,
    states: &BTreeMap<(AccountId, String, &'static str, String), State>,
) -> sqlx::Result<()> {
    for ((account, conversation, aspect, event), state) in states {
        sqlx::query!(
            "insert into conversation_states as known
                 (account_id, external_id, aspect, event_id, state, at, detail)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (account_id, external_id, aspect, event_id) do update
             set state = excluded.state, at = excluded.at, detail = excluded.detail
             where excluded.at < known.at",
            account.0,
            conversation,
            *aspect,
            event,
            state_word(state.state),
            state.at,
            state.detail.clone().map(clean),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(in crate::timeline::ingest) async fn insert_notices(
    conn: &mut PgConnection,
    notices: &[Notice],
) -> sqlx::Result<()> {
    for notice in notices {
        let id = InteractionId::derived(notice.account_id, "notice", &notice.external_id);
        let level = match notice.notice.level {
            NoticeLevel::Info => "info",
            NoticeLevel::Warning => "warning",
            NoticeLevel::Alarm => "alarm",
        };
        sqlx::query!(
            "insert into account_notices (id, account_id, at, level, code, subject, detail)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (id) do update set at = excluded.at where excluded.at < account_notices.at",
            id.0,
            notice.account_id.0,
            notice.at,
            level,
            notice.notice.code,
            notice.notice.subject.as_deref().map(without_nul),
            clean(notice.notice.detail.clone()),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn state_word(state: ConversationState) -> &'static str {
    match state {
        ConversationState::Open => "open",
        ConversationState::Blocked => "blocked",
        ConversationState::Disconnected => "disconnected",
        ConversationState::MarketingStopped => "marketing_stopped",
        ConversationState::MarketingResumed => "marketing_resumed",
        ConversationState::Migrated => "migrated",
    }
}
