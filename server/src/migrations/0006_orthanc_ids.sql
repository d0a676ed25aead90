-- The identifier that Orthanc gives the same object, for clients of the hosted PACS shape. Objects that were here before get theirs by a job.

alter table instance add column orthanc_id bytea;
create index instance_orthanc on instance (orthanc_id) where orthanc_id is not null;
create index instance_without_orthanc on instance (id) where orthanc_id is null;
