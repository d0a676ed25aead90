-- Systems that speak HL7 v2 with us, and the messages that came from them and go to them.

create table hl7_systems (
  id uuid primary key,
  name text not null,
  facility_id uuid not null references facility (id),
  -- MSH-3 of what it sends, and MSH-4; any where null.
  application text not null,
  sending_facility text,
  -- Where it comes from; null: this machine, or its certificate says who it is.
  address text,
  certificate_sha256 text check (certificate_sha256 ~ '^[0-9a-f]{64}$'),
  -- Where it listens; null: nothing is sent to it.
  host text,
  port int check (port between 1 and 65535),
  tls boolean not null default false,
  -- Of identifiers without an assigning authority; the facility's where null.
  patient_id_issuer text,
  -- Who stands for those who order and are not known here; null: their orders are refused.
  provider_id uuid references app_user (id),
  receives text[] not null default '{}' check (receives <@ array['ADT', 'ORDERS']),
  sends text[] not null default '{}' check (sends <@ array['RESULTS', 'ORDER_STATUS']),
  character_set text,
  hl7_version text not null default '2.5.1',
  pdf boolean not null default false,
  enabled boolean not null default true,
  version int not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
-- Who calls by these names is one system.
create unique index hl7_systems_names on hl7_systems (lower(application), lower(coalesce(sending_facility, '')));
create index hl7_systems_facility on hl7_systems (facility_id, name, id);

create table hl7_messages (
  id uuid primary key,
  direction text not null check (direction in ('IN', 'OUT')),
  system_id uuid references hl7_systems (id) on delete set null,
  -- Null: of a sender that nobody knows.
  facility_id uuid references facility (id),
  control_id text not null,
  -- ADT^A08
  message_type text not null,
  status text not null,
  patient_id uuid,
  -- The order or report that it speaks of.
  subject text,
  -- The very bytes, without the frame.
  text bytea not null,
  -- MSH-18 or what stands for it; null: nothing does.
  characters text,
  acknowledgement text,
  reason text,
  attempts int not null default 0,
  next_attempt_at timestamptz(3),
  happened_at timestamptz(3) not null,
  -- When it was settled; a refused or failed one is not until it is dismissed.
  finished_at timestamptz(3),
  dismissed_by uuid,
  dismissed_at timestamptz(3),
  dismissed_reason text,
  -- Of what came in: MSH-3, MSH-4, and where it came from.
  sending_application text,
  sending_facility text,
  address text,
  certificate_sha256 text,
  -- SHA-256 of what follows MSH: a sender that repeats itself writes MSH-7 anew.
  content_sha256 bytea,
  version int not null default 1,
  check (
    direction = 'IN' and status in ('ACCEPTED', 'REFUSED', 'REJECTED', 'DISMISSED')
    or direction = 'OUT' and status in ('QUEUED', 'ACKNOWLEDGED', 'REFUSED', 'FAILED', 'DISMISSED')
  )
);
create index hl7_messages_listed on hl7_messages (facility_id, happened_at, id);
create index hl7_messages_unknown on hl7_messages (happened_at, id) where facility_id is null;
create index hl7_messages_open on hl7_messages (happened_at, id) where status in ('REFUSED', 'REJECTED', 'FAILED');
create index hl7_messages_control on hl7_messages (control_id, happened_at);
create index hl7_messages_patient on hl7_messages (patient_id, happened_at) where patient_id is not null;
create index hl7_messages_system on hl7_messages (system_id, happened_at);
-- What is to be sent, to each system in order.
create index hl7_messages_queue on hl7_messages (system_id, happened_at, id) where status = 'QUEUED';
create index hl7_messages_settled on hl7_messages (finished_at) where finished_at is not null;
