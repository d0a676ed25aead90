-- What is unread is listed in its order and counted from the index alone.
drop index notice_unread;
create index notice_unread on notice (recipient_id, created_at desc, id desc) include (facility_id) where read_at is null;
