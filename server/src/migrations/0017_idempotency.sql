-- Answers that are given again when the same request comes with the same Idempotency-Key.

create table idempotency_key (
  -- Kind and id of who asks.
  viewer text not null,
  -- Method and path as the route names it.
  route text not null,
  key text not null,
  -- SHA-256 of method, path, query and body.
  fingerprint bytea not null,
  -- Of the viewer when it asked: who lost one of them does not get the answer again.
  facility_ids uuid[] not null,
  -- Names the request that works; who has taken over has another.
  token uuid not null,
  -- Set in the transaction that does what was asked: whether it was done is never in doubt.
  effect boolean not null default false,
  -- Null while the request works, and for good where it ended without an answer.
  status int,
  headers jsonb,
  body text,
  reserved_at timestamptz(3) not null,
  primary key (viewer, route, key)
);
create index idempotency_key_reserved on idempotency_key (reserved_at);
