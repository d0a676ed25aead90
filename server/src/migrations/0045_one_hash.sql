-- Objects are hashed once as they come: the data set of one is hashed when another of its UID comes.
alter table instance alter column data_set_sha256 drop not null;
alter table purged_instance alter column data_set_sha256 drop not null;
