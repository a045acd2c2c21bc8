-- What we hold of a contract is said of each contract (S0.13). `clients.contract_mark` stays as the best of them, because
-- lists filter and sort by it; the application settles it after every change.
create table client_contracts (
    id uuid primary key,
    -- The card on which it was put: a join moves no rows, so a split restores everything.
    client_id uuid not null references clients (id),
    number text,
    signed_on date,
    mark text,
    note text,
    version integer not null default 1,
    created_at timestamptz not null,
    -- Null for the marks that cards had before.
    created_by uuid references users (id),
    updated_at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by uuid references users (id),
    constraint client_contracts_mark_known check (mark in ('original', 'scan', 'one_off')),
    constraint client_contracts_not_empty check (number is not null or mark is not null),
    constraint client_contracts_withdrawn_whole check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index client_contracts_by_client on client_contracts (client_id) where withdrawn_at is null;

insert into client_contracts (id, client_id, mark, created_at, updated_at)
select gen_random_uuid(), id, contract_mark, created_at, updated_at from clients where contract_mark is not null;

-- Joined cards now count by themselves.
update clients r
set contract_mark = (
    select m.contract_mark
    from clients m
    where m.root_id = r.id and m.contract_mark is not null
    order by array_position(array['original', 'scan', 'one_off'], m.contract_mark)
    limit 1
)
where r.id in (select root_id from clients where root_id <> id and contract_mark is not null);
