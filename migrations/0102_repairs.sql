-- What the hub mends at a provider by itself, and how often it tried: a bound for all copies of the program.
create table account_repairs (
    account_id uuid primary key,
    -- Not tried again before this moment.
    next_at timestamptz not null,
    -- In a row, without the trouble having gone.
    tries integer not null,
    tried_at timestamptz not null,
    -- Why the last try failed; null where the provider agreed.
    error text
);
