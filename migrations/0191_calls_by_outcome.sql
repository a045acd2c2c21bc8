-- The list of calls is asked for by outcome, and most outcomes are rare: without this a page of failed calls is looked for
-- among all calls there ever were.
create index interactions_calls_by_outcome on interactions ((content #>> '{call,outcome}'), occurred_at, id)
    where kind = 'call';
