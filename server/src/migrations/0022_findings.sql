-- Critical findings: what must reach somebody in time, who was told, and how each of them ended.

-- How a severity is handled at a facility; none: the defaults of the program.
create table finding_policy (
  facility_id uuid not null references facility (id),
  severity text not null check (severity in ('CRITICAL', 'HIGH', 'MODERATE', 'LOW')),
  contact_minutes int check (contact_minutes > 0),
  acknowledge_minutes int check (acknowledge_minutes > 0),
  read_back_required boolean not null,
  repeat_minutes int check (repeat_minutes > 0),
  -- Steps in order: {to, afterMinutes}.
  ladder jsonb not null,
  -- One for all severities of the facility.
  version int not null,
  updated_by text not null,
  updated_at timestamptz(3) not null,
  primary key (facility_id, severity)
);

-- Patient and order are the study's: they follow when the study is given to others.
create table finding (
  id uuid primary key,
  facility_id uuid not null references facility (id),
  study_id uuid not null references study (id),
  report_id uuid references report (id),
  description text not null,
  severity text not null check (severity in ('CRITICAL', 'HIGH', 'MODERATE', 'LOW')),
  status text not null check (status in ('OPEN', 'NOTIFIED', 'ACKNOWLEDGED', 'FOLLOW_UP', 'CLOSED', 'VOID')),
  raised_by text not null,
  raised_by_name text not null,
  raised_at timestamptz(3) not null,
  -- Whom the raiser named; empty: the ordering provider.
  first_recipients uuid[] not null default '{}',
  -- The policy of the severity as it was when the finding was raised.
  policy jsonb not null,
  contact_due_at timestamptz(3),
  contacted_at timestamptz(3),
  acknowledge_due_at timestamptz(3),
  -- Never cleared.
  contact_late boolean not null default false,
  acknowledge_late boolean not null default false,
  -- Index of the step of the ladder that was taken last, and of the one that is next; equal to the number of steps where it is exhausted.
  escalation_level int not null default 0,
  next_step int not null default 0,
  alarms int not null default 0,
  last_alarm_at timestamptz(3),
  -- When something is to be done next: a step, an alarm again, a limit that passes, a follow-up that is due.
  next_escalation_at timestamptz(3),
  acknowledged_at timestamptz(3),
  -- Null: somebody without an account.
  acknowledged_by uuid references app_user (id),
  acknowledged_by_name text,
  acknowledge_method text check (acknowledge_method in ('IN_APP', 'PHONE', 'IN_PERSON', 'MESSAGE')),
  read_back text,
  acknowledge_note text,
  acknowledge_recorded_by text,
  acknowledge_recorded_by_name text,
  acknowledge_recorded_at timestamptz(3),
  closed_at timestamptz(3),
  close_note text,
  voided_at timestamptz(3),
  void_reason text,
  version int not null default 1,
  updated_at timestamptz(3) not null,
  check ((acknowledged_at is null) = (acknowledge_recorded_at is null)),
  check (status not in ('ACKNOWLEDGED', 'FOLLOW_UP', 'CLOSED') or acknowledged_at is not null),
  check ((status = 'VOID') = (voided_at is not null))
);
create index finding_study on finding (study_id, raised_at desc, id desc);
create index finding_raised on finding (facility_id, raised_at desc, id desc);
create index finding_status on finding (facility_id, status, raised_at desc, id desc);
create index finding_severity on finding (facility_id, severity, raised_at desc, id desc);
create index finding_pending on finding (facility_id, (coalesce(acknowledge_due_at, '9999-12-31T00:00:00Z'::timestamptz)), id) where status in ('OPEN', 'NOTIFIED');
create index finding_due on finding (next_escalation_at) where next_escalation_at is not null;

-- What happened, in order; only added to.
create table finding_event (
  id uuid primary key,
  -- Their order: whoever adds to a finding's history holds the finding.
  number bigint not null generated always as identity,
  finding_id uuid not null references finding (id),
  kind text not null,
  at timestamptz(3) not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  people uuid[] not null default '{}',
  data jsonb not null default '{}'
);
create index finding_event_order on finding_event (finding_id, number);
create function refuse_change_of_history() returns trigger language plpgsql as $$
begin
  raise exception 'the history of a finding is only added to';
end $$;
create trigger finding_event_is_kept before update or delete on finding_event
  for each row execute function refuse_change_of_history();

-- Who was told at which step, by which notice.
create table finding_recipient (
  finding_id uuid not null references finding (id),
  step int not null,
  person_id uuid not null references app_user (id),
  target text not null check (target in ('ORDERING_PROVIDER', 'ON_CALL_COLLEAGUE', 'CARE_TEAM', 'DEPARTMENT_HEAD', 'ALARM')),
  notice_key text not null,
  told_at timestamptz(3) not null,
  -- Had been told by an earlier step.
  again boolean not null,
  -- When they read of it here, or a channel delivered it; and which one it was.
  reached_at timestamptz(3),
  reached_by text,
  acknowledged_at timestamptz(3),
  primary key (finding_id, target, person_id)
);
create index finding_recipient_person on finding_recipient (person_id, finding_id);

create table finding_follow_up (
  id uuid primary key,
  finding_id uuid not null references finding (id),
  action text not null,
  due_at timestamptz(3),
  created_by text not null,
  created_by_name text not null,
  created_at timestamptz(3) not null,
  -- When people were told that it is due.
  reminded_at timestamptz(3),
  done_at timestamptz(3),
  done_by text
);
create index finding_follow_up_finding on finding_follow_up (finding_id, created_at, id);
