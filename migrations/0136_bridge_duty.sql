-- What the bot tells by command and every morning: rates, the day's figures, debts, bridged chats.

-- Commands are heard while events are taken in, and answered by whoever keeps the bridge.
create table bridge_commands (
    id uuid primary key,
    account_id uuid not null,
    user_id uuid not null references users (id),
    -- Where the answer goes.
    place text not null,
    command text not null,
    asked_at timestamptz not null
);

-- When the morning's summary goes to everybody who is bound, by the clock of the company.
create table bridge_digest (
    singleton boolean primary key default true,
    enabled boolean not null,
    at time not null,
    -- The day of the last one: twice a day is never.
    sent_on date,
    constraint bridge_digest_singleton check (singleton)
);
insert into bridge_digest (enabled, at) values (false, '09:00');

-- What waits for the messenger too long goes by mail as a copy.
create table bridge_mail_copy (
    singleton boolean primary key default true,
    enabled boolean not null,
    after_minutes integer not null,
    -- When the newest letter was written.
    written_at timestamptz,
    constraint bridge_mail_copy_singleton check (singleton),
    constraint bridge_mail_copy_term check (after_minutes between 1 and 1440)
);
insert into bridge_mail_copy (enabled, after_minutes) values (true, 15);

-- A row that stood in a letter does not stand in another one.
alter table bridge_outbox add column mailed_at timestamptz;
