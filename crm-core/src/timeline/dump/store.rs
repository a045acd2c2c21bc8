//! SQL of the dump.

use sqlx::PgConnection;

/// A person is named by the least address of the family; somebody without an address by nothing.
const PEOPLE: &str = "with people as (
    select c.id as contact_id, c.root_id, min(i.address) over (partition by c.root_id) as person
    from contacts c left join identities i on i.contact_id = c.id),
person as (select distinct contact_id, person from people where person is not null),
cards as (
    select 'contact' as subject, c.id, c.root_id, p.person from contacts c left join person p on p.contact_id = c.id
    union all
    select 'client', cl.id, cl.root_id, min(p.person)
    from clients cl left join contact_clients cc on cc.client_id = cl.id
    left join person p on p.contact_id = cc.contact_id group by cl.id) ";

/// Table and the query of its lines.
const PARTS: &[(&str, &str)] = &[
    (
        "person",
        "select concat_ws(' ', p.person, string_agg(i.address, ',' order by i.address), r.name)
         from identities i join person p on p.contact_id = i.contact_id
         join contacts c on c.id = i.contact_id join contacts r on r.id = c.root_id
         group by p.person, r.name",
    ),
    (
        "clients",
        "select concat_ws(' ', p.person, cl.name, cl.status)
         from contacts c join person p on p.contact_id = c.id
         join contact_clients cc on cc.contact_id = c.id
         join clients m on m.id = cc.client_id join clients cl on cl.id = m.root_id
         group by p.person, cl.id",
    ),
    (
        "interaction",
        "select concat_ws(' ', n.id, p.person, i.address, n.conversation_id, n.kind, n.direction, n.origin, n.occurred_at,
             n.author_name, n.body, n.content, n.fullness, n.external_id)
         from interactions n
         left join person p on p.contact_id = n.contact_id
         left join identities i on i.id = n.identity_id",
    ),
    ("fact", "select concat_ws(' ', interaction_id, kind, key, at, value) from message_facts"),
    ("alias", "select concat_ws(' ', interaction_id, shown_in) from message_aliases"),
    ("call fact", "select concat_ws(' ', interaction_id, external_id, at, fact) from call_facts"),
    (
        "conversation",
        "select concat_ws(' ', c.id, c.external_id, p.person, i.address, h.last_at, h.last_inbound_at, h.last_outbound_at,
             h.waiting_since, h.person_name, h.person_name_at)
         from conversations c join conversation_heads h on h.conversation_id = c.id
         left join person p on p.contact_id = c.contact_id
         left join identities i on i.id = c.identity_id",
    ),
    ("state", "select concat_ws(' ', external_id, aspect, event_id, state, at, detail) from conversation_states"),
    (
        "consent",
        "select concat_ws(' ', c.id, i.address, c.kind, c.state, c.source, c.quote, c.at)
         from consents c left join identities i on i.id = c.identity_id",
    ),
    ("notice", "select concat_ws(' ', id, at, level, code, subject, detail) from account_notices"),
    ("book", "select concat_ws(' ', address, name, at) from address_book"),
    ("media", "select concat_ws(' ', id, kind, external_id, mime_type, size_bytes) from media"),
    ("media use", "select concat_ws(' ', media_id, interaction_id) from media_uses"),
    (
        "link",
        "select concat_ws(' ', least(a.address, b.address), greatest(a.address, b.address), l.reason, l.since, l.state)
         from identity_links l join identities a on a.id = l.first_id join identities b on b.id = l.second_id",
    ),
    (
        "proposal",
        "select concat_ws(' ', least(a.person, b.person), greatest(a.person, b.person), q.reason, q.evidence, q.state)
         from proposals q
         join person a on a.contact_id = q.first_contact_id join person b on b.contact_id = q.second_contact_id",
    ),
    (
        "invitation",
        "select concat_ws(' ', encode(v.token_hash, 'hex'), coalesce(a.address, 'a card without address'), i.address,
             v.used_at, v.settled)
         from invitations v left join identities a on a.id = v.identity_id
         left join identities i on i.id = v.used_by_identity",
    ),
    (
        "invitation use",
        "select concat_ws(' ', encode(u.token_hash, 'hex'), i.address, u.at)
         from invitation_uses u join identities i on i.id = u.identity_id",
    ),
    // How many cards events made for a person depends on the order, and so does which was joined into which. What may
    // not depend on it: joins by persons, and whether the ledger and the pointers say the same.
    (
        "join",
        "select concat_ws(' ', l.subject, l.reason, least(a.person, b.person), greatest(a.person, b.person))
         from join_ledger l
         join cards a on (a.subject, a.id) = (l.subject, l.survivor_id)
         join cards b on (b.subject, b.id) = (l.subject, l.absorbed_id)
         where l.undone_at is null and (l.joined_by is not null or a.root_id <> b.root_id)",
    ),
    (
        "joined without an entry",
        "select concat_ws(' ', c.subject, c.person) from cards c
         where c.root_id <> c.id and not exists (
             select from join_ledger l
             where (l.subject, l.absorbed_id) = (c.subject, c.id) and l.undone_at is null)",
    ),
];

/// The text, a line for each row, sorted.
pub async fn canonical(conn: &mut PgConnection) -> sqlx::Result<String> {
    let mut text = String::new();
    for (part, query) in PARTS {
        let sql = format!("{PEOPLE} select line from ({query}) as lines(line) order by line collate \"C\"");
        // Both halves are constants of this file.
        let lines: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *conn).await?;
        for line in lines {
            text.push_str(part);
            text.push_str(": ");
            text.push_str(&line);
            text.push('\n');
        }
    }
    Ok(text)
}
