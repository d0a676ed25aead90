-- A demonstration that was there to its end may be taken away too.
alter table demonstration drop constraint demonstration_state_check;
alter table demonstration add constraint demonstration_state_check check (state in ('LOADING', 'READY', 'FAILED', 'REMOVED'));
