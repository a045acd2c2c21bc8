//! SQL of what a message is for.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{ContactId, ConversationId};

/// When the person last wrote, by any channel.
pub(super) async fn last_inbound(
    conn: &mut PgConnection,
    root: ContactId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select max(h.last_inbound_at)
         from contacts c join conversations v on v.contact_id = c.id
         join conversation_heads h on h.conversation_id = v.id
         where c.root_id = $1",
        root.0
    )
    .fetch_one(conn)
    .await
}

/// The person of a conversation.
pub(in crate::delivery) async fn root_of_conversation(
    conn: &mut PgConnection,
    conversation: ConversationId,
) -> sqlx::Result<Option<ContactId>> {
    sqlx::query_scalar!(
        r#"select c.root_id as "root: ContactId" from conversations v join contacts c on c.id = v.contact_id
           where v.id = $1"#,
        conversation.0
    )
    .fetch_optional(conn)
    .await
}
