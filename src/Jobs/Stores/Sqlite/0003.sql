-- What a job is about: its history is found by it.
ALTER TABLE jobs ADD COLUMN subject text;
CREATE INDEX jobs_by_subject ON jobs (subject, id) WHERE subject IS NOT NULL;
