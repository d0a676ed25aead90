-- How many of the instances that were taken away hold a picture. Of what was brought back or purged no row says so any more: those count as they did.
alter table deletion add column number_of_images int;
update deletion d set number_of_images = coalesce(
  (select count(*) filter (where i.number_of_frames > 0)::int from instance i where i.deletion_id = d.id having count(*) = d.number_of_instances),
  d.number_of_instances);
alter table deletion alter column number_of_images set not null;
