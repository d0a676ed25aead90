-- How many of the instances hold a picture. Reports, presentations and lists of key images are instances, and no images.
alter table series add column number_of_images int not null default 0;
update series s set number_of_images = c.images
from (select series_id, count(*)::int as images from instance where number_of_frames > 0 and deleted_at is null group by series_id) c
where c.series_id = s.id;

alter table study add column number_of_images int not null default 0;
update study st set number_of_images = c.images
from (select study_id, sum(number_of_images)::int as images from series where number_of_images > 0 group by study_id) c
where c.study_id = st.id;

-- What the list is sorted by first, as by the number of instances (0032).
alter table study
  add column images_class smallint not null generated always as (ceil(2 * ln(number_of_images::float8 + 1))) stored;
create index study_images on study (facility_id, images_class);
