//! What the hub sent itself and hears again: shown by the row of its delivery alone, whichever came first.

use sqlx::PgConnection;

use super::plan::Plan;
use super::store;

/// Takes out of the plan what a row of a delivery shows already. The other messages of ours are given their own names: should
/// a delivery still learn that one of them is its, it finds the row and takes its place. Wants a transaction.
pub(super) async fn fall_together(conn: &mut PgConnection, plan: &mut Plan) -> sqlx::Result<()> {
    if plan.echoes.is_empty() {
        return Ok(());
    }
    for (message, shown_in) in store::name_echoes(conn, &plan.echoes).await? {
        let Some(planned) = plan.echoes.get(&message).filter(|planned| **planned != shown_in) else {
            continue;
        };
        plan.rows.remove(planned);
        plan.media_uses.retain(|(_, row)| row != planned);
        plan.media.retain(|_, media| media.interaction != *planned);
        plan.facts.retain(|(of, _, _), _| of != planned || planned == &message);
        plan.aliases.remove(&message);
    }
    Ok(())
}
