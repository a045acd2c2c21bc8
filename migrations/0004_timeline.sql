-- The timeline. Rows have no foreign keys to contacts, conversations and accounts: each would lock and rewrite a shared
-- row at every insert. Nothing of those is ever deleted, and the only writer is crm_core::timeline.
create table conversations (
    -- Derived from (account, external id): found without looking.
    id uuid primary key,
    account_id uuid not null,
    external_id text not null,
    contact_id uuid not null,
    -- The address on the other side.
    identity_id uuid,
    -- The earliest event seen; contact and address are those of it. A group has several people.
    first_at timestamptz not null default 'infinity',
    created_at timestamptz not null
);
create index conversations_by_contact on conversations (contact_id);

-- The part of a conversation that moves with every message; each value is a maximum, so the order of arrival is no
-- matter.
create table conversation_heads (
    conversation_id uuid primary key,
    last_at timestamptz not null,
    last_inbound_at timestamptz,
    last_outbound_at timestamptz,
    -- How the person is called at the provider, by the newest event that said so.
    person_name text,
    person_name_at timestamptz
);
create index conversation_heads_by_last on conversation_heads (last_at desc, conversation_id desc);

-- blocked, disconnected, advertising stopped: the newest word counts. The subject may be a prefix of conversations.
create table conversation_states (
    account_id uuid not null,
    external_id text not null,
    aspect text not null,
    state text not null,
    at timestamptz not null,
    detail jsonb,
    constraint conversation_states_pkey primary key (account_id, external_id, aspect),
    constraint conversation_states_aspect_known check (aspect in ('reachable', 'marketing', 'address'))
);

create table interactions (
    -- Derived from (account, kind, external id): the idempotency key. A quote or a status finds its message by
    -- computing the id, and every order of arrival gives the same ids.
    id uuid primary key,
    -- The contact who spoke; null for a row of a client itself, and for a caller who withheld the number.
    contact_id uuid,
    -- A row of a client itself (a note), never of a contact.
    client_id uuid,
    -- The one company that a contact of several meant; null while nobody decided.
    pinned_client_id uuid,
    account_id uuid,
    conversation_id uuid,
    -- The address by which the event found the contact.
    identity_id uuid,
    kind text not null,
    direction text,
    origin text not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    author_user_id uuid,
    author_name text,
    -- Plain words, for previews and search.
    body text,
    -- What is more than words; null for a plain text.
    content jsonb,
    -- 0 known only by an edit, 1 stands in for content that may still come, 2 told by history, 3 as it happened. Fuller
    -- replaces less full.
    fullness smallint not null,
    -- Which reading of the provider's bytes made it.
    mapping smallint not null default 1,
    external_id text not null,
    raw_id uuid,
    constraint interactions_kind_known check (kind in ('message', 'call', 'system', 'note')),
    constraint interactions_direction_known check (direction in ('inbound', 'outbound')),
    constraint interactions_one_owner check (contact_id is null or client_id is null)
);
create index interactions_by_contact on interactions (contact_id, occurred_at, id) where contact_id is not null;
create index interactions_by_client on interactions (client_id, occurred_at, id) where client_id is not null;
-- Callers who withheld their number.
create index interactions_of_nobody on interactions (occurred_at, id) where contact_id is null and client_id is null;

-- What providers say about a message: delivery states, edits, deletions, reactions, items of an album. They may come
-- before the message and wait here; the timeline is the message seen through its facts.
create table message_facts (
    interaction_id uuid not null,
    kind text not null,
    -- delivery: the state; edit: id of the version; reaction: the author; deletion: empty; item: id of the message.
    key text not null,
    at timestamptz not null,
    value jsonb not null,
    -- Which reading of the provider's bytes made it.
    mapping smallint not null default 1,
    raw_id uuid,
    constraint message_facts_pkey primary key (interaction_id, kind, key),
    constraint message_facts_kind_known check (kind in ('delivery', 'edit', 'deletion', 'reaction', 'item'))
);

-- A message that the timeline shows inside another row: an item of an album.
create table message_aliases (
    interaction_id uuid primary key,
    shown_in uuid not null
);

-- Every fact that a provider told about a call; the call is computed from the whole set.
create table call_facts (
    interaction_id uuid not null,
    external_id text not null,
    at timestamptz not null,
    fact jsonb not null,
    mapping smallint not null default 1,
    raw_id uuid,
    constraint call_facts_pkey primary key (interaction_id, external_id)
);

-- Files that events point at. Here they are only wanted; the vault fetches them.
create table media (
    id uuid primary key,
    account_id uuid not null,
    external_id text not null,
    interaction_id uuid not null,
    kind text not null,
    state text not null default 'wanted',
    mime_type text,
    file_name text,
    size_bytes bigint,
    duration_s integer,
    provider_sha256 text,
    -- An address that works for minutes only.
    hint_url text,
    wanted_at timestamptz not null,
    constraint media_state_known check (state in ('wanted', 'fetching', 'stored', 'lost'))
);
create index media_by_interaction on media (interaction_id);
create index media_wanted on media (wanted_at) where state = 'wanted';

-- What providers tell about our accounts.
create table account_notices (
    id uuid primary key,
    account_id uuid not null,
    at timestamptz not null,
    level text not null,
    code text not null,
    subject text,
    detail jsonb not null,
    constraint account_notices_level_known check (level in ('info', 'warning', 'alarm'))
);
create index account_notices_by_account on account_notices (account_id, at desc, id desc);
