-- The moment of the last image was in this index's condition, so that each batch of images wrote all indexes of its study again (see 0032).
drop index study_awaited;
create index study_awaited on study (facility_id, accession_number) where registered_at is not null and not has_images;
