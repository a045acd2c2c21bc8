//! SQL of drafts.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{Draft, DraftKind};
use crate::{UserId, clients::reach::Reach, timeline::conversation::store::push_reach};

pub(super) async fn one(
    conn: &mut PgConnection,
    user: UserId,
    kind: DraftKind,
    subject: Uuid,
) -> sqlx::Result<Option<Draft>> {
    sqlx::query_as!(
        Draft,
        r#"select kind as "kind: DraftKind", subject_id, body as text, version
           from drafts where user_id = $1 and kind = $2 and subject_id = $3"#,
        user.0,
        kind as DraftKind,
        subject,
    )
    .fetch_optional(conn)
    .await
}

/// The new version; `None` when another version with other words is stored.
pub(super) async fn save(
    conn: &mut PgConnection,
    user: UserId,
    draft: &Draft,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into drafts as known (user_id, kind, subject_id, body, version, updated_at)
         values ($1, $2, $3, $4, $5::bigint + 1, $6)
         on conflict (user_id, kind, subject_id) do update
         set body = excluded.body, version = known.version + 1, updated_at = excluded.updated_at
         where known.version = $5 or known.body = excluded.body
         returning version",
        user.0,
        draft.kind as DraftKind,
        draft.subject_id,
        draft.text,
        draft.version,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn replies(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    rows: i64,
) -> sqlx::Result<Vec<Draft>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select d.subject_id, left(d.body, 200), d.version
         from drafts d
         join conversations v on v.id = d.subject_id
         join contacts k on k.id = v.contact_id
         where d.kind = 'reply' and d.body <> '' and d.user_id = ",
    );
    query.push_bind(reach.user);
    push_reach(&mut query, reach);
    query.push(" order by d.updated_at desc limit ").push_bind(rows);
    let rows: Vec<(Uuid, String, i64)> = query.build_query_as().fetch_all(conn).await?;
    let draft = |(subject_id, text, version)| Draft { kind: DraftKind::Reply, subject_id, text, version };
    Ok(rows.into_iter().map(draft).collect())
}
