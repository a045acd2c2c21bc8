-- A copy in the messenger that cannot be changed any more, or was removed there by hand, is answered by the new words.
alter table bridge_outbox
    drop constraint bridge_outbox_act_known,
    add constraint bridge_outbox_act_known check (act in ('message', 'edit', 'deletion', 'state', 'correction'));
