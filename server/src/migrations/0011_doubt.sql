-- What a person decides of what is in doubt, and what is taken away.

-- A provisional patient who was accepted as one of their own is still whom the same claim means.
do $$
declare name text;
begin
  select conname into strict name from pg_constraint
    where conrelid = 'patient'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%provisional_key%';
  execute format('alter table patient drop constraint %I', name);
end $$;

-- Images that were taken away together. They are kept, and come back when the deletion is undone, until somebody else purges them.
create table deletion (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  study_id uuid not null references study (id),
  patient_id uuid not null references patient (id),
  kind text not null check (kind in ('IMAGE', 'SERIES', 'STUDY')),
  -- The image, series or study.
  subject_id uuid not null,
  reason text not null,
  number_of_instances int not null,
  size bigint not null,
  deleted_by text not null,
  deleted_by_name text not null,
  deleted_at timestamptz not null,
  restored_by text,
  restored_by_name text,
  restored_at timestamptz,
  purged_by text,
  purged_by_name text,
  purged_at timestamptz,
  check (restored_at is null or purged_at is null)
);
create index deletion_facility on deletion (facility_id, id);
create index deletion_study on deletion (study_id);

alter table instance add column deletion_id uuid references deletion (id);
create index instance_deletion on instance (deletion_id) where deletion_id is not null;
-- Counts deletions and what came back: whoever remembers a study sees that it is another now.
alter table study add column deletions int not null default 0;

-- What was purged: that it was here, and the hashes of what it was.
create table purged_instance (
  id uuid primary key,
  deletion_id uuid not null references deletion (id),
  facility_id uuid not null references facility (id),
  study_instance_uid text not null,
  series_instance_uid text not null,
  sop_instance_uid text not null,
  sop_class_uid text not null,
  object_key text not null,
  size bigint not null,
  sha256 bytea not null,
  data_set_sha256 bytea not null
);
create index purged_instance_deletion on purged_instance (deletion_id);
create index purged_instance_uid on purged_instance (facility_id, sop_instance_uid);

-- How long images are kept at least, counted from the study date.
create table retention_rule (
  facility_id uuid not null references facility (id),
  -- "" for every modality that has no rule of its own.
  modality text not null,
  years int not null check (years between 0 and 150),
  -- At least to this age of the patient.
  until_age int check (until_age between 0 and 150),
  updated_at timestamptz not null,
  primary key (facility_id, modality)
);

-- Nothing of the patient or study is deleted or purged.
create table legal_hold (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid references patient (id),
  study_id uuid references study (id),
  reason text not null,
  placed_by text not null,
  placed_by_name text not null,
  placed_at timestamptz not null,
  lifted_by text,
  lifted_by_name text,
  lifted_at timestamptz,
  lift_reason text,
  check ((patient_id is null) <> (study_id is null))
);
create index legal_hold_patient on legal_hold (patient_id) where lifted_at is null;
create index legal_hold_study on legal_hold (study_id) where lifted_at is null;
create index legal_hold_facility on legal_hold (facility_id, id);

alter table reconciliation_item
  drop constraint reconciliation_item_kind_check,
  add constraint reconciliation_item_kind_check check (kind in ('conflicting-identity', 'no-identifier', 'resent-after-deletion')),
  add column action text check (action in ('ACCEPT', 'ATTACH', 'MOVE', 'REJECT')),
  add column reason text,
  add column target_patient_id uuid references patient (id),
  -- The item whose resolution resolved this one too.
  add column resolved_with uuid references reconciliation_item (id),
  add column resolved_by text,
  add column resolved_by_name text,
  -- What an undo gives back.
  add column before jsonb,
  add column version int not null default 1;
drop index reconciliation_open;
create unique index reconciliation_open on reconciliation_item (study_id, (kind = 'resent-after-deletion')) where resolved_at is null;
create index reconciliation_study on reconciliation_item (study_id);
create index reconciliation_patient on reconciliation_item (patient_id);
create index reconciliation_all on reconciliation_item (facility_id, id);

-- The images that came again.
create table reconciliation_instance (
  item_id uuid not null references reconciliation_item (id),
  instance_id uuid not null references instance (id) on delete cascade,
  primary key (item_id, instance_id)
);
create index reconciliation_instance_instance on reconciliation_instance (instance_id);

alter table quarantine
  alter column study_instance_uid drop not null,
  alter column series_instance_uid drop not null,
  alter column sop_instance_uid drop not null,
  alter column sop_class_uid drop not null,
  alter column transfer_syntax_uid drop not null,
  alter column data_set_sha256 drop not null,
  -- What was refused, in words, where the object could not be read.
  add column detail text,
  add column action text check (action in ('KEEP', 'REPLACE', 'ADD', 'DISCARD')),
  add column resolution_reason text,
  add column resolved_by text,
  add column resolved_by_name text,
  add column before jsonb,
  add column version int not null default 1,
  -- The object was removed; a decision that discarded it cannot be undone any more.
  add column removed_at timestamptz;
create index quarantine_all on quarantine (facility_id, id);
create index quarantine_instance on quarantine (instance_id);

-- Earlier bytes of an instance whose archived object was replaced by what was in quarantine.
create table instance_version (
  id uuid primary key,
  instance_id uuid not null references instance (id) on delete cascade,
  version int not null,
  -- CORRECTED: attributes; REPLACED: the object.
  kind text not null check (kind in ('CORRECTED', 'REPLACED')),
  reason text not null,
  changed_by text not null,
  changed_by_name text not null,
  changed_at timestamptz not null,
  -- What the corrections were before, or the row of the instance that was replaced.
  before jsonb not null,
  object_key text unique,
  unique (instance_id, version)
);
