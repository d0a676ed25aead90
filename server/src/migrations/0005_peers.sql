-- Applications that we know by AE title and address, and callers that nobody has vouched for.

create table modality (
  id uuid primary key,
  -- One title is one application: it is what a C-MOVE names.
  ae_title text not null unique,
  host text not null,
  port int not null check (port between 1 and 65535),
  description text,
  facility_id uuid not null references facility (id),
  -- The issuer of the patient identifiers that it sends without one; the facility's where null.
  patient_id_issuer text,
  permissions text[] not null,
  version int not null default 1,
  created_at timestamptz(3) not null
);
create index modality_of_facility on modality (facility_id, ae_title);

create table knocking_caller (
  ae_title text not null,
  address text not null,
  called_ae_title text not null,
  implementation text not null,
  reason text not null check (reason in ('UNKNOWN_TITLE', 'OTHER_ADDRESS')),
  attempts int not null default 1,
  first_seen_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  -- When the journal last said so: a caller that knocks each second is not a fact each second.
  recorded_at timestamptz(3) not null,
  primary key (ae_title, address)
);
create index knocking_caller_last on knocking_caller (last_seen_at);
