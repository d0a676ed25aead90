-- Links that show a study to whoever has them, until they expire.
create table study_share (
  id uuid primary key,
  study_id uuid not null references study (id),
  facility_id uuid not null references facility (id),
  -- SHA-256 of the token, which has 256 random bits.
  token_hash bytea not null unique,
  include_report boolean not null,
  note text,
  created_by text not null,
  created_by_name text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoked_by text,
  opened int not null default 0,
  last_opened_at timestamptz(3),
  check (expires_at > created_at)
);
create index study_share_study on study_share (study_id, created_at desc, id desc);
