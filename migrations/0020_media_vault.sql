-- The vault: our own copies of files. A file is wanted, being fetched, stored or lost with its cause; a recording whose
-- term is over has expired. Bytes are kept once for all files with the same contents.
create table blobs (
    -- 64 lower-case hex digits; the name of the bytes in the store.
    sha256 text primary key,
    size_bytes bigint not null,
    -- As sniffed.
    mime_type text not null,
    -- The newest moment at which somebody was about to use it: bytes are dropped only long after.
    reserved_at timestamptz not null,
    constraint blobs_sha256_form check (sha256 ~ '^[0-9a-f]{64}$')
);

alter table media
    -- Russian, for the screen: why it is lost, or why it is late.
    add column cause text,
    add column sha256 text references blobs (sha256),
    add column sniffed_type text,
    add column stored_bytes bigint,
    add column tries integer not null default 0,
    -- Wanted: the next try. Being fetched: the end of the lease.
    add column due_at timestamptz not null default '-infinity',
    add column lease uuid,
    -- Uploaded by a user; nobody else's until it is sent.
    add column owner_id uuid,
    -- Where lost bytes can be asked for again.
    add column source text not null default 'provider',
    alter column account_id drop not null,
    alter column interaction_id drop not null,
    add constraint media_source_known check (source in ('provider', 'upload')),
    add constraint media_one_holder check (owner_id is null or account_id is null),
    add constraint media_stored_has_bytes check (state <> 'stored' or sha256 is not null),
    drop constraint media_state_known,
    add constraint media_state_known check (state in ('wanted', 'fetching', 'stored', 'lost', 'expired'));

drop index media_wanted;
create index media_due on media (account_id, due_at) where state in ('wanted', 'fetching');
create index media_by_blob on media (sha256) where sha256 is not null;
create index media_stored_recordings on media (wanted_at) where kind = 'recording' and state = 'stored';
create index media_uploads on media (wanted_at) where owner_id is not null;

-- Where a file shows. Providers give one handle to a file that several messages hold (a sticker, a forwarded price list),
-- and each of those may be of another client.
create table media_uses (
    media_id uuid not null,
    interaction_id uuid not null,
    constraint media_uses_pkey primary key (media_id, interaction_id)
);
create index media_uses_by_interaction on media_uses (interaction_id);
insert into media_uses (media_id, interaction_id) select id, interaction_id from media;

-- A provider that asked us to wait, or that refuses the account, is left alone with all its files.
create table media_pauses (
    account_id uuid primary key,
    until timestamptz not null,
    reason text not null
);
