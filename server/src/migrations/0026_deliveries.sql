-- How notices go by further channels than the app, and the webhooks that other systems are told by.

-- What is configured, put down when a worker starts: whoever tells people need not know the configuration.
create table notice_channel (
  channel text primary key check (channel in ('EMAIL', 'SERVICE')),
  configured boolean not null
);
insert into notice_channel values ('EMAIL', false), ('SERVICE', false);

create table notice_preference (
  user_id uuid not null references app_user (id),
  -- `report.available`, `report.*` or `*`: what says more counts.
  kind text not null,
  channels text[] not null check (channels <@ array['EMAIL', 'SERVICE']),
  position int not null,
  primary key (user_id, kind)
);

-- Made in the transaction that makes the notice.
create table delivery (
  id uuid primary key,
  notice_id uuid not null references notice (id),
  channel text not null check (channel in ('EMAIL', 'SERVICE')),
  state text not null check (state in ('QUEUED', 'SENT', 'FAILED', 'GAVE_UP')),
  attempts int not null default 0,
  -- Null when it is over.
  next_attempt_at timestamptz(3),
  -- Who sends, and until when nobody else does.
  runner uuid,
  leased_until timestamptz(3),
  last_error text,
  -- The same at every attempt: the receiver knows a repetition by it.
  idempotency_key text not null unique,
  -- It may have arrived more than once.
  repeated boolean not null default false,
  created_at timestamptz(3) not null,
  sent_at timestamptz(3),
  unique (notice_id, channel)
);
create index delivery_due on delivery (channel, next_attempt_at) where next_attempt_at is not null;

-- Put down before anything is sent, so that after a crash it is known that something may have been.
create table delivery_attempt (
  delivery_id uuid not null references delivery (id),
  number int not null,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3),
  -- Null while it is under way.
  outcome text check (outcome in ('SENT', 'FAILED', 'UNKNOWN')),
  repeated boolean not null,
  error text,
  primary key (delivery_id, number)
);

create table webhook (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  url text not null,
  -- Types of facts, or `noun.*`.
  events text[] not null,
  description text,
  enabled boolean not null,
  disabled_reason text,
  secret text not null,
  -- Signs as well for a while after a change.
  previous_secret text,
  previous_secret_until timestamptz(3),
  -- Since when nothing was taken.
  failing_since timestamptz(3),
  -- Who sends to it, and until when nobody else does.
  runner uuid,
  leased_until timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null
);
create index webhook_facility on webhook (facility_id, created_at, id);

create table webhook_delivery (
  id uuid primary key,
  webhook_id uuid not null references webhook (id) on delete cascade,
  -- Of the fact; null for a test.
  position bigint,
  event text not null,
  -- As it is sent, byte for byte: the signature is over it.
  body text not null,
  state text not null check (state in ('QUEUED', 'SENT', 'FAILED')),
  attempts int not null default 0,
  -- Null when it is over.
  next_attempt_at timestamptz(3),
  status int,
  duration_ms int,
  answer text,
  error text,
  created_at timestamptz(3) not null,
  sent_at timestamptz(3),
  unique (webhook_id, position)
);
create index webhook_delivery_waiting on webhook_delivery (webhook_id, position) where next_attempt_at is not null;
create index webhook_delivery_listed on webhook_delivery (webhook_id, created_at, id);
