-- A template that the director chose by a button, because the window of the channel was closed.
alter table bridge_inbox
    drop constraint bridge_inbox_act_known,
    add constraint bridge_inbox_act_known check (act in ('message', 'edit', 'deletion', 'reaction', 'template'));
