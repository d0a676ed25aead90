-- What is sent is the current form of what was received: the identity and the attributes as they are known now, over bytes that never change.

-- What objects say of their patient, once for all objects that say the same; the id is made of the content.
create table said_identity (
  id uuid primary key,
  name text not null,
  value text not null,
  -- "" where the object names none.
  issuer text not null,
  birth_date date,
  sex text
);

alter table patient
  -- When a person last changed who this is: a corrected identity, or a merge.
  add column identity_at timestamptz;

alter table patient_facility
  -- The facility knows the patient only through this one, who was merged into them.
  add column merged_from uuid references patient (id);

alter table study
  -- Whom the images name, before merges and moves: what later images are sorted by, and what an undone merge gives back.
  add column claimed_patient_id uuid references patient (id),
  -- Whom a person gave the study to, against what the images name.
  add column assigned_patient_id uuid references patient (id),
  -- When it last went to another patient.
  add column assigned_at timestamptz,
  add column corrected_at timestamptz,
  -- It was deleted as a whole, or all its images were.
  add column deleted_at timestamptz;
update study set claimed_patient_id = patient_id;
alter table study alter column claimed_patient_id set not null;
drop index study_uid;
create unique index study_uid on study (facility_id, study_instance_uid, claimed_patient_id);
create index study_claimed on study (claimed_patient_id);
create index study_assigned on study (assigned_patient_id) where assigned_patient_id is not null;

alter table series
  add column corrected_at timestamptz,
  -- Which patient, at which version, the kept metadata names.
  add column metadata_identity text;

alter table instance
  add column said_id uuid,
  -- Attributes of this instance that a person corrected, as DICOM JSON; an element without value is empty.
  add column corrections jsonb,
  add column corrected_at timestamptz,
  add column version int not null default 1,
  -- Deleted, and not yet purged: there for nobody but those who may bring it back.
  add column deleted_at timestamptz;
