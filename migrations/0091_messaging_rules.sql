-- What the company has decided about writing to clients: one row, changed by people.
create table messaging_rules (
    single boolean primary key default true,
    -- How long after a client's word a message of ours counts as an answer in a live dialogue.
    dialogue_hours integer not null default 24,
    -- No mailings in these hours of the client's clock; equal: never quiet.
    quiet_from time not null default '21:00',
    quiet_until time not null default '09:00',
    -- Kinds of channels that the rule tries, the dearest to it first; those of one place are equal.
    channel_order jsonb not null default '[["whatsapp"], ["telegram", "max"], ["sms"]]',
    version integer not null default 1,
    constraint messaging_rules_single check (single),
    constraint messaging_rules_dialogue_hours check (dialogue_hours between 1 and 720)
);
insert into messaging_rules default values;

insert into role_rights (role_code, right_name, scope)
select code, 'messages.at_night', 'all' from roles
where code in ('manager', 'head_of_sales', 'director', 'administrator', 'seller', 'senior_seller');
