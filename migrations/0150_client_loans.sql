-- «Запросить доступ» (S0.8): whoever meets a foreign client asks for it, and whoever answers for it, or for all, opens it for
-- a term by one press.
create table access_requests (
    id uuid primary key,
    client_id uuid not null references clients (id),
    author_id uuid not null references users (id),
    reason text not null,
    created_at timestamptz not null,
    state text not null default 'open',
    decided_by uuid references users (id),
    decided_at timestamptz,
    comment text,
    constraint access_requests_state_known check (state in ('open', 'granted', 'refused', 'withdrawn')),
    constraint access_requests_decided_whole check
        ((state in ('granted', 'refused')) = (decided_by is not null and decided_at is not null)),
    constraint access_requests_refused_with_comment check (state <> 'refused' or comment is not null)
);
-- One question at a time about one client.
create unique index access_requests_open_unique on access_requests (author_id, client_id) where state = 'open';
create index access_requests_open on access_requests (id) where state = 'open';
create index access_requests_by_author on access_requests (author_id, id);

-- A client of somebody else that is open to a user.
create table client_loans (
    id uuid primary key,
    client_id uuid not null references clients (id),
    user_id uuid not null references users (id),
    request_id uuid references access_requests (id),
    lent_by uuid not null references users (id),
    lent_at timestamptz not null,
    -- Null for no term.
    ends_at timestamptz,
    ended_at timestamptz,
    -- Null where the term ended it.
    ended_by uuid references users (id)
);
-- Every request of a user begins with a look at this.
create unique index client_loans_open_unique on client_loans (user_id, client_id) where ended_at is null;
create index client_loans_by_client on client_loans (client_id) where ended_at is null;
create index client_loans_by_end on client_loans (ends_at) where ended_at is null and ends_at is not null;

-- Managers open their own clients; heads, the director and administrators open any.
insert into role_rights (role_code, right_name, scope) values
    ('manager', 'clients.lend', 'own'), ('seller', 'clients.lend', 'own'), ('senior_seller', 'clients.lend', 'own'),
    ('call_centre_operator', 'clients.lend', 'own'),
    ('head_of_sales', 'clients.lend', 'all'), ('call_centre_head', 'clients.lend', 'all'),
    ('director', 'clients.lend', 'all'), ('administrator', 'clients.lend', 'all')
on conflict do nothing;
