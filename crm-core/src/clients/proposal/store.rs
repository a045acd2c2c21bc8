//! SQL of proposals.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{ClientId, ContactId, ProposalId, UserId, clients::reach::Reach};

pub(crate) struct Row {
    pub(crate) id: ProposalId,
    pub(crate) first_id: ContactId,
    pub(crate) first_name: String,
    pub(crate) second_id: ContactId,
    pub(crate) second_name: String,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Open proposals both sides of which have a client within reach.
pub(crate) async fn open(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    after: Option<ProposalId>,
    rows: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select p.id as "id: ProposalId", a.id as "first_id: ContactId", a.name as first_name,
                  b.id as "second_id: ContactId", b.name as second_name, p.reason, p.evidence, p.created_at
           from proposals p
           join contacts fa on fa.id = p.first_contact_id
           join contacts a on a.id = fa.root_id
           join contacts fb on fb.id = p.second_contact_id
           join contacts b on b.id = fb.root_id
           where p.state = 'open' and a.id <> b.id and ($1::uuid is null or p.id > $1)
             and ($3 or (
                 exists (select 1
                         from (select a.id as id
                               union all select m.id from contacts m where m.root_id = a.id and m.root_id <> m.id) m
                         join contact_clients cc on cc.contact_id = m.id
                         join clients c on c.id = cc.client_id
                         join clients r on r.id = c.root_id
                         where r.responsible_id is null or r.responsible_id = $4 or r.id = any($5))
                 and exists (select 1
                         from (select b.id as id
                               union all select m.id from contacts m where m.root_id = b.id and m.root_id <> m.id) m
                         join contact_clients cc on cc.contact_id = m.id
                         join clients c on c.id = cc.client_id
                         join clients r on r.id = c.root_id
                         where r.responsible_id is null or r.responsible_id = $4 or r.id = any($5))))
           order by p.id
           limit $2"#,
        after.map(|id| id.0),
        rows,
        reach.all,
        reach.user.0,
        reach.lent as &[ClientId]
    )
    .fetch_all(conn)
    .await
}

pub(crate) struct Sides {
    pub(crate) first_id: ContactId,
    pub(crate) second_id: ContactId,
    pub(crate) state: String,
}

pub(crate) async fn sides(conn: &mut PgConnection, id: ProposalId) -> sqlx::Result<Option<Sides>> {
    sqlx::query_as!(
        Sides,
        r#"select first_contact_id as "first_id: ContactId", second_contact_id as "second_id: ContactId", state
           from proposals where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(crate) async fn decide(
    conn: &mut PgConnection,
    id: ProposalId,
    state: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update proposals set state = $2, decided_by = $3, decided_at = $4 where id = $1",
        id.0,
        state,
        by.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
