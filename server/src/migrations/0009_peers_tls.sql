-- Modalities that are called by TLS, or recognized by their certificate; callers that can be named one by one.

alter table modality
  add column tls boolean not null default false,
  -- Lower case hexadecimal. Two titles may come with one certificate: a gateway calls by several.
  add column certificate_sha256 text check (certificate_sha256 ~ '^[0-9a-f]{64}$');

alter table knocking_caller
  add column id uuid not null default gen_random_uuid() unique,
  add column tls boolean not null default false,
  add column certificate_sha256 text,
  drop constraint knocking_caller_reason_check,
  add constraint knocking_caller_reason_check
    check (reason in ('UNKNOWN_TITLE', 'OTHER_ADDRESS', 'OTHER_CERTIFICATE', 'OTHER_CALLED_TITLE'));
