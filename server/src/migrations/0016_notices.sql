-- What people are told of: one row for each who is told.

create table notice (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  recipient_id uuid not null references app_user (id),
  -- `report.available`, `order.status-changed`, ...
  kind text not null,
  -- ALARM stays on the screen until somebody answers.
  level text not null check (level in ('INFO', 'IMPORTANT', 'ALARM')),
  subject_type text not null,
  subject_id text not null,
  patient_id uuid references patient (id),
  -- Ids, states, times; no clinical text.
  data jsonb not null default '{}',
  -- The same key for the same recipient is told once.
  key text not null,
  created_at timestamptz(3) not null,
  read_at timestamptz(3),
  unique (recipient_id, key)
);
create index notice_recipient on notice (recipient_id, created_at desc, id desc);
create index notice_unread on notice (recipient_id, id) where read_at is null;
create index notice_subject on notice (subject_id);
