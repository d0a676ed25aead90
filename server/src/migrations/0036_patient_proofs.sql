-- Who tried to show, by identifier and birth date, that they know a patient who is not in their care; what succeeded is taken back.
create table proof_attempt (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  tried_at timestamptz(3) not null
);
create index proof_attempt_user on proof_attempt (user_id, tried_at);
