-- Lists that grow with the years are read from an index in the order in which they are shown.

create index fact_facility on fact (facility_id, recorded_at desc, id desc) where facility_id is not null;
-- The beginning of an accession number, as people type it.
create index imaging_order_typed on imaging_order (facility_id, upper(accession_number) text_pattern_ops);
-- Counted without the notices themselves.
drop index notice_recipient;
create index notice_recipient on notice (recipient_id, created_at desc, id desc) include (facility_id);
