-- Orders go with their patients when these are merged, and are listed by appointment.

-- Whom it was placed for, since a merge brought it to another; null: whom it is of.
alter table imaging_order add column claimed_patient_id uuid references patient (id);
create index imaging_order_claimed on imaging_order (claimed_patient_id) where claimed_patient_id is not null;

-- What has no appointment is last.
create index imaging_order_appointment on imaging_order
  (facility_id, (coalesce(scheduled_at, timestamptz '9999-12-31 00:00:00+00')), id);
create index imaging_order_updated on imaging_order (facility_id, updated_at, id);
