-- What is to be sent where: the queue, what was confirmed, the rules that fill it; and commitments to keep what others sent.

-- Ask it to commit to what it was sent (PS3.4 Annex J).
alter table modality add column request_commitment boolean not null default false;

create table routing_rule (
  id uuid primary key,
  -- Of the studies; the destination may be another facility's.
  facility_id uuid not null references facility (id),
  name text not null,
  enabled boolean not null,
  conditions jsonb not null,
  destination_id uuid not null references modality (id) on delete cascade,
  scope text not null check (scope in ('STUDY', 'SERIES')),
  send_back boolean not null,
  request_commitment boolean,
  version int not null default 1,
  created_at timestamptz(3) not null
);
create index routing_rule_facility on routing_rule (facility_id, created_at, id);
create index routing_rule_destination on routing_rule (destination_id);

create table send_item (
  id uuid primary key,
  -- Of what is sent.
  facility_id uuid not null references facility (id),
  modality_id uuid references modality (id) on delete set null,
  ae_title text not null,
  rule_id uuid references routing_rule (id) on delete set null,
  -- By a rule: what the destination has is left out, and what came from it, unless the rule wants it back.
  by_rule boolean not null,
  send_back boolean not null,
  requested_by text not null,
  -- [{StudyInstanceUID, SeriesInstanceUID?, SOPInstanceUID?}]
  selection jsonb not null,
  study_uids text[] not null,
  state text not null check (state in ('PENDING', 'SENDING', 'SENT', 'FAILED', 'CANCELLED')),
  attempts int not null default 0,
  next_attempt_at timestamptz(3),
  -- The destination was not to be reached: what comes behind waits as well.
  holds_others boolean not null default false,
  -- Who sends, and until when it must have said so again (the database's clock).
  runner uuid,
  leased_until timestamptz,
  cancel_requested boolean not null default false,
  total int not null,
  sent int not null default 0,
  warnings int not null default 0,
  skipped int not null default 0,
  failed int not null default 0,
  failures jsonb not null default '[]',
  last_error text,
  request_commitment boolean not null,
  commitment text check (commitment in ('WAITING', 'REQUESTED', 'COMMITTED', 'FAILED')),
  transaction_uid text unique,
  commitment_attempts int not null default 0,
  commitment_due_at timestamptz(3),
  committed int not null default 0,
  commitment_failed int not null default 0,
  commitment_problem text,
  version int not null default 1,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3)
);
create index send_item_waiting on send_item (modality_id, created_at, id) where state in ('PENDING', 'SENDING');
create index send_item_holding on send_item (modality_id) where state = 'SENDING' or holds_others;
create index send_item_listed on send_item (facility_id, created_at, id);
create index send_item_studies on send_item using gin (study_uids);
create index send_item_commitment on send_item (commitment_due_at) where commitment in ('WAITING', 'REQUESTED');
create index send_item_finished on send_item (finished_at) where finished_at is not null;

-- Instances that a destination has confirmed, some hundred a row: an interrupted item goes on behind them, and rules leave them out.
create table sent_batch (
  id bigint generated always as identity primary key,
  item_id uuid not null references send_item (id) on delete cascade,
  modality_id uuid references modality (id) on delete cascade,
  series_instance_uid text not null,
  sop_class_uid text not null,
  sop_instance_uids text[] not null
);
create index sent_batch_item on sent_batch (item_id);
create index sent_batch_series on sent_batch (modality_id, series_instance_uid);

-- What others ask us to keep (PS3.4 J.3.2), until they have our answer.
create table commitment_request (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  modality_id uuid not null references modality (id) on delete cascade,
  transaction_uid text not null,
  -- [[SOP class, SOP instance], ...] as it was asked.
  instances jsonb not null,
  state text not null check (state in ('PENDING', 'REPORTED', 'FAILED')),
  attempts int not null default 0,
  next_attempt_at timestamptz(3) not null,
  runner uuid,
  leased_until timestamptz,
  committed int not null default 0,
  failed int not null default 0,
  last_error text,
  requested_at timestamptz(3) not null,
  finished_at timestamptz(3),
  unique (modality_id, transaction_uid)
);
create index commitment_request_due on commitment_request (next_attempt_at) where state = 'PENDING';
