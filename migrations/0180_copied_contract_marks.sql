-- A join used to copy the mark of the absorbed card to the one that stays. 0161 made a contract of either, so that the
-- joined card shows one contract twice. The copy goes, where the ledger says that it is one and nobody has touched it since;
-- the contract of the absorbed card stays, and shows. Marks that both cards had by themselves are two contracts.
delete from client_contracts k
using join_ledger j, client_contracts own
where j.subject = 'client' and j.undone_at is null
  and j.survivor_id = k.client_id and j.fields #>> '{contract_mark,after}' = k.mark
  and own.client_id = j.absorbed_id and own.mark = k.mark
  and own.created_by is null and own.version = 1 and own.withdrawn_at is null
  and k.created_by is null and k.version = 1 and k.withdrawn_at is null
  and k.number is null and k.signed_on is null and k.note is null;
