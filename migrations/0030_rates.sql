-- Official rates to the ruble. A record takes effect on a day and stays in force until the next one takes effect, so
-- there are no rows for weekends. The bank's record and a rate that a person entered for the same day stand side by
-- side: the person's is used, and withdrawing it brings the bank's back.
create table rates (
    -- ISO code.
    currency text not null,
    effective_on date not null,
    source text not null,
    by_hand boolean not null generated always as (source = 'manual') stored,
    -- Rubles for `nominal` units, as published. The nominal differs per currency and per day.
    nominal integer not null,
    value numeric not null,
    unit_rate numeric not null generated always as (round(value / nominal, 16)) stored,
    fetched_at timestamptz not null,
    -- The bank's id of the currency, for questions about a period.
    bank_id text,
    -- SHA-256 of the document it stood in.
    document_sha256 bytea,
    -- Who entered it, and why.
    user_id uuid references users (id),
    reason text,
    constraint rates_pkey primary key (currency, effective_on, by_hand),
    constraint rates_currency_code check (currency ~ '^[A-Z]{3}$' and currency <> 'RUB'),
    constraint rates_source_known check (source in ('bank', 'mirror', 'manual')),
    constraint rates_nominal_positive check (nominal > 0),
    constraint rates_value_positive check (value > 0),
    constraint rates_manual_has_author check ((source = 'manual') = (user_id is not null and reason is not null))
);

-- Figures that a person should look at. Nothing that was seen is forgotten: of two different figures for one day both
-- are kept, one of them here.
create table rate_doubts (
    id uuid primary key,
    currency text not null,
    effective_on date not null,
    source text not null,
    -- jump: stored, but far from the rate before. tenfold: not stored, most likely a wrong nominal.
    -- differs: the source now says something else for a stored day; the stored figure stays in use.
    -- mirror_differed: the mirror had said this before the bank's own figure replaced it.
    reason text not null,
    nominal integer not null,
    value numeric not null,
    -- What it was compared with.
    against_nominal integer not null,
    against_value numeric not null,
    noticed_at timestamptz not null,
    resolved_at timestamptz,
    resolved_by uuid references users (id),
    constraint rate_doubts_once unique (currency, effective_on, source, reason, nominal, value),
    constraint rate_doubts_reason_known check (reason in ('jump', 'tenfold', 'differs', 'mirror_differed'))
);
create index rate_doubts_open on rate_doubts (id) where resolved_at is null;

-- How asking went, for the warning beside the rates.
create table rate_sources (
    source text primary key,
    tried_at timestamptz not null,
    succeeded_at timestamptz,
    -- Since when every attempt has failed; null while it works.
    failing_since timestamptz,
    error text,
    -- How often it was asked on which day in Moscow: the bank is not to be bothered.
    asked_on date not null,
    asked integer not null,
    constraint rate_sources_source_known check (source in ('bank', 'mirror'))
);

insert into role_rights (role_code, right_name, scope) values
    ('accountant', 'rates.manage', 'all'),
    ('director', 'rates.manage', 'all'),
    ('administrator', 'rates.manage', 'all')
on conflict do nothing;
