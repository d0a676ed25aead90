-- What letters and e-mails are written in.
alter table facility add column language text not null default 'en' check (language in ('en', 'fr'));
