-- What bound people said in threads of conversations, on its way to the client. Files have to be fetched first, an album
-- has to be whole, and only the account's connector knows what can be sent: so it is written down with the event and
-- passed on right after.
create table bridge_inbox (
    -- Derived from the messenger's id: that of the row and of the delivery that it becomes.
    id uuid primary key,
    thread_id uuid not null references bridge_threads (id),
    -- The order in which it was told.
    position bigint not null generated always as identity,
    user_id uuid not null references users (id),
    account_id uuid not null,
    -- The message of the messenger, to answer to.
    external_id text not null,
    act text not null,
    -- message: connector_api::Content of each part, in their order; an album has several.
    content jsonb not null default '[]',
    -- More of it may come.
    album boolean not null default false,
    -- edit: the new words. reaction: the sign; null removes.
    words text,
    -- The row answered, or the one that is edited, taken back or reacted to.
    target_id uuid,
    -- The newest part.
    heard_at timestamptz not null,
    -- done, refused
    outcome text,
    reason text,
    finished_at timestamptz,
    constraint bridge_inbox_act_known check (act in ('message', 'edit', 'deletion', 'reaction')),
    constraint bridge_inbox_outcome_known check (outcome in ('done', 'refused'))
);
create index bridge_inbox_waiting on bridge_inbox (thread_id, position) where finished_at is null;
