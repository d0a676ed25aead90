-- What stands at the head of a letter.
alter table facility
  add column address text not null default '',
  add column phone text not null default '';
