-- What was asked for, when and where it is to be done, and what the machines say was done.

-- The catalogue: what can be ordered at a facility, how long it takes, what it costs.
create table procedure (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  code text not null,
  -- The scheme that the code is of (PS3.16 8), `99ISO` for our own.
  coding_scheme text not null default '99ISO',
  name text not null,
  modality text not null,
  body_part text,
  duration_minutes int not null check (duration_minutes between 1 and 1440),
  preparation text,
  protocol text,
  subspecialty text,
  -- Minor units of the currency (ISO 4217); null: no price yet.
  price_amount bigint check (price_amount >= 0),
  price_currency text check (price_currency ~ '^[A-Z]{3}$'),
  report_template_id uuid,
  active boolean not null default true,
  version int not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  check ((price_amount is null) = (price_currency is null)),
  unique (facility_id, code)
);

-- Where examinations are done: a machine or room with a calendar.
create table station (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  ae_title text not null,
  name text not null,
  modalities text[] not null,
  -- By ISO weekday "1" to "7": pairs of "HH:MM" at the facility's clock.
  opening_hours jsonb not null,
  active boolean not null default true,
  version int not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  unique (facility_id, ae_title)
);

-- Numbers of our own: accession numbers and those of requested procedures and steps.
create sequence accession_number;

create table imaging_order (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  -- Who asked for it.
  provider_id uuid not null references app_user (id),
  accession_number text not null check (length(accession_number) between 1 and 16),
  requested_procedure_id text not null check (length(requested_procedure_id) between 1 and 16),
  -- The study that the modality is told to make.
  study_instance_uid text not null,
  -- The number of whoever sent the order, such as ORC-2.
  placer_order_number text,
  procedure_id uuid references procedure (id),
  procedure_code text,
  procedure_coding_scheme text,
  -- What is asked for in words: the procedure's name, else modality and body part.
  procedure_name text not null,
  modality text not null,
  body_part text,
  clinical_indication text not null,
  priority text not null check (priority in ('STAT', 'URGENT', 'ROUTINE')),
  notes text,
  status text not null check (status in ('PENDING', 'SCHEDULED', 'ARRIVED', 'IN_PROGRESS', 'PERFORMED', 'COMPLETED', 'ON_HOLD', 'CANCELLED', 'NO_SHOW', 'DISCONTINUED')),
  status_reason text,
  -- Of its first step, for lists.
  scheduled_at timestamptz(3),
  station_ae_title text,
  duration_minutes int not null,
  ordered_at timestamptz(3) not null,
  arrived_at timestamptz(3),
  started_at timestamptz(3),
  performed_at timestamptz(3),
  completed_at timestamptz(3),
  ended_at timestamptz(3),
  created_by text not null,
  version int not null default 1,
  updated_at timestamptz(3) not null
);
create unique index imaging_order_accession on imaging_order (facility_id, accession_number);
create unique index imaging_order_placer on imaging_order (facility_id, placer_order_number) where placer_order_number is not null;
create unique index imaging_order_requested on imaging_order (facility_id, requested_procedure_id);
create index imaging_order_study_uid on imaging_order (facility_id, study_instance_uid);
create index imaging_order_patient on imaging_order (patient_id, ordered_at desc, id desc);
create index imaging_order_provider on imaging_order (provider_id, ordered_at desc, id desc);
create index imaging_order_ordered on imaging_order (facility_id, ordered_at desc, id desc);
create index imaging_order_status on imaging_order (facility_id, status, ordered_at desc, id desc);
create index imaging_order_scheduled on imaging_order (facility_id, scheduled_at, id) where scheduled_at is not null;

-- Scheduled procedure steps (PS3.3 C.4.10): what is on the modality worklist.
create table scheduled_step (
  id uuid primary key,
  order_id uuid not null references imaging_order (id),
  facility_id uuid not null references facility (id),
  -- Scheduled Procedure Step ID, unique within the facility.
  step_id text not null check (length(step_id) between 1 and 16),
  modality text not null,
  description text not null,
  protocol_code text,
  protocol_coding_scheme text,
  station_id uuid references station (id),
  station_ae_title text,
  starts_at timestamptz(3),
  ends_at timestamptz(3),
  performing_physician text,
  status text not null check (status in ('PENDING', 'SCHEDULED', 'ARRIVED', 'READY', 'STARTED', 'COMPLETED', 'CANCELED', 'DISCONTINUED')),
  version int not null default 1,
  updated_at timestamptz(3) not null,
  unique (facility_id, step_id)
);
create index scheduled_step_order on scheduled_step (order_id, step_id);
create index scheduled_step_worklist on scheduled_step (facility_id, starts_at, id) where status in ('SCHEDULED', 'ARRIVED', 'READY', 'STARTED');
create index scheduled_step_station on scheduled_step (station_id, starts_at);
create index scheduled_step_starts on scheduled_step (facility_id, starts_at, id);

-- What modalities report of what they do (PS3.4 F.7).
create table performed_step (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  sop_instance_uid text not null,
  -- Null: a step that nobody had asked for, or whose order is in doubt.
  order_id uuid references imaging_order (id),
  study_instance_uid text not null,
  status text not null check (status in ('IN PROGRESS', 'COMPLETED', 'DISCONTINUED')),
  station_ae_title text not null,
  -- The whole of it, as DICOM JSON.
  attributes jsonb not null,
  -- SOP instance UIDs that its series name.
  referenced_instances text[] not null default '{}',
  started_at timestamptz(3),
  ended_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  unique (facility_id, sop_instance_uid)
);
create index performed_step_order on performed_step (order_id) where order_id is not null;
create index performed_step_study on performed_step (facility_id, study_instance_uid);
create table performed_of_scheduled (
  performed_step_id uuid not null references performed_step (id),
  scheduled_step_id uuid not null references scheduled_step (id),
  primary key (performed_step_id, scheduled_step_id)
);
create index performed_of_scheduled_scheduled on performed_of_scheduled (scheduled_step_id);

-- The order that a study answers; one order may have several studies.
alter table study
  add column order_id uuid references imaging_order (id),
  -- When images came to a study that had been reported; null: none, or they were reported since.
  add column images_after_report_at timestamptz(3);
create index study_order on study (order_id) where order_id is not null;
