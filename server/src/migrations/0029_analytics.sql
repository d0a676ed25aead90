-- Examinations with their milestones, one row for each study and for each order that has none: what figures are made of. Made from the records of the
-- other rooms whenever they change, so it can be made anew at any time.

create table examination (
  -- Of the study, else of the order.
  id uuid primary key,
  facility_id uuid not null references facility (id),
  order_id uuid,
  study_id uuid,
  -- The one row of several that counts the order.
  counts_order boolean not null,
  -- Days at the facility.
  ordered_day date not null,
  performed_day date,
  signed_day date,
  modality text,
  priority text,
  station text,
  procedure_code text,
  status text,
  provider_id uuid,
  -- Who signed first, who wrote it, who performed the examination.
  radiologist_id uuid,
  author_id uuid,
  technologist_id uuid,
  ordered_at timestamptz(3),
  scheduled_at timestamptz(3),
  arrived_at timestamptz(3),
  performed_at timestamptz(3),
  read_at timestamptz(3),
  submitted_at timestamptz(3),
  report_id uuid,
  signed_at timestamptz(3),
  acknowledged_at timestamptz(3),
  discrepancy text,
  amended int not null default 0,
  corrected int not null default 0,
  appended int not null default 0,
  entered_in_error boolean not null default false
);
create index examination_ordered on examination (facility_id, ordered_day);
create index examination_performed on examination (facility_id, performed_day) where performed_day is not null;
create index examination_signed on examination (facility_id, signed_day) where signed_day is not null;
create index examination_order on examination (order_id) where order_id is not null;
create index examination_not_acknowledged on examination (signed_at) where signed_at is not null and acknowledged_at is null;

-- What the machines did, by time.
create index performed_step_started on performed_step (facility_id, started_at) where started_at is not null;
