-- When a person pinned a row to a company: the latest pin of somebody of several companies suggests the next one (S3.16).
alter table interactions add column pinned_at timestamptz;
update interactions i set pinned_at = told.at
from (select subject_id::uuid as id, max(at) as at from audit_log
      where subject_kind = 'interaction' and action = 'interaction.pin' group by subject_id) told
where i.id = told.id and i.pinned_client_id is not null;
create index interactions_pinned on interactions (contact_id, pinned_at) where pinned_at is not null;
