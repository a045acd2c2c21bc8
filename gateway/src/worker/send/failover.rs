//! Messages that the rule sent and their channel certainly did not take: they go by another one, once.

use crm_core::delivery::failover::{self, Failed};
use crm_core::delivery::{route, rules};
use sqlx::PgConnection;

use super::Sending;
use crate::routing;

/// Works off what wants another channel. What one copy takes, no other one sees.
pub(super) async fn review(sending: &Sending, conn: &mut PgConnection) -> sqlx::Result<()> {
    loop {
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let Some(failed) = failover::claim(&mut tx).await? else { return Ok(()) };
        elsewhere(sending, &mut tx, &failed).await?;
        tx.commit().await?;
    }
}

async fn elsewhere(sending: &Sending, conn: &mut PgConnection, failed: &Failed) -> sqlx::Result<()> {
    let now = (sending.clock)();
    let rules = rules::load(conn).await?;
    let person = route::person_of_root(conn, failed.root).await?;
    let mut ways = routing::ways(conn, &sending.accounts, &rules, &person, &failed.message, now).await?;
    // Another number of the same messenger is the same channel for the client: it would be a second try, not another way.
    ways.retain(|way| way.channel != failed.channel);
    let (route, passed_over) = route::choose(ways, &failed.message);
    let Some(route) = route else {
        return failover::give_up(conn, failed, &passed_over, now).await;
    };
    let account = route.place.account_id;
    // Refused by a rule of ours: the savepoint keeps the transaction usable.
    let mut savepoint = sqlx::Connection::begin(&mut *conn).await?;
    match failover::hand_over(&mut savepoint, failed, route, sending.zone, now).await {
        Ok(()) => {
            savepoint.commit().await?;
            tracing::info!(
                delivery.id = %failed.delivery, account.id = %account,
                "delivery {} goes by another channel", failed.delivery
            );
            Ok(())
        }
        Err(crm_core::clients::ClientError::Database(error)) => Err(error),
        Err(refused) => {
            savepoint.rollback().await?;
            tracing::info!(delivery.id = %failed.delivery, %refused, "no other channel is allowed");
            failover::give_up(conn, failed, &passed_over, now).await
        }
    }
}
