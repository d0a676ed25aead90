-- What became of the notices of a critical finding: which are over, what was delivered to whom, and by which channels each step of the ladder goes.

-- Somebody has answered what it asks for: it waits for nobody any more.
alter table notice add column ended_at timestamptz(3);
drop index notice_unread;
create index notice_unread on notice (recipient_id, created_at desc, id desc) include (facility_id) where read_at is null and ended_at is null;

-- WITHDRAWN: what it tells of was over before it was sent.
alter table delivery drop constraint delivery_state_check;
alter table delivery add constraint delivery_state_check check (state in ('QUEUED', 'SENT', 'FAILED', 'GAVE_UP', 'WITHDRAWN'));

-- When a channel's receiver first took a notice for them, and which channel it was. `reached_at` is when they themselves read of it.
alter table finding_recipient add column delivered_at timestamptz(3);
alter table finding_recipient add column delivered_by text;

-- Steps are {to, afterMinutes, channels} from now on; so are those of findings that still climb.
create function pg_temp.with_channels(ladder jsonb, severity text) returns jsonb language sql immutable as $$
  select jsonb_agg(step || jsonb_build_object('channels',
    case when severity = 'LOW' then '["IN_APP"]'::jsonb else '["IN_APP", "EMAIL", "SERVICE"]'::jsonb end) order by number)
  from jsonb_array_elements(ladder) with ordinality as steps (step, number)
$$;
update finding_policy set ladder = pg_temp.with_channels(ladder, severity);
update finding set policy = jsonb_set(policy, '{ladder}', pg_temp.with_channels(policy->'ladder', severity)) where status in ('OPEN', 'NOTIFIED');
