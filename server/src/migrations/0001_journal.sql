-- Facts: what happened, recorded in the transaction that made it happen. Accesses: who looked at what. One sealer gives each entry its
-- position and its hash after commit; what is sealed does not change any more.

create table fact (
  id uuid primary key,
  type text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  request_id text not null,
  address text,
  -- Null: not about a record of one facility, such as a sign-in with an unknown name.
  facility_id uuid,
  patient_id uuid,
  subject_type text not null,
  subject_id text not null,
  -- Users whom it concerns, for the live feed.
  people uuid[] not null default '{}',
  outcome text not null check (outcome in ('success', 'refused', 'failed')),
  -- Ids, counts, states; no clinical text.
  data jsonb not null default '{}',
  -- Milliseconds, as the clock gives them: nothing finer is hashed.
  recorded_at timestamptz(3) not null,
  position bigint,
  hash bytea,
  check ((position is null) = (hash is null))
);
create unique index fact_position on fact (position) where position is not null;
create index fact_unsealed on fact (id) where position is null;
create index fact_type on fact (type, position);
create index fact_recorded on fact (recorded_at, id);
create index fact_patient on fact (patient_id, recorded_at, id) where patient_id is not null;
create index fact_subject on fact (subject_id, recorded_at, id);
create index fact_actor on fact (actor_id, recorded_at, id);

create table access (
  id uuid primary key,
  action text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  request_id text not null,
  address text,
  facility_id uuid,
  patient_id uuid,
  subject_type text not null,
  subject_id text not null,
  outcome text not null check (outcome in ('success', 'refused', 'failed')),
  data jsonb not null default '{}',
  recorded_at timestamptz(3) not null,
  position bigint,
  hash bytea,
  check ((position is null) = (hash is null))
);
create unique index access_position on access (position) where position is not null;
create index access_unsealed on access (id) where position is null;
create index access_recorded on access (recorded_at, id);
create index access_patient on access (patient_id, recorded_at, id) where patient_id is not null;
create index access_actor on access (actor_id, recorded_at, id);

create function refuse_change_of_journal() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the journal are not changed or removed once they are sealed';
end $$;
create trigger fact_is_kept before update or delete on fact
  for each row when (old.position is not null) execute function refuse_change_of_journal();
create trigger fact_is_not_emptied before truncate on fact execute function refuse_change_of_journal();
create trigger access_is_kept before update or delete on access
  for each row when (old.position is not null) execute function refuse_change_of_journal();
create trigger access_is_not_emptied before truncate on access execute function refuse_change_of_journal();

-- The ends of both chains, signed anew with each batch.
create table journal_head (
  "only" boolean primary key default true check ("only"),
  fact_position bigint not null,
  fact_hash bytea not null,
  access_position bigint not null,
  access_hash bytea not null,
  sealed_at timestamptz(3) not null,
  key_id text not null,
  signature bytea not null
);

-- The ends of both chains at intervals, signed, each naming the one before; copies are in the object store.
create table seal (
  number bigint primary key,
  fact_position bigint not null,
  fact_hash bytea not null,
  access_position bigint not null,
  access_hash bytea not null,
  sealed_at timestamptz(3) not null,
  -- SHA-256 of the seal before.
  previous bytea not null,
  key_id text not null,
  signature bytea not null,
  copied_at timestamptz(3)
);
create index seal_not_copied on seal (number) where copied_at is null;

-- How far each reader of facts has come.
create table reader_cursor (
  name text primary key,
  position bigint not null,
  moved_at timestamptz(3) not null
);
