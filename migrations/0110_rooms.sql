-- Internal chats: rooms of employees. A member is a user, so that a client can never be one. What is written here belongs to
-- no timeline: a room may be tied to a client, and is then seen by nobody who does not see the client.
create table rooms (
    id uuid primary key,
    name text not null,
    -- open: every employee finds it, reads it and may join. closed: members only.
    access text not null,
    client_id uuid references clients (id),
    archived_at timestamptz,
    -- Null for those that the program brings along.
    created_by uuid references users (id),
    created_at timestamptz not null,
    -- Of the newest message; of the room itself while there is none.
    last_at timestamptz not null,
    -- Given to messages under the lock of this row, so that their order is that of the commits.
    last_position bigint not null default 0,
    constraint rooms_name_present check (name <> ''),
    constraint rooms_access_known check (access in ('open', 'closed'))
);
create index rooms_by_last on rooms (last_at, id);
create index rooms_by_client on rooms (client_id) where client_id is not null;

create table room_members (
    room_id uuid not null references rooms (id),
    user_id uuid not null references users (id),
    role text not null,
    joined_at timestamptz not null,
    -- Everything up to here was on his screen, on any of his devices.
    read_position bigint not null,
    constraint room_members_pkey primary key (room_id, user_id),
    constraint room_members_role_known check (role in ('owner', 'member'))
);
create index room_members_by_user on room_members (user_id);

create table room_messages (
    -- Made by whoever wrote: the same press is the same row.
    id uuid primary key,
    room_id uuid not null references rooms (id),
    position bigint not null,
    author_id uuid not null references users (id),
    -- As it was then.
    author_name text not null,
    -- app: written here. bridge: written in the director's messenger.
    origin text not null,
    body text,
    quote_id uuid references room_messages (id),
    mentions uuid[] not null default '{}',
    created_at timestamptz not null,
    edited_at timestamptz,
    -- The words stay; nobody is shown them any more.
    deleted_at timestamptz,
    deleted_by uuid references users (id),
    words tsvector generated always as
        (to_tsvector('russian', translate(lower(coalesce(body, '')), 'ё', 'е'))) stored,
    constraint room_messages_place_unique unique (room_id, position),
    constraint room_messages_origin_known check (origin in ('app', 'bridge'))
);
create index room_messages_by_words on room_messages using gin (words);

-- What an edited message said before.
create table room_message_versions (
    message_id uuid not null references room_messages (id),
    number integer not null,
    body text,
    -- Until when it said so.
    until timestamptz not null,
    constraint room_message_versions_pkey primary key (message_id, number)
);

create table room_message_files (
    message_id uuid not null references room_messages (id),
    place integer not null,
    media_id uuid not null references media (id),
    constraint room_message_files_pkey primary key (message_id, place)
);
create index room_message_files_by_media on room_message_files (media_id);

-- One reaction of one person; the newest counts.
create table room_reactions (
    message_id uuid not null references room_messages (id),
    user_id uuid not null references users (id),
    emoji text not null,
    at timestamptz not null,
    constraint room_reactions_pkey primary key (message_id, user_id)
);

insert into role_rights (role_code, right_name, scope)
select code, 'rooms.use', 'all' from roles
union all select code, 'rooms.manage', 'all' from roles where code in ('director', 'administrator');

-- The chats that the director answers from his messenger (S0.29).
insert into rooms (id, name, access, created_at, last_at)
select id, name, 'open', now(), now()
from (values ('019a0000-0000-7000-8000-000000000001'::uuid, 'Отсрочки'),
             ('019a0000-0000-7000-8000-000000000002'::uuid, 'Юрист'),
             ('019a0000-0000-7000-8000-000000000003'::uuid, 'Отгрузки')) rooms (id, name);
