-- A name is frozen (S0.1) once a person has entered it. `automatic` says another thing, that nobody has touched the card:
-- taking a client or putting down a contract ended it, and froze a name that an event had made.
alter table clients add column name_is_chosen boolean not null default false;

-- Cards that were touched keep their freeze, but where the name is still that of an event: a person bears it whom nobody
-- has named, and nobody is on record as having entered it for the card.
update clients c
set name_is_chosen = true
where not c.automatic
  and (not exists (
           select from contact_clients cc join contacts k on k.id = cc.contact_id
           where cc.client_id = c.id and k.name = c.name and not k.name_is_chosen)
       or exists (
           select from audit_log l
           where l.subject_kind = 'client' and l.subject_id = c.id::text
             and (l.action = 'client.create'
                  or l.action = 'client.edit' and l.after ? 'name'
                  or l.action = 'client.join' and l.after -> 'fields' ? 'name')));
