-- «Перезвонить» walks through missed calls, which are few among all.
create index interactions_missed_calls on interactions (occurred_at, id)
    where kind = 'call' and direction = 'inbound' and content #>> '{call,outcome}' = 'missed';
