-- A database that is emptied as a whole before anything was paid loses nothing; everything else stays refused.
create or replace function refuse_change_of_money() returns trigger language plpgsql as $$
declare
  empty boolean;
begin
  if tg_op = 'TRUNCATE' then
    execute format('select not exists (select from %I)', tg_table_name) into empty;
    if empty then
      return null;
    end if;
  end if;
  raise exception 'payments and refunds are not changed or removed: a wrong payment is refunded';
end $$;
