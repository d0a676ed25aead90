-- HL7 messages that go out: what each is made of, in which order they go, and who sends to a system.

alter table hl7_messages
  -- The report's version or the order's state that it tells of; it becomes text when its turn comes.
  add column about jsonb,
  -- Of the fact that it tells of: messages of a patient go in this order.
  add column position bigint;
create unique index hl7_messages_once on hl7_messages (system_id, position) where direction = 'OUT';
-- What waits, for each system in order, and whether a patient's earlier one waits as well.
drop index hl7_messages_queue;
create index hl7_messages_queue on hl7_messages (system_id, position) where status = 'QUEUED';
create index hl7_messages_of_patient on hl7_messages (system_id, patient_id, position) where status = 'QUEUED';
-- Who had an earlier version of a report.
create index hl7_messages_subject on hl7_messages (subject) where direction = 'OUT';

alter table hl7_systems
  -- Who sends to it now, until when that is believed.
  add column runner uuid,
  add column leased_until timestamptz(3),
  -- Since when and how often in a row it was not reached or did not answer, and when it is tried again.
  add column failing_since timestamptz(3),
  add column failures int not null default 0,
  add column resume_at timestamptz(3),
  drop constraint hl7_systems_sends_check,
  add constraint hl7_systems_sends_check check (sends <@ array['RESULTS', 'PRELIMINARY', 'ORDER_STATUS']);
