-- A client of the common base remembers who answered for it last: when it leaves the base, that user's open tasks go with it
-- (S1.24).
alter table clients add column former_responsible_id uuid references users (id);
