-- Who was told of a report, kept when the message itself is forgotten: they are told as well when it was wrong, or is another patient's.
create table hl7_told (
  -- The report.
  subject text not null,
  system_id uuid not null references hl7_systems (id) on delete cascade,
  primary key (subject, system_id)
);
create index hl7_told_system on hl7_told (system_id);

alter table hl7_messages
  -- Of the messages that one fact makes for a system: which comes first.
  add column part smallint not null default 0;
drop index hl7_messages_once;
create unique index hl7_messages_once on hl7_messages (system_id, position, part) where direction = 'OUT';
-- Whether an earlier one of the same report or order waits, which may be another patient's.
create index hl7_messages_of_subject on hl7_messages (system_id, subject, position) where status = 'QUEUED';
