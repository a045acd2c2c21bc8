-- The table of clients is sorted by every column (S3.22): a page is a walk over one of these, in either direction.
create index clients_by_status on clients (status, name collate "ru-x-icu", id) where root_id = id;
create index clients_by_inn_sorted on clients (inn, name collate "ru-x-icu", id) where root_id = id;
create index clients_by_city on clients (city collate "ru-x-icu", name collate "ru-x-icu", id) where root_id = id;
-- The best first: the list asks with the same words.
create index clients_by_contract on clients (
    (case contract_mark when 'original' then 1 when 'scan' then 2 when 'one_off' then 3 end),
    name collate "ru-x-icu", id
) where root_id = id;
