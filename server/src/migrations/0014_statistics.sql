-- A young archive grows by half in minutes: plans must not be those of an empty one until a fifth of it is new.
alter table patient set (autovacuum_analyze_threshold = 100, autovacuum_analyze_scale_factor = 0.05);
alter table patient_identifier set (autovacuum_analyze_threshold = 100, autovacuum_analyze_scale_factor = 0.05);
alter table patient_facility set (autovacuum_analyze_threshold = 100, autovacuum_analyze_scale_factor = 0.05);
alter table study set (autovacuum_analyze_threshold = 100, autovacuum_analyze_scale_factor = 0.05);
alter table series set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);
alter table instance set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.05);
