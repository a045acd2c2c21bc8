-- Contact data are frozen after creation (S0.1); whoever may not correct them asks those who may (S0.2). The freeze can be
-- switched off for the company as a whole (X7).
create table contact_freeze (
    singleton boolean primary key default true,
    enabled boolean not null,
    constraint contact_freeze_singleton check (singleton)
);
insert into contact_freeze (enabled) values (true);

create table change_requests (
    id uuid primary key,
    -- client.name, client.inn, client.kpp, client.ogrn, contact.name, contact.address
    field text not null,
    -- The card that changes, or the company of the person who changes; null for a person without one.
    client_id uuid references clients (id),
    contact_id uuid references contacts (id),
    -- The address that is replaced or taken away; null for a new one.
    identity_id uuid,
    -- As it was when it was asked for, as an approver saw it last, and as it shall be; null for nothing.
    old_value text,
    seen_value text,
    new_value text,
    reason text not null,
    author_id uuid not null references users (id),
    created_at timestamptz not null,
    state text not null default 'open',
    decided_by uuid references users (id),
    decided_at timestamptz,
    comment text,
    constraint change_requests_state_known check (state in ('open', 'approved', 'refused', 'withdrawn')),
    constraint change_requests_decided_whole check
        ((state in ('approved', 'refused')) = (decided_by is not null and decided_at is not null)),
    constraint change_requests_refused_with_comment check (state <> 'refused' or comment is not null),
    constraint change_requests_subject_present check
        (case when field like 'client.%' then client_id is not null else contact_id is not null end)
);
create index change_requests_open on change_requests (id) where state = 'open';
create index change_requests_by_author on change_requests (author_id, id);
