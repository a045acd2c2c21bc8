-- What changed, for open screens: one row per transaction, read in the order of (tx, id) and only below the oldest
-- transaction still running, so that a reader who has seen an entry never misses an earlier one.
create table feed (
    tx xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    at timestamptz not null,
    changes jsonb not null,
    constraint feed_pkey primary key (tx, id)
);
create index feed_by_time on feed (at);
