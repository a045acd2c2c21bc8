//! SQL of settling. The caller holds the identity lock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::settle::{Evidence, Link, Node, Strength};
use crate::{ContactId, JoinId, ProposalId};

/// Puts the earliest visitor of every invitation that waits in force. Returns where to settle for each: the invited
/// card, the visitor and the one who was in force before.
pub(super) async fn renew_visitors(conn: &mut PgConnection) -> sqlx::Result<Vec<Vec<Uuid>>> {
    let rows = sqlx::query!(
        r#"with waiting as (
               select v.token_hash, v.used_by_identity as former from invitations v where not v.settled)
           update invitations v
           set settled = true, used_by_identity = visitor.identity_id, used_at = visitor.at
           from waiting w
           join lateral (
               select u.identity_id, u.at from invitation_uses u join identities i on i.id = u.identity_id
               where u.token_hash = w.token_hash order by u.at, i.address limit 1) visitor on true
           where v.token_hash = w.token_hash
           returning v.anchor_id as "anchor_id!", visitor.identity_id as "visitor!", w.former"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| [row.anchor_id, row.visitor].into_iter().chain(row.former).collect())
        .collect())
}

pub(super) async fn first_new_link(conn: &mut PgConnection) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select first_id from identity_links where state = 'new' order by since, first_id limit 1"
    )
    .fetch_optional(conn)
    .await
}

/// All that hangs together with these identities and cards, and the links between them.
pub(super) async fn component(
    conn: &mut PgConnection,
    starts: &[Uuid],
) -> sqlx::Result<(Vec<Node>, Vec<Link>)> {
    let nodes = sqlx::query!(
        r#"with recursive component(id) as (
               select unnest($1::uuid[])
               union
               select e.other from component join identity_edges e on e.one = component.id)
           select component.id as "id!", i.address as "address?", i.kind as "kind?", i.scope as "scope?",
               c.id as contact_id, r.id as root_id,
               (not c.automatic or exists (
                   select from contact_clients cc join clients cl on cl.id = cc.client_id
                   where cc.contact_id = c.id and not cl.automatic)) as "touched!"
           from component
           left join identities i on i.id = component.id
           join contacts c on c.id = coalesce(i.contact_id, component.id)
           join contacts r on r.id = c.root_id
           order by i.address, c.id"#,
        starts,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = nodes.iter().map(|node| node.id).collect();
    let links = sqlx::query!(
        r#"select first_id as "first_id!", second_id as "second_id!", reason as "reason!", since as "since!"
           from (
               select first_id, second_id, reason, since, null::bytea as token_hash
               from identity_links where first_id = any($1)
               union all
               select anchor_id, used_by_identity, 'invitation', used_at, token_hash
               from invitations where anchor_id = any($1) and used_by_identity is not null) as links
           order by first_id, second_id, token_hash"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let nodes = nodes
        .into_iter()
        .map(|row| Node {
            id: row.id,
            address: row.address,
            opaque_scope: row.scope.filter(|_| row.kind.as_deref() == Some("opaque")),
            contact_id: ContactId(row.contact_id),
            root_id: ContactId(row.root_id),
            touched: row.touched,
        })
        .collect();
    let links = links
        .into_iter()
        .map(|row| Link {
            first: row.first_id,
            second: row.second_id,
            strength: match row.reason.as_str() {
                "invitation" => Strength::Invited,
                "moved" => Strength::Moved,
                _ => Strength::Named,
            },
            since: row.since,
        })
        .collect();
    Ok((nodes, links))
}

/// These automatic contacts point at themselves again.
pub(super) async fn stand_alone(
    conn: &mut PgConnection,
    contacts: &BTreeSet<ContactId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = contacts.iter().map(|contact| contact.0).collect();
    sqlx::query!(
        "update contacts set root_id = id, updated_at = $2 where id = any($1) and automatic and root_id <> id",
        &ids,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves addresses to another contact, with the rows and conversations that came by them.
pub(super) async fn move_identities(
    conn: &mut PgConnection,
    moves: &[(Uuid, ContactId, ContactId)],
) -> sqlx::Result<()> {
    for (identity, from, to) in moves {
        sqlx::query!("update identities set contact_id = $2 where id = $1", identity, to.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query!(
            "update interactions set contact_id = $3 where contact_id = $2 and identity_id = $1",
            identity,
            from.0,
            to.0,
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "update conversations set contact_id = $3 where contact_id = $2 and identity_id = $1",
            identity,
            from.0,
            to.0,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Joins an automatic contact, and those joined into it, to another.
pub(super) async fn join(
    conn: &mut PgConnection,
    absorbed: ContactId,
    survivor: ContactId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update contacts set root_id = $2, updated_at = $3
         where automatic and root_id <> $2 and (id = $1 or root_id = $1)",
        absorbed.0,
        survivor.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The automatic clients of these contacts, and of those joined into them, and the ledger follow the contacts: an entry
/// that no pointer bears out any more is closed, and a pointer without an entry gets one. What a person entered stays.
pub(super) async fn follow(
    conn: &mut PgConnection,
    contacts: &BTreeSet<ContactId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = contacts.iter().map(|contact| contact.0).collect();
    let ids = sqlx::query_scalar!(
        "select id from contacts
         where automatic and (id = any($1) or (root_id = any($1) and root_id <> id)) order by id",
        &ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query!(
        "update clients cl set root_id = cl.id, updated_at = $2
         from contacts c join contact_clients cc on cc.contact_id = c.id
         where c.id = any($1) and c.root_id = c.id
           and cl.id = cc.client_id and cl.automatic and cl.root_id <> cl.id",
        &ids,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update clients cl set root_id = home.root_id, updated_at = $2
         from contacts c
         join contact_clients cc on cc.contact_id = c.id
         join lateral (
             select h.root_id from contact_clients hc join clients h on h.id = hc.client_id
             where hc.contact_id = c.root_id
             order by h.automatic, hc.created_at, hc.client_id limit 1) home on true
         where c.id = any($1) and c.root_id <> c.id
           and cl.id = cc.client_id and cl.automatic and cl.id <> home.root_id and cl.root_id <> home.root_id",
        &ids,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update join_ledger l set undone_at = $2
         from contacts c join contacts s on true
         where c.id = any($1) and l.absorbed_id = c.id and s.id = l.survivor_id and l.subject = 'contact'
           and l.undone_at is null and l.joined_by is null
           and (c.root_id = c.id or c.root_id <> s.root_id)",
        &ids,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update join_ledger l set undone_at = $2
         from contact_clients cc
         join clients cl on cl.id = cc.client_id and cl.automatic
         join clients s on true
         where cc.contact_id = any($1) and l.absorbed_id = cl.id and s.id = l.survivor_id and l.subject = 'client'
           and l.undone_at is null and l.joined_by is null
           and (cl.root_id = cl.id or cl.root_id <> s.root_id)",
        &ids,
        now,
    )
    .execute(&mut *conn)
    .await?;
    let contacts = sqlx::query!(
        r#"select c.id, c.root_id, $2::timestamptz as "at!" from contacts c
           where c.id = any($1) and c.root_id <> c.id and not exists (
               select from join_ledger l
               where l.absorbed_id = c.id and l.subject = 'contact' and l.undone_at is null)
           order by c.id"#,
        &ids,
        now,
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in contacts {
        enter(conn, "contact", row.root_id, row.id, row.at).await?;
    }
    // At the moment of the contact's entry: a split of the contact finds the clients that came along by it.
    let clients = sqlx::query!(
        r#"select distinct on (cl.id) cl.id, cl.root_id, coalesce(k.joined_at, $2) as "at!"
           from contact_clients cc
           join clients cl on cl.id = cc.client_id and cl.automatic
           left join join_ledger k on k.absorbed_id = cc.contact_id and k.subject = 'contact'
               and k.undone_at is null and k.joined_by is null
           where cc.contact_id = any($1) and cl.root_id <> cl.id and not exists (
               select from join_ledger l
               where l.absorbed_id = cl.id and l.subject = 'client' and l.undone_at is null)
           order by cl.id, k.joined_at desc nulls last"#,
        &ids,
        now,
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in clients {
        enter(conn, "client", row.root_id, row.id, row.at).await?;
    }
    Ok(())
}

async fn enter(
    conn: &mut PgConnection,
    subject: &str,
    survivor: Uuid,
    absorbed: Uuid,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into join_ledger (id, subject, survivor_id, absorbed_id, reason, joined_at)
         values ($1, $2, $3, $4, 'provider', $5)",
        JoinId::at(at).0,
        subject,
        survivor,
        absorbed,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Open proposals among these contacts become exactly `pairs`; what a person decided stays.
pub(super) async fn replace_proposals(
    conn: &mut PgConnection,
    involved: &BTreeSet<ContactId>,
    pairs: &BTreeMap<(ContactId, ContactId), Evidence>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = involved.iter().map(|contact| contact.0).collect();
    sqlx::query!(
        "delete from proposals where state = 'open' and reason in ('provider', 'invitation')
         and first_contact_id = any($1) and second_contact_id = any($1)",
        &ids,
    )
    .execute(&mut *conn)
    .await?;
    for (pair, evidence) in pairs {
        add_proposal(conn, *pair, evidence, now).await?;
    }
    Ok(())
}

async fn add_proposal(
    conn: &mut PgConnection,
    pair: (ContactId, ContactId),
    evidence: &Evidence,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let reason = if evidence.invited { "invitation" } else { "provider" };
    let evidence: Vec<&str> = evidence.addresses.iter().map(String::as_str).collect();
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
    // An invitation has no state of its own: its proposal says it.
    let links: Vec<&Link> = links.iter().filter(|link| link.strength != Strength::Invited).collect();
    let firsts: Vec<Uuid> = links.iter().map(|link| link.first).collect();
    let seconds: Vec<Uuid> = links.iter().map(|link| link.second).collect();
    let states: Vec<&str> =
        links.iter().map(|link| if refused.contains(link) { "conflict" } else { "held" }).collect();
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
