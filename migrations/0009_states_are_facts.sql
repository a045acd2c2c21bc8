-- A provider may repeat an old word («connected») after a newer one («disconnected»), and some words carry no time but
-- that of their receipt. So each word is kept once, with the moment of its first receipt, and the newest is in force.
alter table conversation_states add column event_id text not null default '';
alter table conversation_states drop constraint conversation_states_pkey;
alter table conversation_states
    add constraint conversation_states_pkey primary key (account_id, external_id, aspect, event_id);
