-- Images that clients of the two-step upload name for an examination; they may be here, on their way, or elsewhere.

create table exam_image (
  id uuid primary key,
  order_id uuid not null references imaging_order (id),
  study_instance_uid text not null,
  series_instance_uid text not null,
  sop_instance_uid text not null,
  -- As the client wrote it: a date, or a date and time.
  acquired text,
  modality text,
  description text,
  url text,
  orthanc_instance_id text,
  created_by text not null,
  created_at timestamptz(3) not null,
  unique (order_id, sop_instance_uid)
);
create index exam_image_order on exam_image (order_id, created_at, id);
