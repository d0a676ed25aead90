-- The list of messages, the newest first, of the viewer's facilities and of nobody's: an index that begins with the facility gives no order of both.
create index hl7_messages_newest on hl7_messages (happened_at, id);
drop index hl7_messages_listed;
