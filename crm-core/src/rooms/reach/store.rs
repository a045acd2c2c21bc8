//! SQL of reach: the condition that every query over rooms carries.

use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::Standing;
use crate::{
    RoomId,
    access::{ClientScope, Right, Viewer},
};

/// How much of a room is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// That it exists, and who is in it.
    Finds,
    /// What is said there.
    Reads,
}

/// Restricts a query over `rooms r` to those that the viewer finds or reads.
pub(crate) fn push_reach(query: &mut QueryBuilder<Postgres>, viewer: &Viewer, sight: Sight) {
    query
        .push(" and (r.access = 'open' or exists (select from room_members s where s.room_id = r.id and s.user_id = ")
        .push_bind(viewer.user_id)
        .push(")");
    if sight == Sight::Finds && viewer.scope(Right::RoomsManage).is_some() {
        query.push(" or true");
    }
    query.push(")");
    match viewer.readable_clients() {
        ClientScope::All => {}
        ClientScope::Nothing => {
            query.push(" and r.client_id is null");
        }
        ClientScope::Own { user, lent } => {
            query.push(
                " and (r.client_id is null or exists (
                      select from clients tied join clients root on root.id = tied.root_id
                      where tied.id = r.client_id and (root.responsible_id is null or root.responsible_id = ",
            );
            query.push_bind(user).push(" or root.id = any(").push_bind(lent.to_vec()).push("))))");
        }
    }
}

pub(super) async fn standing(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomId,
    sight: Sight,
) -> sqlx::Result<Option<Standing>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select r.access = 'open' as is_open, r.archived_at is not null as is_archived,
                (select role from room_members m where m.room_id = r.id and m.user_id = ",
    );
    query.push_bind(viewer.user_id).push(") as role from rooms r where r.id = ").push_bind(id);
    push_reach(&mut query, viewer, sight);
    query.build_query_as().fetch_optional(conn).await
}
