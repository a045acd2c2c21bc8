-- A chat of the messenger without threads is one stream: whoever answers no message there is asked which chat he means.
create table bridge_questions (
    -- Derived from the messenger's id of the message, or of the album that it belongs to.
    id uuid primary key,
    -- Names the question in its buttons, which hold few signs.
    number bigint not null generated always as identity,
    account_id uuid not null,
    user_id uuid not null references users (id),
    -- What was said: events with their ids, in order; an album has several.
    events jsonb not null,
    -- The answer; what follows of an album goes there too.
    thread_id uuid references bridge_threads (id),
    asked_at timestamptz not null,
    constraint bridge_questions_number_unique unique (number)
);

-- A button of a template names by it what could not go.
create index bridge_inbox_by_position on bridge_inbox (position);

-- Threads may be in somebody's own chat with the bot as well: it is known from the moment in which he is bound.
insert into bridge_groups (account_id, chat, title, threads, present, seen_at)
select b.account_id, b.chat, 'Личный чат: ' || u.name, false, true, b.bound_at
from bridge_bindings b join users u on u.id = b.user_id
on conflict do nothing;
