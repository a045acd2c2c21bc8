-- Clients, the people who speak for them, and the addresses by which events find them.
create extension if not exists pg_trgm;

create table clients (
    id uuid primary key,
    -- Itself, or the client that this one was joined into. A join moves no rows, so a split restores everything.
    root_id uuid not null references clients (id),
    name text not null,
    -- Made by an event and never touched by a person: may be joined to another card without asking.
    automatic boolean not null,
    status text not null default 'common_base',
    inn text,
    kpp text,
    ogrn text,
    city text,
    time_zone text,
    -- «Особенности клиента»
    features text,
    contract_mark text,
    responsible_id uuid references users (id),
    -- Kept by the application: name without legal form and quotes, in Cyrillic and in Latin letters.
    search_key text not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint clients_name_present check (name <> ''),
    constraint clients_status_known check (status in ('common_base', 'client')),
    constraint clients_contract_mark_known check (contract_mark in ('original', 'scan', 'one_off'))
);
create index clients_by_root on clients (root_id) where root_id <> id;
create index clients_by_name on clients (name collate "ru-x-icu", id) where root_id = id;
create index clients_by_created on clients (created_at, id) where root_id = id;
create index clients_by_responsible on clients (responsible_id, name collate "ru-x-icu", id) where root_id = id;
create index clients_by_inn on clients (inn) where inn is not null;
create index clients_by_search_key on clients (search_key text_pattern_ops) where root_id = id;
create index clients_by_search_trigram on clients using gin (search_key gin_trgm_ops) where root_id = id;

create table contacts (
    id uuid primary key,
    -- Itself, or the contact that this one was joined into.
    root_id uuid not null references contacts (id),
    name text not null,
    -- A person chose the name; events no longer change it.
    name_is_chosen boolean not null default false,
    automatic boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index contacts_by_root on contacts (root_id) where root_id <> id;
create index contacts_by_name_trigram on contacts using gin (lower(name) gin_trgm_ops);

-- A person may act for several companies (S3.16).
create table contact_clients (
    contact_id uuid not null references contacts (id),
    client_id uuid not null references clients (id),
    post text,
    created_at timestamptz not null,
    constraint contact_clients_pkey primary key (contact_id, client_id)
);
create index contact_clients_by_client on contact_clients (client_id, contact_id);

create table identities (
    id uuid primary key,
    -- `phone:+79…`, `email:…`, `telegram/61…`: one address, one identity, over all channels.
    address text not null,
    kind text not null,
    -- Where an opaque id is unique; 'phone' and 'email' for those. Two opaque ids of one scope are two persons.
    scope text not null,
    value text not null,
    -- As a person typed it, where a person did.
    entered text,
    contact_id uuid not null references contacts (id),
    -- How it came here: an event of a channel, or a person.
    origin text not null,
    created_at timestamptz not null,
    constraint identities_address_unique unique (address),
    constraint identities_kind_known check (kind in ('phone', 'email', 'opaque')),
    constraint identities_origin_known check (origin in ('event', 'person'))
);
create index identities_by_contact on identities (contact_id);
-- A search by the last digits of a number.
create index identities_by_phone_tail on identities (reverse(value) text_pattern_ops) where kind = 'phone';

-- "These two addresses are one person", on a provider's word. Contacts follow from the set of these facts, whatever the
-- order in which they came.
create table identity_links (
    first_id uuid not null references identities (id),
    second_id uuid not null references identities (id),
    reason text not null,
    -- The earliest event that said so.
    since timestamptz not null,
    -- new: contacts are not in line with it yet; held: both are one contact; conflict: a proposal speaks of it.
    state text not null default 'new',
    constraint identity_links_pkey primary key (first_id, second_id),
    constraint identity_links_ordered check (first_id < second_id),
    constraint identity_links_reason_known check (reason in ('same_message', 'shared_by_person', 'moved')),
    constraint identity_links_state_known check (state in ('new', 'held', 'conflict'))
);
create index identity_links_by_second on identity_links (second_id);
create index identity_links_new on identity_links (since) where state = 'new';

-- Names from the address book of a phone that is connected as an account. An entry makes no contact by itself.
create table address_book (
    account_id uuid not null,
    address text not null,
    name text,
    at timestamptz not null,
    constraint address_book_pkey primary key (address, account_id)
);

-- «похожие»: cards that may be the same, for a person to decide.
create table proposals (
    id uuid primary key,
    first_contact_id uuid not null references contacts (id),
    second_contact_id uuid not null references contacts (id),
    reason text not null,
    -- The addresses that speak for it.
    evidence text[] not null,
    state text not null default 'open',
    created_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid references users (id),
    constraint proposals_pair_unique unique (first_contact_id, second_contact_id),
    constraint proposals_ordered check (first_contact_id < second_contact_id),
    constraint proposals_state_known check (state in ('open', 'accepted', 'rejected'))
);
create index proposals_open on proposals (id) where state = 'open';
create index proposals_by_second on proposals (second_contact_id);

-- Every join, by a person or by a provider's word, with what is needed to take it apart.
create table join_ledger (
    id uuid primary key,
    subject text not null,
    survivor_id uuid not null,
    absorbed_id uuid not null,
    reason text not null,
    -- For clients: the fields of the survivor that the join changed, before and after.
    fields jsonb not null default '{}',
    joined_at timestamptz not null,
    joined_by uuid references users (id),
    undone_at timestamptz,
    undone_by uuid references users (id),
    constraint join_ledger_subject_known check (subject in ('client', 'contact'))
);
create index join_ledger_by_survivor on join_ledger (survivor_id) where undone_at is null;
create index join_ledger_by_absorbed on join_ledger (absorbed_id) where undone_at is null;

-- Links that we gave out: `https://t.me/<bot>?start=<token>`.
create table invitations (
    token_hash bytea primary key,
    contact_id uuid not null references contacts (id),
    -- An address of the invited card when the link was made: a card may lose its addresses to another one later.
    identity_id uuid references identities (id) on delete set null,
    -- Where the link ties its visitor to: the address, or the card itself where it had none.
    anchor_id uuid not null generated always as (coalesce(identity_id, contact_id)) stored,
    created_by uuid not null references users (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- The visitor in force, as settling found it: the earliest one.
    used_at timestamptz,
    used_by_identity uuid references identities (id),
    -- False while cards are not in line with the uses.
    settled boolean not null default true
);
create index invitations_to_settle on invitations (token_hash) where not settled;
create index invitations_by_anchor on invitations (anchor_id) where used_by_identity is not null;
create index invitations_by_visitor on invitations (used_by_identity) where used_by_identity is not null;

-- Who came by a link while it worked, each with the earliest moment. Which of them counts follows from the set.
create table invitation_uses (
    token_hash bytea not null references invitations (token_hash),
    identity_id uuid not null references identities (id),
    at timestamptz not null,
    constraint invitation_uses_pkey primary key (token_hash, identity_id)
);
create index invitation_uses_by_identity on invitation_uses (identity_id);

-- What ties addresses (and cards without any) into one graph, from both ends.
create view identity_edges as
    select first_id as one, second_id as other from identity_links
    union all select second_id, first_id from identity_links
    union all select anchor_id, used_by_identity from invitations where used_by_identity is not null
    union all select used_by_identity, anchor_id from invitations where used_by_identity is not null;
