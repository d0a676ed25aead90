-- What waits to be read.

-- How long a study may wait, by the priority of its order; none: the defaults of the program.
create table reading_target (
  facility_id uuid primary key references facility (id),
  stat_minutes int not null check (stat_minutes > 0),
  urgent_minutes int not null check (urgent_minutes > 0),
  routine_minutes int not null check (routine_minutes > 0),
  version int not null default 1,
  updated_by text not null,
  updated_at timestamptz(3) not null
);

-- What a person does not want to read now: it is not on their list until then.
create table reading_skip (
  user_id uuid not null references app_user (id),
  study_id uuid not null references study (id),
  facility_id uuid not null references facility (id),
  until timestamptz(3) not null,
  reason text,
  created_at timestamptz(3) not null,
  primary key (user_id, study_id)
);
create index reading_skip_until on reading_skip (until);

-- Work is what was ordered, or was made not long before it came; older studies that come without an order are priors.
create index study_to_read on study (facility_id, settled_at, id)
  where deleted_at is null and number_of_instances > 0
    and (status in ('IN_PROGRESS', 'COMPLETED', 'PRELIMINARY') or images_after_report_at is not null)
    and (order_id is not null or study_at > (created_at at time zone 'UTC') - interval '31 days');
