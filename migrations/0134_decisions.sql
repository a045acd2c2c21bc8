-- Questions that anybody with a right answers by one press, in the product or on a button in his messenger: the first press
-- wins, and all who were asked see who decided.
create table decisions (
    id uuid primary key,
    -- What is decided about: the word of its table in the singular, and its id.
    subject_kind text not null,
    subject_id uuid not null,
    -- Whoever has this right may decide.
    right_name text not null,
    text text not null,
    -- In order: [{"word", "label", "done", "asks"}].
    options jsonb not null,
    -- Grows with every new text: a press under an older one decides nothing.
    revision integer not null default 1,
    created_at timestamptz not null,
    -- The word of the option, by whom, and where.
    chosen text,
    decided_by uuid references users (id),
    decided_at timestamptz,
    decided_in text,
    comment text,
    -- Nobody is asked any more.
    withdrawn_at timestamptz,
    constraint decisions_subject_unique unique (subject_kind, subject_id),
    constraint decisions_decided_whole check
        ((chosen is null) = (decided_by is null) and (chosen is null) = (decided_at is null)),
    constraint decisions_decided_in_known check (decided_in in ('product', 'messenger'))
);
create index decisions_open on decisions (id) where chosen is null and withdrawn_at is null;

-- The question in the messenger of one who may decide.
create table decision_copies (
    decision_id uuid not null references decisions (id),
    user_id uuid not null references users (id),
    account_id uuid not null,
    -- His own chat with the bot.
    place text not null,
    -- The message with the buttons.
    delivery_id uuid not null,
    -- The revision that it shows, and whether it shows the end.
    shown integer not null,
    ended boolean not null default false,
    -- The option whose reason he was asked for.
    awaits text,
    constraint decision_copies_pkey primary key (decision_id, user_id)
);
create index decision_copies_by_delivery on decision_copies (delivery_id);
create index decision_copies_open on decision_copies (decision_id) where not ended;

-- Presses and words to the bot that were heard: a provider may tell them twice.
create table bridge_heard (
    account_id uuid not null,
    external_id text not null,
    heard_at timestamptz not null,
    constraint bridge_heard_pkey primary key (account_id, external_id)
);
