-- Conversations with clients are bridged like rooms: a thread belongs to one of the two, and what it shows is a message of
-- the room or a row of the timeline. Neither is referenced any more: rows of the timeline have no foreign keys.
alter table bridge_threads
    alter column room_id drop not null,
    add column conversation_id uuid,
    -- Of a conversation: rows that came before stay where they are, however often they are told again.
    add column since timestamptz,
    add constraint bridge_threads_conversation_unique unique (conversation_id),
    add constraint bridge_threads_of_one check (num_nonnulls(room_id, conversation_id) = 1);
-- The ingest asks at every batch: it is empty while no conversation is bridged.
create index bridge_threads_live on bridge_threads (conversation_id) where enabled and conversation_id is not null;

-- state: how far a message that came from the messenger got on its way to the client.
alter table bridge_outbox
    drop constraint bridge_outbox_message_id_fkey,
    drop constraint bridge_outbox_act_known,
    add constraint bridge_outbox_act_known check (act in ('message', 'edit', 'deletion', 'state'));
drop index bridge_outbox_by_message;
create unique index bridge_outbox_message_once on bridge_outbox (message_id, thread_id) where act = 'message';
create index bridge_outbox_by_message on bridge_outbox (message_id, thread_id, position);

alter table bridge_links
    drop constraint bridge_links_message_id_fkey,
    -- Where a reaction belongs: it names no thread.
    add column thread_id uuid references bridge_threads (id);
update bridge_links l set thread_id = b.id
from room_messages m join bridge_threads b on b.room_id = m.room_id
where m.id = l.message_id;

-- How a thread should be.
create view bridge_wishes as
select b.id as thread_id, b.enabled and r.archived_at is null as enabled, r.name
from bridge_threads b join rooms r on r.id = b.room_id
union all
select b.id, b.enabled, coalesce(one.name, k.name) || coalesce(' · ' || a.name, '')
from bridge_threads b
join conversations v on v.id = b.conversation_id
join contacts c on c.id = v.contact_id
join contacts k on k.id = c.root_id
left join accounts a on a.id = v.account_id
left join lateral (
    -- Of several companies of one person none is chosen.
    select min(r.name) as name
    from contacts f
    join contact_clients cc on cc.contact_id = f.id
    join clients cl on cl.id = cc.client_id
    join clients r on r.id = cl.root_id
    where f.root_id = k.id
    having count(distinct r.id) = 1) one on true;
