-- What the screens read: a conversation by itself, calls over all clients, rows that are not messages, and people and
-- companies found by name.
create index interactions_by_conversation on interactions (conversation_id, occurred_at, id)
    where conversation_id is not null;

-- Calls, notes and system rows stand thinly among messages: a filter by kind must not walk through all of them.
create index interactions_beside_messages on interactions (contact_id, occurred_at, id)
    where contact_id is not null and kind <> 'message';

create index interactions_calls on interactions (occurred_at, id) where kind = 'call';

-- The newest cards of one manager.
create index clients_by_responsible_created on clients (responsible_id, created_at, id) where root_id = id;

-- ё is found by е.
drop index contacts_by_name_trigram;
create index contacts_by_name_trigram on contacts using gin (replace(lower(name), 'ё', 'е') gin_trgm_ops);
