-- A delivery that learns late that an echo was its own takes over all names of the echo's row; and what was put off is counted
-- by its time.
create index message_aliases_by_row on message_aliases (shown_in);
create index conversation_rests_until on conversation_rests (until) where until is not null;
