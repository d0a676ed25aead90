-- Every batch of images changes how many a study has and when the last one came. Where an index has such a column, all thirty indexes of the study
-- are written each time; where none has, the row alone is (PostgreSQL's heap-only tuples). So the indexes have columns that seldom change in their place.
alter table study
  add column has_images boolean not null generated always as (number_of_instances > 0) stored,
  -- What the list is sorted by first, before the moment itself; -infinity before the first image.
  add column received_hour timestamp not null generated always as
    (coalesce(date_trunc('hour', last_received_at at time zone 'UTC'), '-infinity')) stored,
  -- The same for the number of images: each class goes on to 1.65 times the one before.
  add column instances_class smallint not null generated always as (ceil(2 * ln(number_of_instances::float8 + 1))) stored;

drop index study_with_images;
drop index study_received;
drop index study_instances;
drop index study_to_read;
create index study_with_images on study (facility_id, study_at desc, id desc) where has_images;
create index study_received on study (facility_id, received_hour);
create index study_received_everywhere on study (received_hour);
create index study_instances on study (facility_id, instances_class);
create index study_to_read on study (facility_id, settled_at, id)
  where deleted_at is null and has_images
    and (status in ('IN_PROGRESS', 'COMPLETED', 'PRELIMINARY') or images_after_report_at is not null)
    and (order_id is not null or study_at > (created_at at time zone 'UTC') - interval '31 days');

-- Room for the next version of a row beside it.
alter table study set (fillfactor = 85);
alter table series set (fillfactor = 85);

-- One index finds a UID in one facility and in all.
drop index instance_uid;
drop index instance_any_uid;
create unique index instance_uid on instance (sop_instance_uid, facility_id);

-- Said where somebody else wrote an instance between a statement's looking and its writing: all that it wrote is undone, and it is tried again.
create function refuse_overtaken() returns boolean language plpgsql as $$
begin
  raise exception 'an instance was written by somebody else meanwhile' using errcode = 'serialization_failure';
end $$;
