//! SQL of the live feed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    CHANNEL, Change, Changes, Entry, Holder, LoanChange, Moved, Position, RoomChange, Subject, TaskChange,
};
use crate::{ClientId, ContactId, InteractionId, RoomId, UserId, bridge::mirror};

/// Writes an entry and wakes the readers when the caller's transaction commits.
pub async fn tell(conn: &mut PgConnection, changes: &Changes, now: DateTime<Utc>) -> sqlx::Result<()> {
    write(conn, changes, now).await?;
    notify(conn).await
}

/// Writes an entry, and what the director's messenger shows of it. The caller wakes the readers soon after, by [`notify`]: a transaction that notifies keeps all others
/// that do from committing beside it, and whoever writes a thousand entries a second cannot pay that for each.
pub async fn write(conn: &mut PgConnection, changes: &Changes, now: DateTime<Utc>) -> sqlx::Result<()> {
    if !changes.interactions.is_empty() {
        mirror::rows_changed(conn, &changes.interactions, now).await?;
    }
    let changes = serde_json::to_value(changes).expect("ids and flags are JSON");
    sqlx::query!("insert into feed (at, changes) values ($1, $2)", now, changes).execute(conn).await?;
    Ok(())
}

/// Wakes the readers.
pub async fn notify(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, '')", CHANNEL).execute(conn).await?;
    Ok(())
}

/// The place behind all that can be read now.
pub async fn head(conn: &mut PgConnection) -> sqlx::Result<Position> {
    let row = sqlx::query!(
        r#"select tx::text as "tx!", id from feed where tx < pg_snapshot_xmin(pg_current_snapshot())
           order by tx desc, id desc limit 1"#
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or(Position::START, |row| Position::behind(number(&row.tx), row.id)))
}

/// Whether everything behind a position is still in the feed: neither forgotten, nor a position of another database.
pub async fn holds(conn: &mut PgConnection, position: Position) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from feed where (tx, id) <= ($1::text::xid8, $2::bigint))
              and $1::text::xid8 < pg_snapshot_xmin(pg_current_snapshot()) as "holds!""#,
        position.tx.to_string(),
        position.id,
    )
    .fetch_one(conn)
    .await
}

/// Deletes entries older than a moment, and those of another cluster's transactions, which a restored copy brings along.
/// The newest entry stays, so that the place of those who saw everything remains known. Returns how many went.
pub async fn forget_before(conn: &mut PgConnection, moment: DateTime<Utc>) -> sqlx::Result<u64> {
    let foreign = sqlx::query!("delete from feed where tx >= pg_snapshot_xmax(pg_current_snapshot())")
        .execute(&mut *conn)
        .await?;
    let old = sqlx::query!(
        "delete from feed where (tx, id) < (
             select tx, id from (
                 (select tx, id from feed where at >= $1 order by tx, id limit 1)
                 union all (select tx, id from feed order by tx desc, id desc limit 1)) kept
             order by tx, id limit 1)",
        moment,
    )
    .execute(conn)
    .await?;
    Ok(foreign.rows_affected() + old.rows_affected())
}

pub(super) struct Row {
    tx: String,
    id: i64,
    changes: Value,
    pub(super) readable: bool,
}

impl Row {
    /// What cannot be read as changes says nothing: a newer version wrote it.
    pub(super) fn entry(self) -> Entry {
        let changes = serde_json::from_value(self.changes).unwrap_or_default();
        Entry { position: Position::behind(number(&self.tx), self.id), changes }
    }
}

/// A position inside an entry has the entry itself behind it.
pub(super) async fn behind(
    conn: &mut PgConnection,
    position: Position,
    limit: usize,
) -> sqlx::Result<Vec<Row>> {
    let id = if position.is_whole() { position.id } else { position.id - 1 };
    sqlx::query_as!(
        Row,
        r#"select tx::text as "tx!", id, changes, tx < pg_snapshot_xmin(pg_current_snapshot()) as "readable!"
           from feed where (tx, id) > ($1::text::xid8, $2::bigint)
           order by tx, id limit $3"#,
        position.tx.to_string(),
        id,
        i64::try_from(limit).unwrap_or(i64::MAX),
    )
    .fetch_all(conn)
    .await
}

fn number(tx: &str) -> u64 {
    tx.parse().expect("PostgreSQL writes a transaction id as a number")
}

/// Subjects with the clients in which they show.
#[derive(Default)]
pub(super) struct Found {
    interactions: HashMap<InteractionId, Change>,
    contacts: HashMap<ContactId, Change>,
    clients: HashMap<ClientId, Change>,
    rooms: HashMap<RoomId, Room>,
}

/// A room as it is when the entry is read.
struct Room {
    open: bool,
    tied: bool,
    holder: Option<Holder>,
    members: Vec<UserId>,
}

impl Found {
    pub(super) async fn look_up<'a>(
        conn: &mut PgConnection,
        changes: impl Iterator<Item = &'a Changes>,
    ) -> sqlx::Result<Self> {
        let (mut interactions, mut contacts, mut clients) = (Vec::new(), Vec::new(), Vec::new());
        let mut rooms = Vec::new();
        for told in changes {
            interactions.extend(told.interactions.iter().map(|id| id.0));
            contacts.extend(told.contacts.iter().map(|id| id.0));
            clients.extend(told.clients.iter().map(|id| id.0));
            clients.extend(told.moved.iter().map(|moved| moved.client.0));
            clients.extend(told.loans.iter().map(|loan| loan.client.0));
            clients.extend(told.tasks.iter().filter_map(|change| change.client).map(|client| client.0));
            rooms.extend(told.rooms.iter().map(|change| change.room.0));
        }
        let mut found = Self::default();
        if !interactions.is_empty() {
            found.look_up_interactions(conn, &interactions).await?;
        }
        if !contacts.is_empty() {
            found.look_up_contacts(conn, &contacts).await?;
        }
        if !clients.is_empty() {
            found.look_up_clients(conn, &clients).await?;
        }
        if !rooms.is_empty() {
            found.look_up_rooms(conn, &rooms).await?;
        }
        Ok(found)
    }

    async fn look_up_interactions(&mut self, conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
        let rows = sqlx::query!(
            r#"select told.id as "id!: InteractionId", i.kind, k.root_id as "contact?: ContactId",
                      a.shown_in as "shown_in?: InteractionId", rung.users as "rung: Vec<UserId>",
                      r.id as "client?: ClientId", r.responsible_id as "responsible?: UserId"
               from unnest($1::uuid[]) told(id)
               left join message_aliases a on a.interaction_id = told.id
               join interactions i on i.id = coalesce(a.shown_in, told.id)
               left join contacts k on k.id = i.contact_id
               left join lateral (
                   select array_agg(distinct e.user_id) as users
                   from jsonb_array_elements(i.content #> '{call,segments}') s
                   join extensions e on e.account_id = i.account_id and e.number = s #>> '{extension,number}'
                   where i.kind = 'call') rung on true
               left join lateral (
                   select distinct c.root_id
                   from (select coalesce(i.pinned_client_id, i.client_id) as client_id
                         union all
                         select cc.client_id
                         from (select k.root_id as id
                               union all
                               select m.id from contacts m where m.root_id = k.root_id and m.root_id <> m.id) m
                         join contact_clients cc on cc.contact_id = m.id
                         where i.pinned_client_id is null and i.client_id is null) own
                   join clients c on c.id = own.client_id) roots on true
               left join clients r on r.id = roots.root_id
               order by told.id, r.id"#,
            ids,
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            let subject = || Subject::Interaction {
                id: row.shown_in.unwrap_or(row.id),
                kind: row.kind.clone(),
                contact: row.contact,
                rung: row.rung.clone().unwrap_or_default(),
            };
            add(
                self.interactions.entry(row.id).or_insert_with(|| Change::of_nobody(subject())),
                row.client,
                row.responsible,
            );
        }
        Ok(())
    }

    async fn look_up_contacts(&mut self, conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
        let rows = sqlx::query!(
            r#"select k.id as "id: ContactId", k.root_id as "root: ContactId",
                      r.id as "client?: ClientId", r.responsible_id as "responsible?: UserId"
               from contacts k
               left join lateral (
                   select distinct c.root_id
                   from (select k.root_id as id
                         union all
                         select m.id from contacts m where m.root_id = k.root_id and m.root_id <> m.id) m
                   join contact_clients cc on cc.contact_id = m.id
                   join clients c on c.id = cc.client_id) roots on true
               left join clients r on r.id = roots.root_id
               where k.id = any($1)
               order by k.id, r.id"#,
            ids,
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            let subject = || Subject::Contact { id: row.id, root: row.root };
            add(
                self.contacts.entry(row.id).or_insert_with(|| Change::of_nobody(subject())),
                row.client,
                row.responsible,
            );
        }
        Ok(())
    }

    async fn look_up_clients(&mut self, conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
        let rows = sqlx::query!(
            r#"select c.id as "id: ClientId", r.id as "root: ClientId", r.responsible_id as "responsible: UserId"
               from clients c join clients r on r.id = c.root_id
               where c.id = any($1)"#,
            ids,
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            let found = self
                .clients
                .entry(row.id)
                .or_insert_with(|| Change::of_nobody(Subject::Client { id: row.id, root: row.root }));
            add(found, Some(row.root), row.responsible);
        }
        Ok(())
    }

    async fn look_up_rooms(&mut self, conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
        let rows = sqlx::query!(
            r#"select r.id as "id!: RoomId", r.access = 'open' as "open!", r.client_id is not null as "tied!",
                      root.id as "client?: ClientId", root.responsible_id as "responsible?: UserId",
                      array(select m.user_id from room_members m where m.room_id = r.id) as "members!: Vec<UserId>"
               from rooms r
               left join clients c on c.id = r.client_id
               left join clients root on root.id = c.root_id
               where r.id = any($1)"#,
            ids,
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            let holder = row.client.map(|client| Holder { client, responsible: row.responsible });
            self.rooms.insert(row.id, Room { open: row.open, tied: row.tied, holder, members: row.members });
        }
        Ok(())
    }

    pub(super) fn room(&self, change: &RoomChange) -> Change {
        let Some(room) = self.rooms.get(&change.room) else { return nothing() };
        let subject = Subject::Room {
            change: change.clone(),
            open: room.open,
            tied: room.tied,
            members: room.members.clone(),
        };
        Change { subject, clients: room.holder.into_iter().collect() }
    }

    pub(super) fn interaction(&self, id: InteractionId) -> Change {
        self.interactions.get(&id).cloned().unwrap_or_else(nothing)
    }

    pub(super) fn contact(&self, id: ContactId) -> Change {
        self.contacts.get(&id).cloned().unwrap_or_else(nothing)
    }

    pub(super) fn client(&self, id: ClientId) -> Change {
        self.clients.get(&id).cloned().unwrap_or_else(nothing)
    }

    pub(super) fn loan(&self, loan: LoanChange) -> Change {
        Change { subject: Subject::Loan(loan), clients: self.client(loan.client).clients }
    }

    pub(super) fn task(&self, change: TaskChange) -> Change {
        let clients = change.client.map(|client| self.client(client).clients).unwrap_or_default();
        Change { subject: Subject::Task(change), clients }
    }

    pub(super) fn moved(&self, moved: Moved) -> Change {
        Change { subject: Subject::Moved(moved), clients: self.client(moved.client).clients }
    }
}

fn nothing() -> Change {
    Change::of_nobody(Subject::Nothing)
}

fn add(change: &mut Change, client: Option<ClientId>, responsible: Option<UserId>) {
    let holder = client.map(|client| Holder { client, responsible });
    change.clients.extend(holder.filter(|holder| !change.clients.contains(holder)));
}
