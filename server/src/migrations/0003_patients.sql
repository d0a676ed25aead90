-- Who the images, orders and reports are about.

-- Trigram and facility-first indexes; both come with PostgreSQL and are trusted, so the owner of the database may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create table patient (
  id uuid primary key,
  family text not null default '',
  given text not null default '',
  middle text not null default '',
  prefix text not null default '',
  suffix text not null default '',
  -- The person name with all its groups as it was received (PS3.5 6.2.1), decoded.
  name text not null default '',
  -- The alphabetic group, and the other groups each between equals signs; without case and accents, components between carets.
  name_folded text not null default '',
  other_names_folded text,
  -- What each word sounds like, for fuzzy matching.
  name_sounds text[] not null default '{}',
  birth_date date,
  sex text check (sex in ('F', 'M', 'O', 'U')),
  phone text,
  email text,
  address text,
  -- Further patient attributes as DICOM JSON: only returned, never matched.
  attributes jsonb not null default '{}',
  -- The identity is in doubt: never matched to another, waits for a person.
  provisional boolean not null default false,
  -- Makes one provisional patient of all that says the same in the same place.
  provisional_key text unique,
  merged_into uuid references patient (id),
  -- Who this was before a person corrected it: images that still say so fit.
  former_identities jsonb not null default '[]',
  -- Fields that a person corrected: later images do not touch them.
  corrected text[] not null default '{}',
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (merged_into is null or merged_into <> id),
  check (provisional or provisional_key is null)
);
create index patient_name on patient (name_folded text_pattern_ops, id);
create index patient_name_order on patient (name_folded, id);
create index patient_name_words on patient using gin (name_folded gin_trgm_ops);
create index patient_other_names on patient using gin (other_names_folded gin_trgm_ops) where other_names_folded is not null;
create index patient_name_sounds on patient using gin (name_sounds);
create index patient_birth_date on patient (birth_date);
create index patient_merged_into on patient (merged_into) where merged_into is not null;

create table patient_identifier (
  id uuid primary key,
  -- Checked at the end, so that whoever wins the identifier is known before the patient is written.
  patient_id uuid not null references patient (id) deferrable initially deferred,
  value text not null,
  issuer text not null,
  -- What a provisional patient's images say: claims nothing.
  provisional boolean not null default false,
  -- The order they are shown in: the first is the one that DICOM's PatientID gets.
  position int not null default 0
);
create unique index patient_identifier_known on patient_identifier (issuer, value) where not provisional;
create index patient_identifier_value on patient_identifier (value text_pattern_ops);
-- Search as you type takes capitals and small letters for the same.
create index patient_identifier_typed on patient_identifier (upper(value) text_pattern_ops);
create index patient_identifier_patient on patient_identifier (patient_id, position);

-- Identifiers that we give ourselves.
create sequence patient_number;

-- The facilities that know the patient. What belongs to another facility does not exist for a viewer.
create table patient_facility (
  patient_id uuid not null references patient (id),
  facility_id uuid not null references facility (id),
  created_at timestamptz not null,
  primary key (facility_id, patient_id)
);
create index patient_facility_patient on patient_facility (patient_id);

-- Who cares for whom, through orders they placed, studies that name them, or their team.
create table care_relation (
  patient_id uuid not null references patient (id),
  facility_id uuid not null references facility (id),
  person_id uuid not null,
  source text not null,
  created_at timestamptz not null,
  primary key (person_id, patient_id, facility_id, source)
);
create index care_relation_patient on care_relation (patient_id);
