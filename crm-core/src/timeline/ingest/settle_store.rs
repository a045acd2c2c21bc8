//! SQL of settling. The caller holds the identity lock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::settle::{Link, Node};
use crate::{ContactId, IdentityId, JoinId, ProposalId};

pub(super) async fn first_new_link(conn: &mut PgConnection) -> sqlx::Result<Option<IdentityId>> {
    sqlx::query_scalar!(
        "select first_id from identity_links where state = 'new' order by since, first_id limit 1"
    )
    .fetch_optional(conn)
    .await
    .map(|id| id.map(IdentityId))
}

/// All identities that hang together with one, and the links between them.
pub(super) async fn component(
    conn: &mut PgConnection,
    start: IdentityId,
) -> sqlx::Result<(Vec<Node>, Vec<Link>)> {
    let nodes = sqlx::query!(
        r#"with recursive component(id) as (
               select $1::uuid
               union
               select case when l.first_id = component.id then l.second_id else l.first_id end
               from component join identity_links l on component.id in (l.first_id, l.second_id))
           select i.id, i.address, i.kind, i.scope, i.contact_id, r.id as root_id,
               (not r.automatic or not c.automatic or exists (
                   select from contact_clients cc join clients cl on cl.id = cc.client_id
                   where cc.contact_id in (c.id, r.id) and not cl.automatic)) as "touched!"
           from component
           join identities i on i.id = component.id
           join contacts c on c.id = i.contact_id
           join contacts r on r.id = c.root_id
           order by i.address"#,
        start.0,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = nodes.iter().map(|node| node.id).collect();
    let links = sqlx::query!(
        "select first_id, second_id, reason, since from identity_links where first_id = any($1)
         order by first_id, second_id",
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let nodes = nodes
        .into_iter()
        .map(|row| Node {
            id: IdentityId(row.id),
            address: row.address,
            opaque_scope: (row.kind == "opaque").then_some(row.scope),
            contact_id: ContactId(row.contact_id),
            root_id: ContactId(row.root_id),
            touched: row.touched,
        })
        .collect();
    let links = links
        .into_iter()
        .map(|row| Link {
            first: IdentityId(row.first_id),
            second: IdentityId(row.second_id),
            moved: row.reason == "moved",
            since: row.since,
        })
        .collect();
    Ok((nodes, links))
}

/// These automatic contacts, and their automatic clients, point at themselves again.
pub(super) async fn stand_alone(
    conn: &mut PgConnection,
    contacts: &BTreeSet<ContactId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = contacts.iter().map(|contact| contact.0).collect();
    let freed = sqlx::query_scalar!(
        "update contacts set root_id = id, updated_at = $2
         where id = any($1) and automatic and root_id <> id returning id",
        &ids,
        now,
    )
    .fetch_all(&mut *conn)
    .await?;
    if freed.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update clients cl set root_id = cl.id, updated_at = $2
         from contact_clients cc
         where cc.contact_id = any($1) and cl.id = cc.client_id and cl.automatic and cl.root_id <> cl.id",
        &freed,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update join_ledger set undone_at = $2 where absorbed_id = any($1) and undone_at is null and joined_by is null",
        &freed,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves addresses to another contact, with the rows and conversations that came by them.
pub(super) async fn move_identities(
    conn: &mut PgConnection,
    moves: &[(IdentityId, ContactId, ContactId)],
) -> sqlx::Result<()> {
    for (identity, from, to) in moves {
        sqlx::query!("update identities set contact_id = $2 where id = $1", identity.0, to.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query!(
            "update interactions set contact_id = $3 where contact_id = $2 and identity_id = $1",
            identity.0,
            from.0,
            to.0,
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "update conversations set contact_id = $3 where contact_id = $2 and identity_id = $1",
            identity.0,
            from.0,
            to.0,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Joins an automatic contact, and its automatic clients, to another: pointers and a line in the ledger.
pub(super) async fn join(
    conn: &mut PgConnection,
    absorbed: ContactId,
    survivor: ContactId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let joined = sqlx::query!(
        "update contacts set root_id = $2, updated_at = $3
         where automatic and root_id <> $2 and (id = $1 or root_id = $1)",
        absorbed.0,
        survivor.0,
        now,
    )
    .execute(&mut *conn)
    .await?;
    if joined.rows_affected() == 0 {
        return Ok(());
    }
    let survivor_client = sqlx::query_scalar!(
        r#"select cl.root_id as "root_id!" from contact_clients cc join clients cl on cl.id = cc.client_id
           where cc.contact_id = $1 order by cl.automatic, cc.created_at, cc.client_id limit 1"#,
        survivor.0,
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(client) = survivor_client {
        let absorbed_clients = sqlx::query_scalar!(
            "update clients cl set root_id = $2, updated_at = $3
             from contact_clients cc
             where cc.contact_id in (select id from contacts where id = $1 or (root_id = $4 and automatic))
               and cl.id = cc.client_id and cl.automatic and cl.id <> $2 and cl.root_id <> $2
             returning cl.id",
            absorbed.0,
            client,
            now,
            survivor.0,
        )
        .fetch_all(&mut *conn)
        .await?;
        for absorbed_client in absorbed_clients {
            enter(conn, "client", client, absorbed_client, now).await?;
        }
    }
    enter(conn, "contact", survivor.0, absorbed.0, now).await
}

async fn enter(
    conn: &mut PgConnection,
    subject: &str,
    survivor: Uuid,
    absorbed: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into join_ledger (id, subject, survivor_id, absorbed_id, reason, joined_at)
         values ($1, $2, $3, $4, 'provider', $5)",
        JoinId::at(now).0,
        subject,
        survivor,
        absorbed,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Open proposals among these contacts become exactly `pairs`; what a person decided stays.
pub(super) async fn replace_proposals(
    conn: &mut PgConnection,
    involved: &BTreeSet<ContactId>,
    pairs: &BTreeMap<(ContactId, ContactId), BTreeSet<String>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = involved.iter().map(|contact| contact.0).collect();
    sqlx::query!(
        "delete from proposals where state = 'open' and reason = 'provider'
         and first_contact_id = any($1) and second_contact_id = any($1)",
        &ids,
    )
    .execute(&mut *conn)
    .await?;
    for (pair, evidence) in pairs {
        add_proposal(conn, *pair, evidence, "provider", now).await?;
    }
    Ok(())
}

pub(super) async fn add_proposal(
    conn: &mut PgConnection,
    pair: (ContactId, ContactId),
    evidence: &BTreeSet<String>,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let evidence: Vec<&str> = evidence.iter().map(String::as_str).collect();
    sqlx::query!(
        "insert into proposals (id, first_contact_id, second_contact_id, reason, evidence, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (first_contact_id, second_contact_id) do nothing",
        ProposalId::at(now).0,
        pair.0.0,
        pair.1.0,
        reason,
        &evidence as _,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn mark_links(
    conn: &mut PgConnection,
    links: &[Link],
    refused: &[&Link],
) -> sqlx::Result<()> {
    let firsts: Vec<Uuid> = links.iter().map(|link| link.first.0).collect();
    let seconds: Vec<Uuid> = links.iter().map(|link| link.second.0).collect();
    let states: Vec<&str> =
        links.iter().map(|link| if refused.contains(&link) { "conflict" } else { "held" }).collect();
    sqlx::query!(
        "update identity_links l set state = new.state
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as new(first_id, second_id, state)
         where l.first_id = new.first_id and l.second_id = new.second_id",
        &firsts,
        &seconds,
        &states as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An invitation that somebody used.
pub(super) struct UsedInvitation {
    pub token_hash: Vec<u8>,
    pub invited_root: ContactId,
    pub visitor_root: ContactId,
    pub visitor_address: String,
    pub visitor_touched: bool,
}

pub(super) async fn invitations_to_settle(conn: &mut PgConnection) -> sqlx::Result<Vec<UsedInvitation>> {
    let rows = sqlx::query!(
        r#"select v.token_hash, invited.root_id as invited_root, visitor.root_id as visitor_root, i.address,
               (not visitor.automatic or exists (
                   select from contact_clients cc join clients cl on cl.id = cc.client_id
                   where cc.contact_id in (visitor.id, visitor.root_id) and not cl.automatic)) as "touched!"
           from invitations v
           join contacts invited on invited.id = v.contact_id
           join identities i on i.id = v.used_by_identity
           join contacts visitor on visitor.id = i.contact_id
           where v.used_at is not null and not v.settled"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UsedInvitation {
            token_hash: row.token_hash,
            invited_root: ContactId(row.invited_root),
            visitor_root: ContactId(row.visitor_root),
            visitor_address: row.address,
            visitor_touched: row.touched,
        })
        .collect())
}

pub(super) async fn invitation_settled(conn: &mut PgConnection, used: &UsedInvitation) -> sqlx::Result<()> {
    sqlx::query!("update invitations set settled = true where token_hash = $1", used.token_hash)
        .execute(conn)
        .await?;
    Ok(())
}
