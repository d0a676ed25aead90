-- Facilities, users with their roles, sessions, API keys.

create table facility (
  id uuid primary key,
  name text not null,
  -- IANA name: dates and times of DICOM objects are local to it.
  time_zone text not null,
  -- The issuer of patient identifiers that come without one.
  patient_id_issuer text not null,
  version int not null default 1,
  created_at timestamptz(3) not null
);

create table app_user (
  id uuid primary key,
  username text not null,
  -- Lower case, NFKC: one name is one user however it is written.
  username_folded text not null unique,
  full_name text not null,
  email text,
  -- Argon2id in the PHC string format.
  password_hash text not null,
  password_changed_at timestamptz(3) not null,
  must_change_password boolean not null default false,
  active boolean not null default true,
  last_sign_in_at timestamptz(3),
  preferences jsonb not null default '{}',
  version int not null default 1,
  created_at timestamptz(3) not null
);

create table user_role (
  user_id uuid not null references app_user (id),
  role text not null check (role in ('ADMINISTRATOR', 'RADIOLOGIST', 'RESIDENT', 'TECHNOLOGIST', 'PHYSICIAN', 'FRONT_DESK', 'BILLING', 'INTEGRATION')),
  primary key (user_id, role)
);

create table user_facility (
  user_id uuid not null references app_user (id),
  facility_id uuid not null references facility (id),
  -- The order they were given in: the first is where the user's new records go.
  position int not null default 0,
  primary key (user_id, facility_id)
);
create index user_facility_facility on user_facility (facility_id, user_id);

-- One sign-in: a family of refresh tokens.
create table session (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  client text not null check (client in ('web', 'api')),
  address text,
  user_agent text,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  end_reason text,
  check ((ended_at is null) = (end_reason is null))
);
create index session_of_user on session (user_id) where ended_at is null;
create index session_expires on session (expires_at);

create table refresh_token (
  -- SHA-256 of the token.
  hash bytea primary key,
  session_id uuid not null references session (id) on delete cascade,
  issued_at timestamptz(3) not null,
  used_at timestamptz(3)
);
create index refresh_token_session on refresh_token (session_id);

-- Failed sign-ins by name, whether a user has it or not, so that a lock says nothing about who exists.
create table sign_in_failure (
  username_folded text primary key,
  failures int not null,
  last_failed_at timestamptz(3) not null,
  locked_until timestamptz(3)
);
create index sign_in_failure_last on sign_in_failure (last_failed_at);

create table api_key (
  id uuid primary key,
  name text not null,
  -- The first characters, by which a person knows it again.
  hint text not null,
  -- SHA-256 of the key; it has 256 random bits.
  hash bytea not null unique,
  roles text[] not null,
  created_by uuid not null references app_user (id),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);

create table api_key_facility (
  api_key_id uuid not null references api_key (id),
  facility_id uuid not null references facility (id),
  position int not null default 0,
  primary key (api_key_id, facility_id)
);
create index api_key_facility_facility on api_key_facility (facility_id, api_key_id);
