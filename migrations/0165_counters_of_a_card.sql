-- The counters of a client's card (S3.11) are counted when they are asked for, each up to a bound, so that no row that is
-- joined, split, pinned or replayed can put them wrong. What follows lets that be cheap for a client with 200,000 rows.

-- Counting wants no order, so one entry stands for many rows and the index stays small. Its condition is true of every row
-- of a person: only counting states it, and the walks of a timeline, which do want order, are never planned over it.
create index interactions_counted on interactions (contact_id, kind, account_id, pinned_client_id)
    where contact_id is not null and fullness >= 0;

-- A message that shows files: photos, voice, documents, albums. Kept by whoever writes `media_uses`.
alter table interactions add column has_files boolean not null default false;
update interactions i set has_files = true
where i.kind = 'message' and exists (select from media_uses u where u.interaction_id = i.id);
create index interactions_with_files on interactions (contact_id, occurred_at, id)
    where contact_id is not null and kind = 'message' and has_files;
