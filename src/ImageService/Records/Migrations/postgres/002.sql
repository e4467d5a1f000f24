ALTER TABLE records ADD COLUMN name TEXT;
UPDATE records SET name = document::json ->> 'name';
CREATE INDEX records_name ON records (kind, is_deleted, md5(name), number);
