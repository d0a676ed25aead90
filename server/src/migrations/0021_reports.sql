-- What is written about studies: templates, drafts, versions that never change, who is reading, who saw what.

create table report_template (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  name text not null,
  -- What it is for; null: for any.
  modality text,
  body_part text,
  procedure_code text,
  -- Default text by section.
  sections jsonb not null default '{}',
  -- Fields in the order in which they are shown.
  fields jsonb not null default '[]',
  -- Auto-text: name to text.
  macros jsonb not null default '{}',
  active boolean not null default true,
  version int not null default 1,
  created_by text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
create unique index report_template_name on report_template (facility_id, lower(name)) where active;
create index report_template_order on report_template (facility_id, name, id);

-- A person's own auto-text.
create table report_macro (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  name text not null,
  text text not null,
  version int not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
create unique index report_macro_name on report_macro (user_id, lower(name));

-- Whose a report is: the patient and the order of its study, as they are now. What they were at a signature is in the version.
create table report (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  study_id uuid not null references study (id),
  status text not null check (status in ('DRAFT', 'PRELIMINARY', 'FINAL', 'AMENDED', 'CORRECTED', 'APPENDED', 'CANCELLED', 'ENTERED_IN_ERROR')),
  -- Of the item, which every change raises; versions that were signed have numbers of their own.
  version int not null default 1,
  author_id uuid not null references app_user (id),
  author_name text not null,
  -- The template as it was when the report took it: id, name, version and fields.
  template jsonb,
  -- The text: what is being written before the first signature, what is signed from then on.
  content jsonb not null,
  -- What is being written over a signed text; null: nothing.
  amendment jsonb,
  amendment_by text,
  amendment_by_name text,
  amendment_at timestamptz(3),
  -- Of the newest version of any kind, and of the newest that leaves the house.
  last_number int not null default 0,
  signed_number int,
  submitted_by uuid references app_user (id),
  submitted_by_name text,
  submitted_at timestamptz(3),
  signer_id uuid references app_user (id),
  signer_name text,
  -- The first signature, and the newest.
  first_signed_at timestamptz(3),
  signed_at timestamptz(3),
  reason text,
  discrepancy_category text check (discrepancy_category in ('MINOR', 'MAJOR')),
  discrepancy_note text,
  discrepancy_by uuid references app_user (id),
  discrepancy_by_name text,
  discrepancy_at timestamptz(3),
  -- The images there were when it was begun.
  known_images int not null,
  known_images_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  check ((signed_number is null) = (status in ('DRAFT', 'PRELIMINARY', 'CANCELLED'))),
  check (amendment is null or signed_number is not null)
);
-- A study has one report that counts.
create unique index report_of_study on report (study_id) where status not in ('CANCELLED', 'ENTERED_IN_ERROR');
create index report_study on report (study_id, created_at desc, id desc);
create index report_status on report (facility_id, status, created_at desc, id desc);
create index report_signed on report (facility_id, signed_at desc, id desc) where signed_at is not null;

-- What was submitted and signed; linked by hash, never changed.
create table report_version (
  id uuid primary key,
  report_id uuid not null references report (id),
  -- From 1 without a gap.
  number int not null check (number > 0),
  status text not null check (status in ('PRELIMINARY', 'FINAL', 'AMENDED', 'CORRECTED', 'APPENDED', 'ENTERED_IN_ERROR')),
  content jsonb not null,
  template jsonb,
  -- Why it follows the one before.
  reason text,
  -- Who submitted it or signed it.
  signer_id uuid not null references app_user (id),
  signer_name text not null,
  signed_at timestamptz(3) not null,
  -- Whose it was then: id, name, identifier, issuer, birthDate, sex.
  patient jsonb not null,
  order_id uuid,
  study_instance_uid text not null,
  accession_number text,
  -- SHA-256 over the images there were (their UIDs and the hashes of their data sets), and how many.
  image_set_hash bytea not null,
  images int not null,
  previous_hash bytea,
  hash bytea not null,
  unique (report_id, number)
);
create index report_version_signed on report_version (signer_id, signed_at desc, id desc);

create function refuse_change_of_report_version() returns trigger language plpgsql as $$
begin
  raise exception 'versions of reports are not changed or removed';
end $$;
create trigger report_version_is_kept before update or delete on report_version
  for each row execute function refuse_change_of_report_version();
create function refuse_emptying_of_report_version() returns trigger language plpgsql as $$
begin
  -- A database that is emptied as a whole before anything was signed loses nothing.
  if exists (select from report_version) then
    raise exception 'versions of reports are not changed or removed';
  end if;
  return null;
end $$;
create trigger report_version_is_not_emptied before truncate on report_version execute function refuse_emptying_of_report_version();

-- Who has the report before them, and which images they know of.
create table report_reader (
  report_id uuid not null references report (id),
  user_id uuid not null references app_user (id),
  known_images int not null,
  known_images_at timestamptz(3),
  active_at timestamptz(3) not null,
  primary key (report_id, user_id)
);

-- Who got which version: they are told when another follows.
create table report_delivery (
  report_id uuid not null references report (id),
  number int not null,
  -- `user`, or what another system or person is called by who delivers to it.
  recipient_kind text not null,
  recipient_id text not null,
  -- `viewed`, `told`, ...
  way text not null,
  delivered_at timestamptz(3) not null,
  primary key (report_id, number, recipient_kind, recipient_id, way)
);

-- Who is reading which study; one at a time.
create table reading_claim (
  study_id uuid primary key references study (id),
  facility_id uuid not null references facility (id),
  user_id uuid not null references app_user (id),
  user_name text not null,
  claimed_at timestamptz(3) not null,
  -- Nothing for some hours: it has lapsed.
  active_at timestamptz(3) not null,
  -- Who gave it to them; null: they took it themselves.
  assigned_by text,
  assigned_by_name text,
  known_images int not null,
  known_images_at timestamptz(3)
);
create index reading_claim_user on reading_claim (user_id, active_at);
create index reading_claim_facility on reading_claim (facility_id, active_at);

-- Whose reports they are: who began or signed them, in the order of the lists.
create table report_person (
  user_id uuid not null references app_user (id),
  report_id uuid not null references report (id),
  -- Of the report.
  created_at timestamptz(3) not null,
  primary key (user_id, created_at, report_id)
);
