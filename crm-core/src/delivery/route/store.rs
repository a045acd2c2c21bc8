//! SQL of the ways to a person.

use sqlx::PgConnection;

use crate::{ContactId, ConversationId};

/// The conversations of a family of contacts, the one where the person wrote last first. Groups are no way to one person,
/// and have no address of his.
pub(super) async fn conversations(
    conn: &mut PgConnection,
    root: ContactId,
) -> sqlx::Result<Vec<ConversationId>> {
    sqlx::query_scalar!(
        r#"select v.id as "id: ConversationId"
           from contacts c join conversations v on v.contact_id = c.id
           left join conversation_heads h on h.conversation_id = v.id
           where c.root_id = $1 and v.identity_id is not null
           order by h.last_inbound_at desc nulls last, h.last_at desc, v.id
           limit 50"#,
        root.0
    )
    .fetch_all(conn)
    .await
}
