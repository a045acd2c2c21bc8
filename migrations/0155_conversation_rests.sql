-- «Закрыть» and «Отложить»: a conversation that nobody has to look at for now. It opens again by itself when its person
-- writes something newer than what was seen at that time, or when the moment comes until which it was put off. Without a
-- row here it is open.
create table conversation_rests (
    conversation_id uuid not null,
    -- The newest message of the person that was on the screen then; null where he had written nothing.
    seen_inbound_at timestamptz,
    -- «Отложить» until this moment; null: closed.
    until timestamptz,
    user_id uuid not null references users (id),
    rested_at timestamptz not null,
    constraint conversation_rests_pkey primary key (conversation_id)
);
