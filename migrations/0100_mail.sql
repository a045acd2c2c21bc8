-- Letters of the hub to its own people: a row is written in the transaction of what it tells, and any copy of the program
-- sends it. And what administrators were told last, so that an alarm that goes on and off tells once an hour.
alter table users add column email text;

create table mails (
    -- Also the letter's Message-ID, so that a repeated one is recognised by whoever receives it.
    id uuid primary key,
    user_id uuid not null references users (id),
    -- As it was when the letter was written.
    address text not null,
    subject text not null,
    text text not null,
    state text not null default 'queued',
    written_at timestamptz not null,
    -- A day after this moment it is given up; a person who has it sent again begins another day.
    queued_at timestamptz not null,
    -- Not before this moment; while a copy is at it, the end of its lease.
    due_at timestamptz not null,
    lease uuid,
    tries integer not null default 0,
    -- Tries since queued_at: the pauses grow with them.
    failures integer not null default 0,
    finished_at timestamptz,
    -- Of the last failure.
    code text,
    reason text,
    constraint mails_state_known check (state in ('queued', 'sending', 'sent', 'failed'))
);
create index mails_unfinished on mails (due_at, id) where state in ('queued', 'sending');

-- Every try, with what it came to in words.
create table mail_attempts (
    mail_id uuid not null references mails (id) on delete cascade,
    number integer not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    outcome text not null,
    code text,
    reason text,
    constraint mail_attempts_pkey primary key (mail_id, number),
    constraint mail_attempts_outcome_known check (
        outcome in ('sent', 'temporary', 'rejected', 'stopped', 'unknown'))
);

-- What administrators were told last of each thing that can go wrong.
create table alarms (
    topic text primary key,
    is_raised boolean not null,
    told_at timestamptz not null
);

insert into role_rights (role_code, right_name, scope) values ('administrator', 'mails.manage', 'all')
on conflict do nothing;
