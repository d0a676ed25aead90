-- FHIR: other systems ask for what changed since they last asked, and are sent results.

create index patient_updated on patient (updated_at, id);
create index scheduled_step_updated on scheduled_step (facility_id, updated_at, id);
create index report_updated on report (facility_id, updated_at, id);
create index finding_updated on finding (facility_id, updated_at, id);

-- Versions of reports on their way to the system of EHR_SERVICE_URL: made when they are sent, so nothing of a patient is kept here.
create table result_delivery (
  id uuid primary key,
  facility_id uuid not null,
  patient_id uuid not null,
  report_id uuid not null,
  -- Of the version.
  number int not null,
  -- Of the fact: those of a patient go in its order.
  position bigint not null,
  attempts int not null default 0,
  -- Who sends it has it alone until then.
  leased_until timestamptz(3),
  created_at timestamptz(3) not null,
  sent_at timestamptz(3),
  unique (report_id, number)
);
create index result_delivery_waiting on result_delivery (patient_id, position) where sent_at is null;
create index result_delivery_sent on result_delivery (sent_at) where sent_at is not null;
