-- A code from an authenticator app besides the password (design, 10). The secret is sealed by the hub with the key of the
-- installation, so a copy of the database makes no codes. A step is kept because a code counts once.
create table second_factors (
    user_id uuid primary key references users (id),
    sealed bytea not null,
    created_at timestamptz not null,
    -- null while the first code has not been shown: until then nothing is asked at the log-in.
    confirmed_at timestamptz,
    -- Number of the newest period of 30 seconds of which a code was taken; no code of it or of an earlier one is taken again.
    last_step bigint not null default 0
);

-- One-time codes for whoever has lost the app: SHA-256 of 80 random bits.
create table recovery_codes (
    user_id uuid not null references second_factors (user_id) on delete cascade,
    code_hash bytea not null,
    used_at timestamptz,
    constraint recovery_codes_pkey primary key (user_id, code_hash)
);

-- Whether an administrator requires it: such a user does nothing else before it is set up.
alter table users add column second_factor_required boolean not null default false;
