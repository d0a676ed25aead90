-- Which of several registered studies a study that came was matched to.
alter table reconciliation_item add column target_study_id uuid references study (id);
