-- Everything that happens by time: when next, who is at it, how it went. Copies of the hub claim due tasks here, so that
-- each run happens on one of them. A task that leaves the program leaves this table by a migration.
create table scheduled_tasks (
    name text primary key,
    -- For the screen, in Russian; written anew at every start.
    title text not null,
    plan text not null,
    next_run_at timestamptz not null,
    -- Held while a copy runs it. A copy that dies stops renewing, and another one takes over.
    lease_id uuid,
    leased_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    duration_ms bigint,
    outcome text,
    report text,
    -- In a row.
    failures integer not null default 0,
    constraint scheduled_tasks_lease_whole check ((lease_id is null) = (leased_until is null)),
    constraint scheduled_tasks_outcome_known check (outcome in ('done', 'failed', 'interrupted'))
);

insert into role_rights (role_code, right_name, scope) values ('administrator', 'schedule.manage', 'all')
on conflict do nothing;
