-- «Задачи» (S3.12): who is to do what by when, and who closed it. A task looks at a client and a row of its timeline; neither
-- knows of it.
create table tasks (
    id uuid primary key,
    author_id uuid not null references users (id),
    responsible_id uuid not null references users (id),
    kind text not null,
    title text not null,
    text text,
    -- The moment from which it is late; of a whole day its end by the company's clocks. Null for no term.
    due_at timestamptz,
    -- The day where a whole day is meant.
    due_day date,
    -- As it was named; readers follow joins.
    client_id uuid references clients (id),
    interaction_id uuid,
    created_at timestamptz not null,
    -- The last closing, while it stands.
    closed_at timestamptz,
    closed_by uuid references users (id),
    -- When the responsible is to be reminded; null when he was, or is not to be.
    notice_at timestamptz,
    constraint tasks_kind_known check (kind in ('call', 'letter', 'document', 'meeting', 'other')),
    constraint tasks_title_present check (title <> ''),
    constraint tasks_day_has_moment check (due_day is null or due_at is not null),
    constraint tasks_closed_whole check ((closed_at is null) = (closed_by is null))
);
-- «Мои» and the badge.
create index tasks_open_of_responsible on tasks (responsible_id, (coalesce(due_at, timestamptz 'infinity')), id)
    where closed_at is null;
create index tasks_of_responsible on tasks (responsible_id, created_at, id);
-- «Поставленные мной»
create index tasks_open_of_author on tasks (author_id, (coalesce(due_at, timestamptz 'infinity')), id)
    where closed_at is null;
create index tasks_of_author on tasks (author_id, created_at, id);
create index tasks_of_client on tasks (client_id, created_at, id) where client_id is not null;
-- «Контроль» in each of its orders.
create index tasks_by_created on tasks (created_at, id);
create index tasks_by_due on tasks ((coalesce(due_at, timestamptz 'infinity')), id);
create index tasks_by_closed_newest on tasks ((coalesce(closed_at, timestamptz '-infinity')), id);
create index tasks_by_notice on tasks (notice_at) where notice_at is not null and closed_at is null;

-- Every closing with its result, and who took it back: a task that was opened again shows all of them.
create table task_closings (
    task_id uuid not null references tasks (id),
    number integer not null,
    closed_by uuid not null references users (id),
    closed_at timestamptz not null,
    result text,
    reopened_by uuid references users (id),
    reopened_at timestamptz,
    constraint task_closings_pkey primary key (task_id, number),
    constraint task_closings_reopened_whole check ((reopened_at is null) = (reopened_by is null))
);

-- Everybody has tasks; heads, the director and administrators see whose they are and what came of them.
insert into role_rights (role_code, right_name, scope)
select code, 'tasks.use',
       case when code in ('head_of_sales', 'call_centre_head', 'director', 'administrator') then 'all' else 'own' end
from roles
on conflict do nothing;
