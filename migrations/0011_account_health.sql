-- How the channels are doing, as their providers say: asked now and then by one copy of the program for all.
create table account_probes (
    account_id uuid primary key,
    -- Not asked again before this moment; whoever moves it asks.
    next_at timestamptz not null,
    asked_at timestamptz,
    -- The provider could not be asked: since when, and why.
    failing_since timestamptz,
    error text
);

-- What the last asking found; gone when it is mended.
create table account_findings (
    account_id uuid not null,
    code text not null,
    level text not null,
    text text not null,
    repairable boolean not null,
    found_at timestamptz not null,
    constraint account_findings_pkey primary key (account_id, code),
    constraint account_findings_level_known check (level in ('info', 'warning', 'alarm'))
);
