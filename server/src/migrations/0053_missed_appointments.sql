-- The last appointment that the patient did not come to, and what was said of it: whoever makes the next one is to know.
alter table imaging_order
  add column missed_at timestamptz,
  add column missed_reason text;
update imaging_order set missed_at = scheduled_at, missed_reason = status_reason where status = 'NO_SHOW';
