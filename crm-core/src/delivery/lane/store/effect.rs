//! SQL of what an accepted delivery changes on its row.

use chrono::{DateTime, Utc};
use connector_api::{Author, Content, Direction, ExternalId, OutboundAction};
use sqlx::{PgConnection, types::Json};

use super::outcome::Known;
use crate::{
    InteractionId,
    timeline::{DeletionFact, EditFact, FactValue, InteractionPayload, ReactionFact, payload::PartFact},
};

/// From now on whatever names the provider's message means our row. A row that its echo made before goes: the message is ours.
pub(in crate::delivery::lane) async fn insert_part(
    conn: &mut PgConnection,
    known: &Known,
    external_id: &ExternalId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let part = InteractionId::of_message(known.account_id, external_id.as_str());
    let value = FactValue::Part(PartFact { external_id: external_id.to_string() }).to_json();
    sqlx::query!(
        "insert into message_facts (interaction_id, kind, key, at, value) values ($2, 'part', $1::uuid::text, $3, $4)
         on conflict do nothing",
        part.0,
        known.interaction_id.0,
        now,
        value,
    )
    .execute(&mut *conn)
    .await?;
    // Waits for a batch that is naming the message, so that either it sees our name or we its row.
    let named = sqlx::query!(
        "insert into message_aliases as known (interaction_id, shown_in) values ($1, $2)
         on conflict (interaction_id) do nothing",
        part.0,
        known.interaction_id.0,
    )
    .execute(&mut *conn)
    .await?;
    if named.rows_affected() == 0 {
        take_place_of_echo(conn, known, part).await?;
    }
    Ok(())
}

/// The echo came first: its row, which may be that of an album, is shown by ours from now on.
async fn take_place_of_echo(conn: &mut PgConnection, known: &Known, part: InteractionId) -> sqlx::Result<()> {
    sqlx::query!(
        "with echo as (
             select i.id from message_aliases a join interactions i on i.id = a.shown_in
             where a.interaction_id = $1 and i.id <> $2 and i.account_id = $3 and i.kind = 'message'
               and i.direction = 'outbound' and not exists (select from deliveries d where d.interaction_id = i.id)),
         named as (update message_aliases a set shown_in = $2 from echo where a.shown_in = echo.id),
         used as (delete from media_uses u using echo where u.interaction_id = echo.id)
         delete from interactions i using echo where i.id = echo.id",
        part.0,
        known.interaction_id.0,
        known.account_id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What an accepted edit, deletion or reaction changes on its row.
pub(in crate::delivery::lane) async fn insert_effect(
    conn: &mut PgConnection,
    known: &Known,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (key, value) = match &known.message.action {
        OutboundAction::Send { .. } | OutboundAction::Answer { .. } => return Ok(()),
        OutboundAction::Edit { text, .. } => {
            let content = edited(conn, known.interaction_id, text).await?;
            (
                known.id.to_string(),
                FactValue::Edit(EditFact { content: Some(content), direction: Some(Direction::Outbound) }),
            )
        }
        OutboundAction::Delete { .. } => {
            (String::new(), FactValue::Deletion(DeletionFact { by: Some(Author::Company) }))
        }
        OutboundAction::React { emoji, .. } => {
            ("company".to_owned(), FactValue::Reaction(ReactionFact { emoji: emoji.clone() }))
        }
    };
    sqlx::query!(
        "insert into message_facts as known (interaction_id, kind, key, at, value) values ($1, $2, $3, $4, $5)
         on conflict (interaction_id, kind, key) do update
         set at = excluded.at, value = excluded.value
         where known.kind = 'reaction' and known.at <= excluded.at",
        known.interaction_id.0,
        value.kind().as_str(),
        key,
        now,
        value.to_json(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The row's content with a new text: under a file it is the caption.
async fn edited(conn: &mut PgConnection, row: InteractionId, text: &str) -> sqlx::Result<Content> {
    let content = sqlx::query_scalar!(
        r#"select content as "content: Json<serde_json::Value>" from interactions where id = $1"#,
        row.0
    )
    .fetch_optional(conn)
    .await?
    .flatten();
    let payload: Option<InteractionPayload> =
        content.and_then(|content| serde_json::from_value(content.0).ok());
    Ok(match payload.and_then(|payload| payload.content) {
        Some(Content::Media { media, .. }) => Content::Media { media, caption: Some(text.to_owned()) },
        _ => Content::Text { text: text.to_owned() },
    })
}
