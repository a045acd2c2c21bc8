-- Messages on their way out. What a person pressed is a row here and, for a new message, a row of the timeline; the order
-- of a conversation is `position`, given under the lock of its lane.
create table deliveries (
    -- Made by whoever pressed: the same press is the same row.
    id uuid primary key,
    conversation_id uuid not null,
    account_id uuid not null,
    -- The row of the timeline: the message itself, or the one that is edited, deleted or reacted to.
    interaction_id uuid not null,
    action text not null,
    -- connector_api::OutboundMessage.
    message jsonb not null,
    -- Null while it is planned for later: then it gets its place when its time comes.
    position bigint,
    state text not null,
    -- Messages of the provider that it makes, and how many of them are accepted; external_ids are those, in order.
    parts smallint not null,
    parts_accepted smallint not null default 0,
    external_ids text[] not null default '{}',
    -- Attempts at the part at hand that count, and when it was first and last tried.
    attempts integer not null default 0,
    -- Pauses in a row that the provider asked for: not attempts, but each is longer than the last.
    waits integer not null default 0,
    -- Rows of delivery_attempts.
    tries integer not null default 0,
    first_tried_at timestamptz,
    tried_at timestamptz,
    -- Not before this moment: a pause between attempts, or the time it was planned for.
    due_at timestamptz not null,
    -- Of the last failure.
    code text,
    reason text,
    remedy text,
    author_user_id uuid,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint deliveries_place_unique unique (conversation_id, position),
    constraint deliveries_action_known check (action in ('message', 'edit', 'deletion', 'reaction')),
    -- unsure: it may have arrived, and the provider is being asked. unknown: nobody can tell, a person decides.
    constraint deliveries_state_known check (
        state in ('planned', 'queued', 'sending', 'unsure', 'accepted', 'failed', 'unknown', 'cancelled'))
);
create index deliveries_unfinished on deliveries (conversation_id, position) where finished_at is null;
create index deliveries_by_interaction on deliveries (interaction_id);
create index deliveries_planned on deliveries (due_at) where state = 'planned';
-- What waits for a person.
create index deliveries_stuck on deliveries (created_at, id) where state in ('failed', 'unknown');

-- Every try, with what it came to in words.
create table delivery_attempts (
    delivery_id uuid not null,
    number integer not null,
    part smallint not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    outcome text not null,
    code text,
    reason text,
    constraint delivery_attempts_pkey primary key (delivery_id, number),
    -- arrived, not_arrived and cannot_tell: what asking after an unknown outcome told.
    constraint delivery_attempts_outcome_known check (outcome in (
        'accepted', 'limited', 'not_ready', 'temporary', 'rejected', 'stopped', 'unknown', 'arrived', 'not_arrived',
        'cannot_tell'))
);

-- One conversation's way out: its deliveries go one at a time.
create table lanes (
    conversation_id uuid primary key,
    account_id uuid not null,
    next_position bigint not null default 1,
    -- When it wants attention; null while nothing waits.
    due_at timestamptz,
    -- The sender at work on it: the number of an advisory lock that this sender holds while it lives.
    sender integer
);
create index lanes_due on lanes (account_id, due_at) where due_at is not null;
create index lanes_taken on lanes (sender) where sender is not null;

-- Why an account as a whole does not send now, for all copies of the program and over restarts.
create table account_sending (
    account_id uuid primary key,
    paused_until timestamptz,
    -- limited: the provider asked for a pause; failing: too many failures in a row; stopped: a person must act.
    pause text,
    code text,
    reason text,
    -- Failures in a row, and since when.
    failures integer not null default 0,
    failing_since timestamptz,
    last_accepted_at timestamptz,
    constraint account_sending_pause_known check (pause in ('limited', 'failing', 'stopped'))
);

-- A message of the provider that is a part of a row of ours: statuses, quotes, reactions and edits that name it are the
-- row's.
alter table message_facts drop constraint message_facts_kind_known;
alter table message_facts add constraint message_facts_kind_known
    check (kind in ('delivery', 'edit', 'deletion', 'reaction', 'item', 'part'));
