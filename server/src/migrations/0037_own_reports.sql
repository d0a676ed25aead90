-- A report of ours stands, from its draft on: it alone makes the study PRELIMINARY or FINAL.
alter table study add column own_report boolean not null default false;
update study set own_report = true
where id in (select study_id from report where status not in ('CANCELLED', 'ENTERED_IN_ERROR'));
