-- Patients of whom it turned out that they are one.

create table patient_merge (
  id uuid primary key,
  from_patient_id uuid not null references patient (id),
  into_patient_id uuid not null references patient (id),
  facility_id uuid not null references facility (id),
  reason text not null,
  merged_by text not null,
  merged_by_name text not null,
  merged_at timestamptz not null,
  undone_by text,
  undone_by_name text,
  undone_at timestamptz,
  check (from_patient_id <> into_patient_id)
);
create unique index patient_merge_current on patient_merge (from_patient_id) where undone_at is null;
create index patient_merge_from on patient_merge (from_patient_id);
create index patient_merge_into on patient_merge (into_patient_id);

alter table patient_identifier
  -- Who is found by it while its patient is merged into them.
  add column survivor_id uuid references patient (id);
create index patient_identifier_survivor on patient_identifier (survivor_id) where survivor_id is not null;
