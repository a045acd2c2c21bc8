-- «Каналы» and «Журнал событий канала» ask by account: the last event, the events of today, a page of the log.
create index raw_events_by_account on raw_events (account_id, id);
