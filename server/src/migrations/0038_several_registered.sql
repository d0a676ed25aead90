-- Images find the study that was registered for them by its accession number too.

alter table study
  -- The UID was said by whoever registered it, so images of another UID are of another study.
  add column uid_given boolean not null default false;
create index study_awaited on study (facility_id, accession_number) where registered_at is not null and last_received_at is null;

-- Images under a number for which several registered studies wait.
alter table reconciliation_item
  drop constraint reconciliation_item_kind_check,
  add constraint reconciliation_item_kind_check
    check (kind in ('conflicting-identity', 'no-identifier', 'resent-after-deletion', 'order-conflict', 'several-registered')),
  alter column about set expression as (case kind when 'resent-after-deletion' then 'IMAGES' when 'order-conflict' then 'ORDER'
    when 'several-registered' then 'REGISTRATION' else 'PATIENT' end);
