-- What people corrected of studies, series and images: each correction beside what was before.
create table correction (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  study_id uuid not null references study (id),
  level text not null check (level in ('STUDY', 'SERIES', 'IMAGE')),
  -- The study, series or image.
  subject_id uuid not null,
  -- Of the subject, that the correction made.
  version int not null,
  reason text not null,
  corrected_by text not null,
  corrected_by_name text not null,
  corrected_at timestamptz not null,
  -- Attributes before and after, as DICOM JSON.
  before jsonb not null,
  after jsonb not null
);
create index correction_subject on correction (subject_id, id);

alter table series add column version int not null default 1;
