-- Most conversations are closed one day, and the lists of the open ones walked over all of them: whether a conversation is
-- laid aside stands at its head, so that open ones, and those that wait, have an index of their own. What was put off is
-- taken up by a task at its time, and a rest that a newer message has ended is no longer kept.
alter table conversation_heads add column rested boolean not null default false;

delete from conversation_rests r using conversation_heads h
where h.conversation_id = r.conversation_id
  and (h.last_inbound_at > coalesce(r.seen_inbound_at, '-infinity') or r.until <= now());
update conversation_heads h set rested = true
from conversation_rests r where r.conversation_id = h.conversation_id;

create index conversation_heads_open on conversation_heads (last_at desc, conversation_id desc) where not rested;
create index conversation_heads_waiting on conversation_heads (last_inbound_at, conversation_id)
    where not rested and last_inbound_at > coalesce(last_outbound_at, '-infinity');
