-- Up to where each person has read each conversation. Unread is personal; that a client waits for an answer is the
-- company's, and follows from the conversation itself.
create table conversation_reads (
    user_id uuid not null references users (id),
    conversation_id uuid not null,
    -- The provider's time of the newest row that was really on his screen.
    read_until timestamptz not null,
    -- «Пометить непрочитанным»: holds until he opens it again.
    marked_unread boolean not null default false,
    constraint conversation_reads_pkey primary key (user_id, conversation_id)
);
