//! SQL of the ingest: the locks here, the rest by what it writes.

mod facts;
mod failures;
mod names;
mod people;
mod rows;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::InteractionId;
use crate::clients::IDENTITY_LOCK;
pub(super) use facts::{
    call_facts, insert_aliases, insert_call_facts, insert_facts, insert_notices, name_echoes, use_media,
    want_media, write_states,
};
pub(super) use failures::{Failure, conversations_of};
pub(super) use names::{names_of, rename, roots_in_phone_book, write_phone_book};
pub(super) use people::{
    create_people, known_identities, links, lock_contacts, opaque_scopes, record_links, use_invitation,
};
pub(super) use rows::{begin_conversations, insert_rows, move_heads, write_calls};

pub(super) async fn commit_without_waiting(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set local synchronous_commit = off").execute(conn).await?;
    Ok(())
}

/// Joins and splits wait until running batches are through, and batches wait for them.
pub(super) async fn share_identity_lock(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1)", IDENTITY_LOCK).execute(conn).await?;
    Ok(())
}

pub(super) async fn lock_identities(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", IDENTITY_LOCK).execute(conn).await?;
    Ok(())
}

pub(super) async fn lock_addresses(conn: &mut PgConnection, addresses: &[String]) -> sqlx::Result<()> {
    lock_all(conn, addresses.iter().map(|address| lock_key(address.as_bytes()))).await
}

pub(super) async fn lock_calls(conn: &mut PgConnection, calls: &[InteractionId]) -> sqlx::Result<()> {
    lock_all(conn, calls.iter().map(|call| lock_key(call.0.as_bytes()))).await
}

/// Locks in ascending order, in one statement.
async fn lock_all(conn: &mut PgConnection, keys: impl Iterator<Item = i64>) -> sqlx::Result<()> {
    let keys: BTreeSet<i64> = keys.collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    sqlx::query!("select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key", &keys)
        .fetch_all(conn)
        .await?;
    Ok(())
}

fn lock_key(bytes: &[u8]) -> i64 {
    let digest = Sha256::digest(bytes);
    i64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}
