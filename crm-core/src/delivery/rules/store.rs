//! SQL of the rules.

use sqlx::{PgConnection, types::Json};

use super::MessagingRules;

/// The rules in force. Whoever writes to clients may know them.
pub async fn load(conn: &mut PgConnection) -> sqlx::Result<MessagingRules> {
    let row = sqlx::query!(
        r#"select dialogue_hours, quiet_from, quiet_until, channel_order as "channel_order: Json<Vec<Vec<String>>>",
                  version
           from messaging_rules"#
    )
    .fetch_one(conn)
    .await?;
    Ok(MessagingRules {
        dialogue_hours: row.dialogue_hours,
        quiet_from: row.quiet_from,
        quiet_until: row.quiet_until,
        channel_order: row.channel_order.0,
        version: row.version,
    })
}

pub(super) async fn lock(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select from messaging_rules for update").execute(conn).await?;
    Ok(())
}

pub(super) async fn write(conn: &mut PgConnection, rules: &MessagingRules) -> sqlx::Result<()> {
    sqlx::query!(
        "update messaging_rules
         set dialogue_hours = $1, quiet_from = $2, quiet_until = $3, channel_order = $4, version = $5",
        rules.dialogue_hours,
        rules.quiet_from,
        rules.quiet_until,
        Json(&rules.channel_order) as _,
        rules.version,
    )
    .execute(conn)
    .await?;
    Ok(())
}
