-- What people measure in studies, and which images they choose.

create table study_measurements (
  study_id uuid not null references study (id),
  user_id uuid not null references app_user (id),
  user_name text not null,
  facility_id uuid not null references facility (id),
  version int not null,
  -- As `Measurement` of the contract.
  measurements jsonb not null,
  updated_at timestamptz(3) not null,
  primary key (study_id, user_id)
);

create table study_key_images (
  study_id uuid primary key references study (id),
  facility_id uuid not null references facility (id),
  version int not null,
  -- As `KeyImage` of the contract, in the order in which they are seen.
  images jsonb not null,
  updated_by uuid references app_user (id),
  updated_by_name text,
  updated_at timestamptz(3) not null
);
