-- «Дольше ждут» went by the last message of the person, so that whoever asked again fell behind those who came later: since
-- when each waits stands at the head, and the list has an index by it.
alter table conversation_heads add column waiting_since timestamptz;

-- Since when a person waits: his first message behind our last answer; null while he does not wait. History opens no wait,
-- nor does a message of which only a later edit is known yet: when it was said is not known either.
create function waiting_since(conversation uuid, asked timestamptz, answered timestamptz) returns timestamptz
language sql stable parallel safe
return case when asked > coalesce(answered, '-infinity') then coalesce(
    (select i.occurred_at from interactions i
     where i.conversation_id = conversation and i.occurred_at > coalesce(answered, '-infinity')
       and i.kind = 'message' and i.direction = 'inbound' and i.origin <> 'history' and i.fullness > 0
     order by i.occurred_at limit 1),
    asked) end;

drop index conversation_heads_waiting;
update conversation_heads set waiting_since = waiting_since(conversation_id, last_inbound_at, last_outbound_at)
where last_inbound_at > coalesce(last_outbound_at, '-infinity');
create index conversation_heads_waiting on conversation_heads (waiting_since, conversation_id)
    where not rested and waiting_since is not null;
