-- Studies that are registered before their images come, and orders that are in doubt.

alter table study
  -- Null: its images made it.
  add column registered_at timestamptz,
  -- A person decided which order it answers, or that it answers none: what images say is not asked any more.
  add column order_decided boolean not null default false;
create index study_accession_unlinked on study (facility_id, accession_number) where order_id is null and accession_number is not null;

-- Images that were named for a study; they may be here, on their way, or elsewhere.
create table registered_image (
  id uuid primary key,
  study_id uuid not null references study (id),
  series_instance_uid text not null,
  sop_instance_uid text not null,
  modality text not null,
  instance_number int,
  acquisition_date date,
  description text,
  url text,
  created_by text not null,
  created_at timestamptz(3) not null,
  unique (study_id, sop_instance_uid)
);
create index registered_image_study on registered_image (study_id, created_at, id);

-- A study whose numbers lead to the order of another patient, or to none.
alter table reconciliation_item
  drop constraint reconciliation_item_kind_check,
  add constraint reconciliation_item_kind_check
    check (kind in ('conflicting-identity', 'no-identifier', 'resent-after-deletion', 'order-conflict')),
  drop constraint reconciliation_item_action_check,
  add constraint reconciliation_item_action_check check (action in ('ACCEPT', 'ATTACH', 'MOVE', 'REJECT', 'MATCH')),
  -- What is in doubt: of each a study has one open item.
  add column about text not null generated always as
    (case kind when 'resent-after-deletion' then 'IMAGES' when 'order-conflict' then 'ORDER' else 'PATIENT' end) stored,
  -- The order that the numbers lead to.
  add column order_id uuid references imaging_order (id),
  -- The order that was decided for.
  add column target_order_id uuid references imaging_order (id);
drop index reconciliation_open;
create unique index reconciliation_open on reconciliation_item (study_id, about) where resolved_at is null;
