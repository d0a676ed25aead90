-- Who works here and in which department, who is on call, who is on a patient's team, and whose glass was broken.

create table department (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  name text not null,
  -- Whom a critical finding reaches when nobody else answers.
  head_id uuid references app_user (id),
  version int not null default 1,
  created_at timestamptz(3) not null
);
create unique index department_name on department (facility_id, lower(name));

create table staff (
  id uuid primary key,
  first_name text not null,
  last_name text not null,
  profession text not null,
  licence_number text,
  email text,
  phone text,
  -- The user that the person signs in as, where they do.
  user_id uuid unique references app_user (id),
  active boolean not null default true,
  version int not null default 1,
  created_at timestamptz(3) not null
);
-- One licence is one person's, however it is written.
create unique index staff_licence on staff (upper(licence_number)) where licence_number is not null;
create index staff_name on staff (lower(last_name), id);

create table staff_facility (
  staff_id uuid not null references staff (id),
  facility_id uuid not null references facility (id),
  department_id uuid references department (id),
  position int not null default 0,
  primary key (staff_id, facility_id)
);
create index staff_facility_facility on staff_facility (facility_id, staff_id);
create index staff_facility_department on staff_facility (department_id) where department_id is not null;

-- One roster for each service of a facility; whoever changes it holds its row.
create table on_call_roster (
  facility_id uuid not null references facility (id),
  -- As it was first written; found without case.
  service text not null,
  service_folded text not null,
  version int not null,
  updated_at timestamptz(3) not null,
  primary key (facility_id, service_folded)
);

create table on_call (
  id uuid primary key,
  facility_id uuid not null,
  service_folded text not null,
  user_id uuid not null references app_user (id),
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  -- 1 is called first.
  level int not null check (level between 1 and 9),
  created_at timestamptz(3) not null,
  check (ends_at > starts_at),
  foreign key (facility_id, service_folded) references on_call_roster (facility_id, service_folded)
);
create index on_call_time on on_call (facility_id, service_folded, ends_at, starts_at);
create index on_call_starts on on_call (facility_id, starts_at, id);
create index on_call_user on on_call (user_id, facility_id, ends_at);

-- What somebody is on the patient's team; null: related in another way.
alter table care_relation add column role text;
alter table patient_facility add column care_team_version int not null default 0;

-- Patients whose records draw the curious: who looks without caring for them is told of.
alter table patient add column vip boolean not null default false;
create index patient_vip on patient (id) where vip;

-- To see for an hour what is not in one's care.
create table break_glass (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  patient_id uuid not null references patient (id),
  facility_id uuid not null references facility (id),
  reason text not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  check (ends_at > starts_at)
);
create index break_glass_user on break_glass (user_id, ends_at);
create index break_glass_facility on break_glass (facility_id, starts_at desc, id desc);
create index break_glass_patient on break_glass (patient_id, starts_at);

-- Whom it is told to as well, where a facility has such a person.
alter table facility add column privacy_officer_id uuid references app_user (id);

-- How far the accesses were looked through for patients whose records draw the curious.
create table access_watch (
  name text primary key,
  position bigint not null
);
