-- The bridge: chosen rooms are shown in the director's messenger and answered from there. Its bot is an account of its own
-- that has no conversations with clients.

-- Which employee is which person in the messenger. Only bound people are heard.
create table bridge_bindings (
    user_id uuid primary key references users (id),
    account_id uuid not null,
    -- As connector_api::Address has it.
    address text not null,
    -- As he calls himself there.
    name text,
    -- His own chat with the bot.
    chat text not null,
    bound_at timestamptz not null,
    constraint bridge_bindings_address_unique unique (account_id, address)
);

-- One-time codes by which a person in the messenger shows which employee he is.
create table bridge_codes (
    user_id uuid primary key references users (id),
    code_hash bytea not null,
    expires_at timestamptz not null,
    constraint bridge_codes_hash_unique unique (code_hash)
);

-- Everybody else who wrote: answered once in a while, so that nobody makes the bot talk.
create table bridge_strangers (
    account_id uuid not null,
    address text not null,
    answered_at timestamptz not null,
    constraint bridge_strangers_pkey primary key (account_id, address)
);

-- Groups in which the bot was met.
create table bridge_groups (
    account_id uuid not null,
    chat text not null,
    title text,
    threads boolean not null,
    present boolean not null,
    seen_at timestamptz not null,
    constraint bridge_groups_pkey primary key (account_id, chat)
);

-- The group in which the threads are; at most one.
create table bridge_setup (
    singleton boolean primary key default true,
    account_id uuid not null,
    chat text not null,
    constraint bridge_setup_singleton check (singleton)
);

-- A room and its thread. The row stays when the room is no longer bridged: its thread is closed and can be opened again.
create table bridge_threads (
    id uuid primary key,
    room_id uuid not null references rooms (id),
    enabled boolean not null,
    -- Where it is in the messenger; null until the first message.
    place text,
    -- As it is called and whether it is shut there.
    name text,
    closed boolean not null default false,
    -- Why nothing gets there, in Russian.
    trouble text,
    next_position bigint not null default 1,
    constraint bridge_threads_room_unique unique (room_id)
);
create index bridge_threads_by_place on bridge_threads (place) where place is not null;

-- What has to get into a thread, in order. Each becomes a delivery when those before it are through: only then are the
-- messages known that it quotes or edits, and the thread that it goes to.
create table bridge_outbox (
    id uuid primary key,
    thread_id uuid not null references bridge_threads (id),
    position bigint not null,
    message_id uuid not null references room_messages (id),
    act text not null,
    delivery_id uuid,
    created_at timestamptz not null,
    -- done, failed, skipped
    outcome text,
    reason text,
    finished_at timestamptz,
    constraint bridge_outbox_place_unique unique (thread_id, position),
    constraint bridge_outbox_act_known check (act in ('message', 'edit', 'deletion')),
    constraint bridge_outbox_outcome_known check (outcome in ('done', 'failed', 'skipped'))
);
create index bridge_outbox_by_message on bridge_outbox (message_id) where act = 'message';
create index bridge_outbox_waiting on bridge_outbox (thread_id, position) where finished_at is null;

-- Which message of the messenger is which message of a room; several where a text was split or files went along.
create table bridge_links (
    account_id uuid not null,
    external_id text not null,
    message_id uuid not null references room_messages (id),
    -- Ours stand for a message that was written here; the others came from there.
    ours boolean not null,
    place integer not null default 0,
    constraint bridge_links_pkey primary key (account_id, external_id)
);
create index bridge_links_by_message on bridge_links (message_id, place);

-- A delivery of the bridge shows in no timeline: its interaction_id names what it is for.
alter table deliveries drop constraint deliveries_action_known;
alter table deliveries add constraint deliveries_action_known
    check (action in ('message', 'edit', 'deletion', 'reaction', 'bridge'));

insert into role_rights (role_code, right_name, scope) values
    ('director', 'bridge.use', 'all'), ('director', 'bridge.manage', 'all'),
    ('administrator', 'bridge.manage', 'all');
