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
    -- The copy that received it applies it itself; the others step in only when it takes too long.
    claimed boolean not null,
    constraint raw_events_pkey primary key (id, received_at),
    constraint raw_events_source_known check (source in ('webhook', 'poll', 'history'))
) partition by range (received_at);

-- Copies without workers leave their events to others, who look for them here.
create index raw_events_unclaimed on raw_events (received_at) where not claimed;

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

-- Everything received before this moment has an outcome; the sweep for forgotten raw events starts here.
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

-- Makes the partitions of one day in UTC; harmless when they exist.
create function ensure_raw_partitions(day date) returns void language plpgsql as $$
begin
    execute format(
        'create table if not exists raw_events_%s partition of raw_events for values from (%L) to (%L)',
        to_char(day, 'YYYYMMDD'), (day || ' 00:00:00+00')::timestamptz, ((day + 1) || ' 00:00:00+00')::timestamptz);
    execute format(
        'create table if not exists raw_outcomes_%s partition of raw_outcomes for values from (%L) to (%L)',
        to_char(day, 'YYYYMMDD'), (day || ' 00:00:00+00')::timestamptz, ((day + 1) || ' 00:00:00+00')::timestamptz);
end
$$;
