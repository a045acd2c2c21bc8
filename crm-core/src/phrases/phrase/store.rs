//! SQL of texts written beforehand.

use sqlx::PgConnection;

use super::{Phrase, PhraseCursor, PhraseFilter, PhraseKind, owner_key, word};
use crate::{PhraseId, UserId};

/// A pattern that finds the words wherever they stand, with ё as е.
fn pattern(words: Option<&str>) -> Option<String> {
    let words = words.map(str::trim).filter(|words| !words.is_empty())?.to_lowercase().replace('ё', "е");
    let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Some(format!("%{escaped}%"))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    user: UserId,
    filter: &PhraseFilter,
    behind: Option<&PhraseCursor>,
    rows: i64,
) -> sqlx::Result<Vec<Phrase>> {
    sqlx::query_as!(
        Phrase,
        r#"select id as "id: PhraseId", kind as "kind: PhraseKind", owner_id is not null as "own!", name, code, text,
                  language, position, updated_at
           from phrases
           where (owner_id is null or owner_id = $1)
             and ($2::text is null or kind = $2)
             and ($3::text is null
                  or replace(lower(concat_ws(' ', name, code, text)), 'ё', 'е') like $3)
             and ($4::boolean is null
                  or (owner_id is null, position, id) > (not $4, $5::integer, $6::uuid))
           order by owner_id is null, position, id
           limit $7"#,
        user.0,
        word(filter.kind),
        pattern(filter.words.as_deref()),
        behind.map(|behind| behind.own),
        behind.map(|behind| behind.position),
        behind.map(|behind| behind.id.0),
        rows,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn get(conn: &mut PgConnection, user: UserId, id: PhraseId) -> sqlx::Result<Option<Phrase>> {
    sqlx::query_as!(
        Phrase,
        r#"select id as "id: PhraseId", kind as "kind: PhraseKind", owner_id is not null as "own!", name, code, text,
                  language, position, updated_at
           from phrases where id = $1 and (owner_id is null or owner_id = $2)"#,
        id.0,
        user.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    user: UserId,
    id: PhraseId,
) -> sqlx::Result<Option<Phrase>> {
    sqlx::query_as!(
        Phrase,
        r#"select id as "id: PhraseId", kind as "kind: PhraseKind", owner_id is not null as "own!", name, code, text,
                  language, position, updated_at
           from phrases where id = $1 and (owner_id is null or owner_id = $2) for update"#,
        id.0,
        user.0,
    )
    .fetch_optional(conn)
    .await
}

/// Nobody else changes this order until the transaction ends.
pub(super) async fn lock_order(
    conn: &mut PgConnection,
    kind: PhraseKind,
    owner: Option<UserId>,
) -> sqlx::Result<()> {
    let key = format!("phrases {} {}", kind.word(), owner_key(owner));
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(conn).await?;
    Ok(())
}

pub(super) async fn last_position(
    conn: &mut PgConnection,
    kind: PhraseKind,
    owner: Option<UserId>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select coalesce(max(position), 0) as "position!" from phrases
           where kind = $1 and owner_id is not distinct from $2"#,
        kind.word(),
        owner.map(|owner| owner.0),
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn order(
    conn: &mut PgConnection,
    kind: PhraseKind,
    owner: Option<UserId>,
) -> sqlx::Result<Vec<PhraseId>> {
    sqlx::query_scalar!(
        r#"select id as "id: PhraseId" from phrases
           where kind = $1 and owner_id is not distinct from $2 order by position, id"#,
        kind.word(),
        owner.map(|owner| owner.0),
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn set_order(conn: &mut PgConnection, order: &[PhraseId]) -> sqlx::Result<()> {
    sqlx::query!(
        "update phrases set position = placed.position
         from unnest($1::uuid[]) with ordinality as placed (id, position)
         where phrases.id = placed.id",
        order as &[PhraseId],
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    phrase: &Phrase,
    owner: Option<UserId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into phrases (id, kind, owner_id, name, code, text, language, position, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        phrase.id.0,
        phrase.kind.word(),
        owner.map(|owner| owner.0),
        phrase.name,
        phrase.code,
        phrase.text,
        phrase.language,
        phrase.position,
        phrase.updated_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn update(conn: &mut PgConnection, phrase: &Phrase) -> sqlx::Result<()> {
    sqlx::query!(
        "update phrases set name = $2, code = $3, text = $4, language = $5, updated_at = $6 where id = $1",
        phrase.id.0,
        phrase.name,
        phrase.code,
        phrase.text,
        phrase.language,
        phrase.updated_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn delete(conn: &mut PgConnection, id: PhraseId) -> sqlx::Result<()> {
    sqlx::query!("delete from phrases where id = $1", id.0).execute(conn).await?;
    Ok(())
}
