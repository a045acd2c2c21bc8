-- «Передать компанию» for a time (S1.24): at the named moment the client goes back to whom it came from by itself, unless
-- something happened to it meanwhile.
create table client_handovers (
    id uuid primary key,
    client_id uuid not null references clients (id),
    from_id uuid not null references users (id),
    to_id uuid not null references users (id),
    reason text not null,
    given_by uuid not null references users (id),
    given_at timestamptz not null,
    ends_at timestamptz not null,
    ended_at timestamptz,
    -- Null where the term ended it.
    ended_by uuid references users (id),
    outcome text,
    constraint client_handovers_outcome_known check (outcome in ('returned', 'kept', 'moved', 'joined', 'disabled')),
    constraint client_handovers_ended_whole check ((ended_at is null) = (outcome is null))
);
create unique index client_handovers_open_unique on client_handovers (client_id) where ended_at is null;
create index client_handovers_by_client on client_handovers (client_id, id);
create index client_handovers_by_end on client_handovers (ends_at, id) where ended_at is null;
create index client_handovers_not_returned on client_handovers (ended_at, id)
    where outcome in ('moved', 'joined', 'disabled');
