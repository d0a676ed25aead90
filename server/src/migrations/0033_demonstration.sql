-- The demonstration's past is lived by a clock of its own: what it records is read by its own readers, which have the same clock.
alter table fact add column rehearsed boolean not null default false;

-- A facility whose people and patients are invented.
alter table facility add column demonstration boolean not null default false;

-- Each time that a demonstration was loaded; the newest counts.
create table demonstration (
  number int primary key,
  -- Null until the facility is there.
  facility_id uuid unique references facility (id),
  state text not null check (state in ('LOADING', 'READY', 'FAILED')),
  -- Before every user name.
  prefix text not null,
  done int not null default 0,
  total int not null default 0,
  doing text not null default '',
  started_at timestamptz(3) not null,
  -- By the database's clock: one that was not heard of for long was cut short.
  seen_at timestamptz(3) not null default now(),
  finished_at timestamptz(3)
);
