-- How much of the answer to a deferred request is there, while it is made and afterwards.
alter table deferred_request add column answer_bytes bigint;
