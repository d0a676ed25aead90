-- Studies, series and instances: what was received, where its bytes lie, and what it can be found by.

create table study (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  study_instance_uid text not null,
  accession_number text,
  study_id text,
  study_date date,
  study_time time,
  -- Study date and time as one, 0001-01-01 where there is no date: what lists are ordered by.
  study_at timestamp not null,
  description text,
  description_folded text,
  referring_physician text,
  referring_physician_folded text,
  reading_physicians_folded text,
  referring_physician_sounds text[] not null default '{}',
  procedure_codes text[] not null default '{}',
  body_part text,
  modalities text[] not null default '{}',
  sop_classes text[] not null default '{}',
  status text not null check (status in ('SCHEDULED', 'ARRIVED', 'IN_PROGRESS', 'COMPLETED', 'PRELIMINARY', 'FINAL', 'CANCELLED')),
  number_of_series int not null default 0,
  number_of_instances int not null default 0,
  size bigint not null default 0,
  -- All attributes of the level as DICOM JSON, as they are returned.
  attributes jsonb not null default '{}',
  -- Tags that a person corrected: later images do not touch them.
  corrected text[] not null default '{}',
  created_at timestamptz not null,
  last_received_at timestamptz,
  settled_at timestamptz,
  version int not null default 1
);
-- One UID may stand under two patients while an identity is in doubt: what the files say is kept apart, never mixed.
create unique index study_uid on study (facility_id, study_instance_uid, patient_id);
create index study_any_uid on study (study_instance_uid);
create index study_patient on study (patient_id, facility_id);
create index study_at on study (facility_id, study_at desc, id desc);
-- What search protocols see: pages of any depth come from the index alone.
create index study_with_images on study (facility_id, study_at desc, id desc) where number_of_instances > 0;
create index study_at_everywhere on study (study_at desc, id desc);
create index study_time on study (facility_id, study_time);
create index study_accession on study (facility_id, accession_number text_pattern_ops);
create index study_accession_typed on study (facility_id, upper(accession_number) text_pattern_ops);
create index study_accession_order on study (facility_id, (coalesce(accession_number, '')), id);
create index study_study_id on study (facility_id, study_id text_pattern_ops);
create index study_created on study (facility_id, created_at, id);
create index study_received on study (facility_id, last_received_at, id);
create index study_instances on study (facility_id, number_of_instances, id);
create index study_status on study (facility_id, status, study_at desc, id desc);
create index study_description_prefix on study (facility_id, description_folded text_pattern_ops);
create index study_description on study using gin (facility_id, description_folded gin_trgm_ops);
create index study_referrer_prefix on study (facility_id, referring_physician_folded text_pattern_ops);
create index study_referrer on study using gin (facility_id, referring_physician_folded gin_trgm_ops);
create index study_referrer_sounds on study using gin (facility_id, referring_physician_sounds);
create index study_reader on study using gin (facility_id, reading_physicians_folded gin_trgm_ops) where reading_physicians_folded is not null;
create index study_modalities on study using gin (facility_id, modalities);
create index study_sop_classes on study using gin (facility_id, sop_classes);
create index study_procedure on study using gin (facility_id, procedure_codes) where procedure_codes <> '{}';

create table series (
  id uuid primary key,
  study_id uuid not null references study (id),
  facility_id uuid not null references facility (id),
  series_instance_uid text not null,
  modality text not null,
  series_number int,
  series_date date,
  series_time time,
  description text,
  description_folded text,
  body_part text,
  laterality text,
  protocol_name_folded text,
  station_name_folded text,
  institution_folded text,
  performing_physicians_folded text,
  operators_folded text,
  frame_of_reference_uid text,
  step_start_date date,
  step_start_time time,
  step_id text,
  -- Of the Request Attributes Sequence.
  scheduled_step_ids text[] not null default '{}',
  requested_procedure_ids text[] not null default '{}',
  number_of_instances int not null default 0,
  size bigint not null default 0,
  attributes jsonb not null default '{}',
  corrected text[] not null default '{}',
  created_at timestamptz not null,
  -- Bumped by whatever changes what the series' metadata says, in the same transaction.
  revision bigint not null default 0,
  metadata_key text,
  metadata_revision bigint,
  unique (study_id, series_instance_uid)
);
create index series_uid on series (series_instance_uid);
create index series_order on series (study_id, series_number, id);
create index series_newest on series (facility_id, id);
create index series_modality on series (facility_id, modality, id);
create index series_step_start on series (facility_id, step_start_date, step_start_time);
create index series_date on series (facility_id, series_date);
create index series_description on series using gin (facility_id, description_folded gin_trgm_ops);
create index series_body_part on series (facility_id, body_part);
create index series_requests on series using gin (scheduled_step_ids, requested_procedure_ids) where scheduled_step_ids <> '{}' or requested_procedure_ids <> '{}';
create index series_metadata on series (metadata_key) where metadata_key is not null;

create table instance (
  id uuid primary key,
  series_id uuid not null references series (id),
  facility_id uuid not null references facility (id),
  sop_instance_uid text not null,
  sop_class_uid text not null,
  transfer_syntax_uid text not null,
  instance_number int,
  "rows" int,
  "columns" int,
  bits_allocated int,
  samples_per_pixel int,
  number_of_frames int not null default 0,
  content_date date,
  content_time time,
  acquisition_date date,
  acquisition_time time,
  -- Attributes of the level that have no column of their own, as DICOM JSON.
  attributes jsonb not null default '{}',
  object_key text not null,
  size bigint not null,
  sha256 bytea not null,
  -- Of the data set without preamble and file meta information: what "the same object" means.
  data_set_sha256 bytea not null,
  data_set_offset int not null,
  -- Where Pixel Data begins, or the size.
  header_length bigint not null,
  -- Where the first element after Pixel Data begins, if there is one.
  trailer_offset bigint,
  pixel_tag bigint,
  pixel_vr text,
  pixel_offset bigint,
  pixel_length bigint,
  pixel_encapsulated boolean,
  -- Where each frame's pieces lie.
  frame_index bytea,
  door text not null,
  sender text not null,
  created_at timestamptz not null
);
create unique index instance_uid on instance (facility_id, sop_instance_uid);
create index instance_any_uid on instance (sop_instance_uid);
create index instance_order on instance (series_id, instance_number, id);
create index instance_newest on instance (facility_id, id);
create unique index instance_object on instance (object_key);

-- A picture that was uploaded and archived as Secondary Capture: the very bytes.
create table instance_original (
  instance_id uuid primary key references instance (id),
  format text not null check (format in ('PNG', 'JPEG')),
  object_key text not null unique,
  size bigint not null,
  sha256 bytea not null
);

-- The same UID with other data: kept for a person to decide, never purged.
create table quarantine (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  reason text not null,
  instance_id uuid references instance (id),
  study_instance_uid text not null,
  series_instance_uid text not null,
  sop_instance_uid text not null,
  sop_class_uid text not null,
  transfer_syntax_uid text not null,
  -- What the object says of its patient.
  claim jsonb not null,
  object_key text not null unique,
  size bigint not null,
  sha256 bytea not null,
  data_set_sha256 bytea not null,
  door text not null,
  sender text not null,
  created_at timestamptz not null,
  resolved_at timestamptz
);
create unique index quarantine_open on quarantine (facility_id, sop_instance_uid, data_set_sha256) where resolved_at is null;

-- Studies whose patient is in doubt, with both identities side by side.
create table reconciliation_item (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  kind text not null check (kind in ('conflicting-identity', 'no-identifier')),
  study_id uuid not null references study (id),
  patient_id uuid not null references patient (id),
  known_patient_id uuid references patient (id),
  claim jsonb not null,
  created_at timestamptz not null,
  resolved_at timestamptz
);
create unique index reconciliation_open on reconciliation_item (study_id) where resolved_at is null;
create index reconciliation_facility on reconciliation_item (facility_id, created_at) where resolved_at is null;
