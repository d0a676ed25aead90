-- Requests whose client prefers not to wait for the answer (RFC 7240, `Prefer: respond-async`), with the answer when it is there.
create table deferred_request (
  id uuid primary key,
  -- Whose it is: nobody else sees it.
  viewer_kind text not null,
  viewer_id text not null,
  -- The session it came by; null for a key. When that has ended it is not done any more.
  session_id uuid,
  request_id text not null,
  address text,
  method text not null,
  -- Path with query, and the headers that count.
  url text not null,
  headers jsonb not null,
  -- The body: as JSON, or as an object of the store.
  body jsonb,
  body_key text,
  permission text,
  state text not null check (state in ('WAITING', 'RUNNING', 'DONE', 'FAILED')),
  attempts int not null default 0,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  -- The answer.
  status int,
  answer_headers jsonb,
  answer_key text,
  -- Then it is forgotten, with its objects.
  expires_at timestamptz(3) not null
);
create index deferred_request_of on deferred_request (viewer_id, created_at desc);
create index deferred_request_expires on deferred_request (expires_at);
