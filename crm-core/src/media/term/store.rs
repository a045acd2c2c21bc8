//! SQL of the term of recordings.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::MediaId;

pub(super) async fn expire(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<MediaId>> {
    sqlx::query_scalar!(
        r#"with over as materialized (
               select m.id from media m
               where m.kind = 'recording' and m.state = 'stored' and m.wanted_at < $1
                 and not exists (
                     select from media_uses u join interactions i on i.id = u.interaction_id
                     where u.media_id = m.id and i.occurred_at >= $1)
                 and not exists (
                     select from media_uses u
                     join interactions i on i.id = u.interaction_id
                     left join contacts k on k.id = i.contact_id
                     cross join lateral (
                         select i.pinned_client_id as id
                         union all select i.client_id
                         union all
                         select cc.client_id
                         from (select k.root_id as id
                               union all
                               select f.id from contacts f where f.root_id = k.root_id and f.root_id <> f.id) f
                         join contact_clients cc on cc.contact_id = f.id) held
                     join clients c on c.id = held.id
                     join clients member on member.root_id = c.root_id
                     join legal_holds h on h.client_id = member.id
                     where u.media_id = m.id)
               order by m.wanted_at
               limit $2
               for update skip locked)
           update media m
           set state = 'expired', cause = 'удалена по сроку', sha256 = null
           from over where m.id = over.id
           returning m.id as "id: MediaId""#,
        before,
        limit,
    )
    .fetch_all(conn)
    .await
}
