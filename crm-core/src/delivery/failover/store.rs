//! SQL of going by another channel.

use sqlx::{PgConnection, types::Json};

use super::Failed;
use crate::{
    AccountId, ClientId, ContactId, DeliveryId, InteractionId, UserId,
    delivery::route::{PassedOver, RuleMessage},
};

/// One message that wants another channel; `None` where there is none. Locks it, so that each is taken once. Wants a
/// transaction.
pub async fn claim(conn: &mut PgConnection) -> sqlx::Result<Option<Failed>> {
    let row = sqlx::query!(
        r#"select d.id as "delivery: DeliveryId", d.account_id as "account_id: AccountId", a.name as account, a.channel,
                  c.root_id as "root: ContactId", d.reason, d.rule as "rule!: Json<RuleMessage>",
                  d.passed_over as "passed_over: Json<Vec<PassedOver>>",
                  d.interaction_id as "interaction_id: InteractionId",
                  i.pinned_client_id as "pinned_client_id: ClientId", d.author_user_id as "author_user_id: UserId",
                  i.author_name, d.at_night
           from deliveries d join accounts a on a.id = d.account_id
           join conversations v on v.id = d.conversation_id join contacts c on c.id = v.contact_id
           join interactions i on i.id = d.interaction_id
           where d.failover = 'wanted' and d.state = 'failed'
           order by d.id limit 1
           for update of d skip locked"#
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Failed {
        delivery: row.delivery,
        account_id: row.account_id,
        account: row.account,
        channel: row.channel,
        root: row.root,
        reason: row.reason,
        message: row.rule.0,
        passed_over: row.passed_over.map(|passed| passed.0).unwrap_or_default(),
        at_night: row.at_night,
        interaction_id: row.interaction_id,
        pinned_client_id: row.pinned_client_id,
        author_user_id: row.author_user_id,
        author_name: row.author_name,
    }))
}

/// The other delivery went in its stead, and belongs to the same company.
pub(super) async fn done(
    conn: &mut PgConnection,
    failed: DeliveryId,
    by: DeliveryId,
    client: Option<ClientId>,
) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set failover = 'done', replaced_by = $2 where id = $1", failed.0, by.0)
        .execute(&mut *conn)
        .await?;
    if let Some(client) = client {
        sqlx::query!("update interactions set pinned_client_id = $2 where id = $1", by.0, client.0)
            .execute(conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn none(
    conn: &mut PgConnection,
    failed: DeliveryId,
    passed_over: &[PassedOver],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set failover = 'none', passed_over = $2 where id = $1",
        failed.0,
        Json(passed_over) as _
    )
    .execute(conn)
    .await?;
    Ok(())
}
