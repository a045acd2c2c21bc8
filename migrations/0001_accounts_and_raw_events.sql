-- Accounts are our own ends at the providers. Raw events are what providers posted, kept as they came: the ground that
-- every promise stands on. They are partitioned by the day of receipt, so that the keeping term drops whole tables.
create table accounts (
    id uuid primary key,
    -- The last part of the webhook address; random, so that an address cannot be guessed.
    key text not null,
    connector text not null,
    channel text not null,
    name text not null,
    region text not null default 'RU',
    settings jsonb not null default '{}',
    -- JSON of the secret settings, sealed with the installation's key.
    secrets bytea,
    enabled boolean not null default true,
    -- Where long polling goes on; moves in the transaction that stores what was polled.
    poll_cursor text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint accounts_key_unique unique (key),
    constraint accounts_name_present check (name <> '')
);

-- The id is a UUID v7 of the time of receipt (in milliseconds, as received_at is): a range of time is a range of ids.
create table raw_events (
    id uuid not null,
    received_at timestamptz not null,
    account_id uuid not null,
    source text not null,
    content_type text,
    query text not null,
    body bytea not null,
    constraint raw_events_pkey primary key (id, received_at),
    constraint raw_events_source_known check (source in ('webhook', 'poll', 'history'))
) partition by range (received_at);

create table raw_events_other partition of raw_events default;

-- What became of a raw event: a row of its own, because raw events are never rewritten. No row means "not looked at yet".
create table raw_outcomes (
    raw_id uuid not null,
    received_at timestamptz not null,
    account_id uuid not null,
    state text not null,
    events integer not null,
    ignored integer not null,
    unknown integer not null,
    reason text,
    decided_at timestamptz not null,
    constraint raw_outcomes_pkey primary key (raw_id, received_at),
    constraint raw_outcomes_state_known check (state in ('applied', 'ignored', 'quarantined'))
) partition by range (received_at);

create table raw_outcomes_other partition of raw_outcomes default;

create index raw_outcomes_quarantined on raw_outcomes (raw_id) where state = 'quarantined';

-- Raw events that their receiver left to others: those of copies without workers, and those of accounts that the copy
-- cannot build. Whoever can apply them takes them from here, whatever the clocks say.
create table raw_left (
    raw_id uuid not null,
    received_at timestamptz not null,
    account_id uuid not null,
    constraint raw_left_pkey primary key (raw_id)
);

-- Everything received before this moment has an outcome or stands in raw_left; the sweep for forgotten raw events starts
-- here. It moves by the database's clock alone, and whoever stores an event of before it lowers it under a lock.
create table raw_watermark (
    only_row boolean primary key default true,
    settled_before timestamptz not null,
    constraint raw_watermark_single check (only_row)
);
insert into raw_watermark (settled_before) values ('-infinity');

-- Requests that were refused before anything was stored: counted, never kept.
create table refused_requests (
    account_id uuid not null references accounts (id),
    day date not null,
    reason text not null,
    requests bigint not null,
    constraint refused_requests_pkey primary key (account_id, day, reason)
);

-- Makes the partitions of one day in UTC; harmless when they exist. Events of that day that came while there was no
-- partition move over from the default one, which would refuse the new partition otherwise.
create function ensure_raw_partitions(day date) returns void language plpgsql as $$
declare
    begins timestamptz := (day || ' 00:00:00+00')::timestamptz;
    ends timestamptz := ((day + 1) || ' 00:00:00+00')::timestamptz;
    parent text;
    part text;
    stray boolean;
begin
    foreach parent in array array['raw_events', 'raw_outcomes'] loop
        part := parent || '_' || to_char(day, 'YYYYMMDD');
        continue when to_regclass(part) is not null;
        execute format('lock table %I in share update exclusive mode', parent);
        execute format('select exists (select from %I where received_at >= $1 and received_at < $2)', parent || '_other')
            into stray using begins, ends;
        if stray then
            execute format('lock table %I in access exclusive mode', parent);
            execute format('create table %I (like %I including all)', part, parent);
            execute format('with moved as (delete from %I where received_at >= $1 and received_at < $2 returning *)
                            insert into %I select * from moved', parent || '_other', part) using begins, ends;
            execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, begins, ends);
        else
            execute format('create table %I partition of %I for values from (%L) to (%L)', part, parent, begins, ends);
        end if;
    end loop;
end
$$;
